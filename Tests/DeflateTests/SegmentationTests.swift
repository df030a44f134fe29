// The cutting rules on their own.

import Bytes
import Testing

@testable import Deflate

struct SegmentationTests {
    private func pieces(_ bytes: [UInt8]) -> [Segmentation.Piece] {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return [] }
            return unsafe Segmentation(start, count: buffer.count).pieces()
        }
    }

    /// The runs as the format's text defines them, found byte by byte.
    private func expectedRuns(_ bytes: [UInt8]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        for place in 0...bytes.count where place == bytes.count || !Segmentation.isInRun(bytes[place]) {
            if place - start >= Segmentation.minimalRun { runs.append(start..<place) }
            start = place + 1
        }
        return runs
    }

    @Test func `the alphabet of runs is base64, the equals sign and line ends`() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n".utf8)
        for byte in UInt8.min...UInt8.max { #expect(Segmentation.isInRun(byte) == alphabet.contains(byte)) }
    }

    @Test func `eight bytes at once are judged as one by one`() {
        for byte in UInt8.min...UInt8.max {
            for (place, filler) in (0..<8).flatMap({ place in [0x41, 0x7A, 0x0A].map { (place, UInt64($0)) } }) {
                let others = filler &* 0x0101_0101_0101_0101 & ~(0xFF << UInt64(8 * place))
                let eight = others | UInt64(byte) << UInt64(8 * place)
                #expect(Segmentation.areAllInRun(eight) == Segmentation.isInRun(byte))
            }
        }
    }

    @Test func `runs are found wherever they lie`() {
        var generator = Generator(8)
        for _ in 0..<60 {
            var bytes: [UInt8] = []
            for _ in 0..<6 {
                bytes += [UInt8](repeating: 0x41, count: Int(generator.next() % 1300))
                bytes += [UInt8](repeating: 0x2D, count: Int(generator.next() % 3))
            }
            let pieces = pieces(bytes)
            #expect(pieces.filter(\.isRun).map(\.range) == expectedRuns(bytes))
            #expect(pieces.reduce(0) { $0 == $1.range.lowerBound ? $1.range.upperBound : -1 } == bytes.count)
        }
    }

    @Test func `long ranges are cut into the fewest equal pieces`() {
        let bytes = [UInt8](repeating: 0x2D, count: 140_000)
        #expect(pieces(bytes).map(\.range) == [0..<46_666, 46_666..<93_333, 93_333..<140_000])
    }

    @Test(arguments: [(Sample.base64, false), (.base64OfText, true), (.text, true), (.random, false), (.zeros, true)])
    func `samples tell what is worth searching`(sample: Sample, worthwhile: Bool) {
        let bytes = Array(sample.bytes.prefix(60_000))
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            let segmentation = unsafe Segmentation(start, count: buffer.count)
            #expect(segmentation.pieces().allSatisfy { segmentation.hasMatches($0) == worthwhile })
        }
    }
}
