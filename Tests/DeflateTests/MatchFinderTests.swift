// The match finder against the rules of Docs/deflate.md, followed byte by byte.

import Testing

@testable import Deflate

struct MatchFinderTests {
    private struct Found: Equatable {
        var place: Int
        var length: Int
        var distance: Int
    }

    /// The matches that the match finder takes in pieces of these ends, all searched.
    private func matches(_ bytes: [UInt8], ends: [Int]) -> [Found] {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return [] }
            let finder = unsafe MatchFinder(start)
            var tokens = Tokens()
            defer {
                finder.deallocate()
                tokens.deallocate()
            }
            var found: [Found] = []
            var place = 0
            for end in ends {
                tokens.clear()
                finder.parse(place..<end, into: &tokens)
                for index in 0..<tokens.count {
                    let match = unsafe tokens.matches[index]
                    place += match.literals
                    let distance = Int(match.distanceLessOne) + 1
                    found.append(Found(place: place, length: match.length, distance: distance))
                    place += match.length
                }
                #expect(place + tokens.trailingLiterals == end)
                place = end
            }
            return found
        }
    }

    /// The same by the text of the format.
    private struct Rules {
        let bytes: [UInt8]
        var near: [Int: Int] = [:]
        var far: [Int: Int] = [:]

        func entries(_ p: Int) -> (near: Int, far: Int) {
            let w = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[p + $1]) << UInt64(8 * $1) }
            let four = (w & 0xFFFF_FFFF) * 0x9E37_79B1 & 0xFFFF_FFFF
            return (Int(four >> 16), Int((w &* 0x9E37_79B9_7F4A_7C15) >> 48))
        }

        mutating func enter(_ p: Int) {
            let entries = entries(p)
            near[entries.near] = p % 65_536
            far[entries.far] = p % 65_536
        }

        func equalBytes(_ p: Int, _ distance: Int, atMost limit: Int) -> Int {
            (0..<limit).first { bytes[p + $0] != bytes[p - distance + $0] } ?? limit
        }

        mutating func lookUp(_ p: Int, _ e: Int) -> Found? {
            let entries = entries(p)
            let distances = [near[entries.near] ?? 0, far[entries.far] ?? 0].map { (p % 65_536 - $0 + 65_536) % 65_536 }
            let ranked = distances.filter { (1...32_768).contains($0) }
                .map { (equal: equalBytes(p, $0, atMost: 8), distance: $0) }
                .filter { $0.equal >= 4 }
            enter(p)
            guard let best = ranked.max(by: { ($0.equal, -$0.distance) < ($1.equal, -$1.distance) }) else { return nil }
            let length = equalBytes(p, best.distance, atMost: min(258, e - p))
            return Found(place: p, length: length, distance: best.distance)
        }

        mutating func parse(_ a: Int, _ e: Int) -> [Found] {
            var found: [Found] = []
            var p = a
            while p + 8 <= e {
                guard var match = lookUp(p, e) else {
                    p += 1
                    continue
                }
                var looked = p + 1
                while match.length < 32, p + 9 <= e {
                    looked = p + 2
                    guard let next = lookUp(p + 1, e), next.length > match.length,
                        4 * (next.length - match.length) + lg(match.distance) - lg(next.distance) > 2
                    else { break }
                    match = next
                    p += 1
                }
                found.append(match)
                for place in looked..<max(looked, p + match.length) where place + 8 <= e { enter(place) }
                p += match.length
            }
            return found
        }

        private func lg(_ x: Int) -> Int { x.bitWidth - 1 - x.leadingZeroBitCount }
    }

    private func expected(_ bytes: [UInt8], ends: [Int]) -> [Found] {
        var rules = Rules(bytes: bytes)
        return zip([0] + ends, ends).flatMap { rules.parse($0, $1) }
    }

    @Test(arguments: [Sample.text, .base64OfText, .mail, .farAndNear, .textInZeros, .twoSymbols, .random])
    func `the matches of a sample are those of the rules`(sample: Sample) {
        let bytes = sample.bytes
        let ends = Array(stride(from: 30_011, to: bytes.count, by: 30_011)) + [bytes.count]
        #expect(matches(bytes, ends: ends) == expected(bytes, ends: ends))
    }

    @Test func `the matches of all short inputs of two symbols are those of the rules`() {
        for count in 1...11 {
            for pattern in 0..<1 << count {
                let bytes = (0..<count).map { UInt8(pattern >> $0 & 1) }
                let found = matches(bytes, ends: [count])
                // A comparison here, because thousands of expectations take seconds.
                if found != expected(bytes, ends: [count]) { Issue.record("\(bytes)") }
            }
        }
    }

    @Test func `a position one table's range back is no match of distance zero`() {
        // The zeros of fresh tables, and entries that are exactly 65,536 old, have distance zero.
        var bytes = Generator.bytes(131_100, seed: 11)
        for place in 0..<20 {
            bytes[65_536 + place] = bytes[place]
            bytes[131_072 + place] = bytes[place]
        }
        let ends = [65_535, 131_070, bytes.count]
        #expect(matches(bytes, ends: ends) == expected(bytes, ends: ends))
    }

    @Test func `a match stays in its piece`() {
        let bytes = [UInt8](repeating: 7, count: 100)
        #expect(matches(bytes, ends: [50, 100]).map { $0.place + $0.length } == [50, 100])
    }
}
