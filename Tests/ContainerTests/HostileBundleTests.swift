// Bundles made to mislead: a comment or an index that leads elsewhere is refused before anything is believed.

import Bytes
import Files
import Testing

@testable import Container

struct HostileBundleTests {
    /// Two blocks; index.txt's header is in the second one.
    private let fixture = Fixture([1_100_000, 700])
    private let bundle: [UInt8]
    private let comment: BundleComment

    init() throws {
        bundle = try fixture.bundle(compress: stored)
        comment = try #require(BundleComment(text: Array(bundle[10..<62])))
    }

    private func open(_ bytes: [UInt8], comment: BundleComment? = nil) throws -> BundleReader {
        var bytes = bytes
        if let comment { bytes.replaceSubrange(10..<62, with: comment.text) }
        return try BundleReader(Scratch(bytes).open())
    }

    /// The code of the fault that opening ends with.
    private func refusal(_ open: () throws -> BundleReader) -> Fault.Code? {
        do { _ = try open() } catch ContainerError.damaged(let fault) { return fault.code } catch {}
        return nil
    }

    @Test(arguments: [
        (0, 0, Fault.Code.gzipComment), (62, 0, .gzipComment), (Int.max, 0, .gzipComment), (63, 0, .indexMissing),
        (64, 0, .indexMissing), (68, 0, .blockInflate), (63, 512, .indexMissing), (63, 0xFFFFF, .indexMissing),
    ])
    func `a comment that leads elsewhere is refused`(block: Int, header: Int, code: Fault.Code) {
        let other = BundleComment(blockOffset: block, headerOffset: header, checksum: comment.checksum)
        #expect(refusal { try open(bundle, comment: other) } == code)
    }

    @Test(arguments: [-512, 512, 1, -1, 1024])
    func `a comment that leads beside the header of index.txt is refused`(shift: Int) {
        let other = BundleComment(
            blockOffset: comment.blockOffset, headerOffset: comment.headerOffset + shift, checksum: 0)
        #expect(refusal { try open(bundle, comment: other) } == .indexMissing)
    }

    @Test func `an entry named index.txt with anything in it is refused`() throws {
        var fixture = fixture
        fixture.entries[1].path = BundleReader.indexPath
        let bytes = try fixture.bundle(compress: stored)
        let offset = 512 + 1_100_000 + Tar.padding(after: 1_100_000) - BundleBlocks.size
        let other = BundleComment(blockOffset: comment.blockOffset, headerOffset: offset, checksum: 0)
        #expect(refusal { try open(bytes, comment: other) } == .indexText)
    }

    @Test func `an index.txt larger than its file calls for is refused before it is inflated`() throws {
        let header = try Tar.header(name: "a".bytes, path: BundleReader.indexPath, size: BundleIndex.maximumSize)
        let comment = BundleComment(blockOffset: GzipHeader.size, headerOffset: 0, checksum: 0)
        let bytes = GzipHeader.encode(comment) + stored(header).bytes
        #expect(throws: ContainerError.indexTooLarge(BundleIndex.maximumSize)) { try open(bytes) }
    }

    /// The bundle with another text of the same length in index.txt; checksums of the container are left as they are.
    private func bundle(replacing old: String, with new: String) throws -> [UInt8] {
        let text = try BundleReader(Scratch(bundle).open()).index.encode()
        let start = try #require(bundle.indices.last { bundle[$0...].starts(with: text.prefix(40)) })
        let place = try #require(text.indices.first { text[$0...].starts(with: old.bytes) }) + start
        var bytes = bundle
        bytes.replaceSubrange(place..<place + old.utf8.count, with: new.bytes)
        return bytes
    }

    @Test(arguments: [
        ("000000000000003f", "0000000000000040"), ("entries 00000003", "entries 00000002"),
        ("mailseal-index/0", "mailseal-index/1"), ("leaves 00000001", "leaves 00000101"),
        ("0000000000000000 00000000", "0000000000000200 00000000"),
    ])
    func `an index that cannot be true is refused and the bundle still examined`(old: String, new: String) throws {
        let bytes = try bundle(replacing: old, with: new)
        #expect(refusal { try open(bytes) } == .indexText)
        let examination = try Examination(Scratch(bytes).open(), as: fixture)
        #expect(examination.codes == [.indexText, .gzipComment, .gzipTrailer])
        #expect(examination.contents["data/0".bytes] == fixture.entries[0].content)
        #expect(examination.contents["data/1".bytes] == fixture.entries[1].content)
    }

    @Test func `an index that points into an entry is found out at the header`() throws {
        let offset = { (place: Int) in
            String(repeating: "0", count: 16 - String(place, radix: 16).count) + String(place, radix: 16)
        }
        let second = 512 + 1_100_000 + Tar.padding(after: 1_100_000)
        let reader = try open(bundle(replacing: offset(second), with: offset(second - 512)))
        #expect(throws: ContainerError.self) { try reader.entry(0) }
        #expect(throws: ContainerError.self) { try reader.entry(1) }
        #expect(try reader.entry(2).path == "manifest.jsonl".bytes)
    }

    @Test func `a block that refers to the one before it is refused`() throws {
        // Fixed Huffman: length 3 at distance 1, end of block; then an empty stored block.
        let reference: [UInt8] = [0b0000_0010, 0b0000_0010, 0, 0, 0, 0xFF, 0xFF]
        let block = CheckedBlock(number: 1, offset: 100, compressed: reference, size: 3, expectedChecksum: nil)
        #expect(block.bytes == nil)
        #expect(block.faults.map(\.code) == [.blockInflate])
    }

    @Test(arguments: [(999, Fault.Code.blockSize), (1001, .blockSize), (1000, nil)])
    func `a block of another size is refused`(size: Int, code: Fault.Code?) {
        let compressed = stored([UInt8](repeating: 7, count: 1000)).bytes
        let block = CheckedBlock(number: 0, offset: 63, compressed: compressed, size: size, expectedChecksum: nil)
        #expect(block.faults.map(\.code) == (code.map { [$0] } ?? []))
        #expect((block.bytes == nil) == (code != nil))
    }

    @Test func `a walk stops at a short block that is not the last one`() throws {
        let short = stored([UInt8](repeating: 7, count: 1000)).bytes
        let full = stored([UInt8](repeating: 7, count: BundleBlocks.size)).bytes
        let file = try Scratch(Array(bundle[..<GzipHeader.size]) + full + short + full + [3, 0]).open()
        var walker = BlockWalker(of: file)
        #expect(try walker.next()?.bytes?.count == BundleBlocks.size)
        #expect(try walker.next()?.faults.map(\.code) == [.blockSize])
        #expect(walker.isBroken)
        #expect(try walker.next() == nil)
    }

    @Test func `a walk over empty blocks ends`() throws {
        let empty = (0..<10_000).flatMap { _ in [0, 0, 0, 0xFF, 0xFF] as [UInt8] }
        var walker = BlockWalker(of: try Scratch(Array(bundle[..<GzipHeader.size]) + empty + [3, 0]).open())
        #expect(try walker.next()?.faults.map(\.code) == [.blockInflate])
        #expect(try walker.next() == nil)
    }
}
