// What `list`, `show`, `extract` and `diff` find out about the index of a bundle that is too large to be read whole.

import Bytes
import Container
import Files
import Manifest
import ScratchFolders
import Testing

@testable import Mailseal

struct BundleChainTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    /// Seven messages; the numbers of their entries are those of the messages.
    private func forgery() async throws -> Forgery {
        for number in 1...7 { try bench.write("seven/\(number).eml", Mails.plain(number)) }
        return try Forgery(of: try await bench.bundle(of: ["seven"], keys: false), in: bench)
    }

    /// Opens a bundle as if it were a large one.
    private func open(_ bundle: [UInt8]) throws -> Bundle {
        try Bundle(ReadableFile(path: bench.write("large.tar.gz", bundle)), blockLimit: 0)
    }

    /// The numbers of the messages that can be read.
    private func readable(_ bundle: Bundle) -> [Int] {
        (1...7).filter { (try? Show.bytes(bundle, .number($0))) != nil }
    }

    @Test func `a sound bundle is read to its last message`() async throws {
        let bundle = try open(try await forgery().assemble())
        #expect(readable(bundle) == Array(1...7))
        #expect(try await listed(bundle).numbers == Array(1...7))
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let tell: @Sendable (inout Forgery) -> Void
    }

    private static let liesAboutTheFrame = [
        Lie(testDescription: "more behind index.txt") { $0.endOfArchive += [UInt8](repeating: 0, count: 512) },
        Lie(testDescription: "a file behind index.txt") { $0.endOfArchive = [UInt8](repeating: 0x78, count: 1024) },
        Lie(testDescription: "tag files in another order") {
            $0.changeEntries = { $0.swapAt($0.count - 2, $0.count - 3) }
        },
        Lie(testDescription: "a tag file too many") {
            $0.changeEntries = { $0.append(Forgery.File(path: "mailbag-2.csv", content: [])) }
        },
        Lie(testDescription: "a tag file that a line brings") {
            $0.changeIndex = { index in
                let last = index.entries.removeLast()
                index.entries.append(BundleIndex.Entry(tarOffset: last.tarOffset, leaf: 9))
            }
        },
        Lie(testDescription: "another first file") { $0.changeEntries = { $0[0].path = "data/bagit.txt" } },
        Lie(testDescription: "a gap before the manifest") { $0.changeIndex = { $0.move(7) } },
        Lie(testDescription: "fewer payload files than messages") { $0.changeIndex = { $0.entries.remove(at: 3) } },
        Lie(testDescription: "a first group that leaves out the manifest's first line") {
            $0.changeIndex = { index in
                let first = index.groups[0]
                index.groups[0] = BundleIndex.Group(
                    tarOffset: first.tarOffset + 1, firstMessage: first.firstMessage, hash: first.hash)
            }
        },
    ]

    @Test(arguments: liesAboutTheFrame)
    func `a lie about the frame is refused when the bundle is opened`(_ lie: Lie) async throws {
        var forgery = try await forgery()
        lie.tell(&forgery)
        let bundle = try forgery.assemble()
        #expect(throws: MailsealError.self) { try open(bundle) }
    }

    @Test(arguments: [-1, 1])
    func `what does not end with the file is refused`(_ change: Int) async throws {
        let sound = try await forgery().assemble()
        #expect(throws: MailsealError.self) { try open(change < 0 ? Array(sound.dropLast()) : sound + [0]) }
        var other = sound
        other[other.count - 4] ^= 1
        #expect(throws: MailsealError.self) { try open(other) }
    }

    @Test func `a message is given only with its neighbours in place`() async throws {
        var forgery = try await forgery()
        forgery.changeIndex = { $0.move(4) }
        let bundle = try open(forgery.assemble())
        // The third one does not end where the fourth begins, the fourth is none, and either is a neighbour.
        #expect(readable(bundle) == [1, 6, 7])
    }

    @Test func `a message before or behind what is no entry is not given`() async throws {
        var forgery = try await forgery()
        var entries: [BundleIndex.Entry] = []
        forgery.changeIndex = { entries = $0.entries }
        _ = try forgery.assemble()
        let header = entries[4].tarOffset
        forgery.changeTar = { $0[header + 100] = 0x31 }
        let bundle = try open(forgery.assemble())
        #expect(readable(bundle) == [1, 2, 6, 7])
    }

    @Test func `a line that calls for another room than the index leaves is refused`() async throws {
        var forgery = try await forgery()
        forgery.changeIndex = { $0.move(4) }
        let bundle = try open(forgery.assemble())
        await #expect(throws: MailsealError.self) { try await listed(bundle) }
        #expect(try await listed(bundle) { $0.numbers = [6...7] }.numbers == [6, 7])
    }

    @Test func `an index that leads into a payload file is refused in a large bundle too`() async throws {
        var hidden = try await forgery()
        try hidden.replace("message", "Number 1", "Number 8")
        var forgery = hidden
        // bagit.txt, then the first message's header: what is hidden begins with its content.
        let place = 1024 + 512
        let (content, index) = try hidden.hidden(at: place)
        forgery.payload[0].content = content
        forgery.changeComment = {
            $0 = BundleComment(blockOffset: $0.blockOffset, headerOffset: index, checksum: $0.checksum)
        }
        let bundle = try forgery.assemble()
        let error = #expect(throws: MailsealError.self) { try open(bundle) }
        #expect(error?.description.contains("the index does not lead from entry to entry") == true, "\(error as Any)")
    }

    @Test func `a damaged block is inflated once, however many entries it holds`() async throws {
        for number in 1...40 {
            let body = [UInt8](repeating: UInt8(number), count: 1 << 16)
            try bench.write("mails/\(number).eml", Mails.plain(number) + body)
        }
        var bytes = try await bench.bundle(of: ["mails"], keys: false) { $0.storesBlocks = true }
        let blocks = try Bundle(path: bench.write("sound.tar.gz", bytes)).reader.blocks
        #expect((3...BundleChain.blockLimit).contains(blocks.count))
        bytes[blocks.range(of: 0).upperBound / 2] ^= 1
        let damaged = try Bundle(path: bench.write("damaged.tar.gz", bytes))
        #expect(damaged.reader.inflatedBlocks <= blocks.count)
    }

    @Test func `one message of many blocks is shown by few of them`() async throws {
        for number in 1...14 {
            let body = [UInt8](repeating: 0x61 + UInt8(number), count: 1 << 20)
            try bench.write("blocks/\(number).eml", Mails.plain(number) + body)
        }
        let bytes = try await bench.bundle(of: ["blocks"], keys: false) { $0.storesBlocks = true }
        let path = try bench.write("blocks.tar.gz", bytes)
        for number in [1, 8, 14] {
            let bundle = try Bundle(path: path)
            #expect(bundle.reader.blocks.count > BundleChain.blockLimit)
            #expect(try Show.run(bundle, .number(number))?.line.number == number)
            // bagit.txt, the last payload file, the manifest; the message in two blocks and its neighbour's header.
            #expect(bundle.reader.inflatedBlocks <= 6, "\(bundle.reader.inflatedBlocks)")
        }
    }
}

extension BundleIndex {
    /// Moves an entry by 512 bytes.
    fileprivate mutating func move(_ number: Int) {
        let entry = entries[number]
        entries[number] = Entry(tarOffset: entry.tarOffset + 512, leaf: entry.leaf)
    }
}
