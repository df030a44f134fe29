// Bundles that were damaged on the way: bits, lengths, blocks. Nothing of it may pass, crash or end in silence.

import Bytes
import Cryptography
import Files
import Foundation
import ScratchFolders
import Testing

@testable import Container
@testable import Mailseal

struct DamageTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    /// A bundle of one message.
    private func small() async throws -> [UInt8] {
        try bench.write("small/a.eml", Mails.plain(1))
        return try await bench.bundle(of: ["small"], keys: false)
    }

    /// The reports on changed bundles, from several tasks; nil where there was nothing that could be judged.
    private func reports(on changes: [Change], of bundle: [UInt8]) async throws -> [(Change, VerifyReport?)] {
        try await withThrowingTaskGroup(of: [(Change, VerifyReport?)].self) { [bench] group in
            let width = 4
            for worker in 0..<width {
                group.addTask {
                    var reports: [(Change, VerifyReport?)] = []
                    for place in stride(from: worker, to: changes.count, by: width) {
                        do {
                            let report = try await bench.verify(changes[place].applied(to: bundle))
                            reports.append((changes[place], report))
                        } catch is MailsealError { reports.append((changes[place], nil)) }
                    }
                    return reports
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// A change of a bundle's bytes.
    enum Change: Sendable {
        case flip(place: Int, bit: Int)
        case cut(length: Int)

        func applied(to bundle: [UInt8]) -> [UInt8] {
            var changed = bundle
            switch self {
            case .flip(let place, let bit): changed[place] ^= 1 << UInt8(bit)
            case .cut(let length): changed.removeLast(bundle.count - length)
            }
            return changed
        }
    }

    @Test func `every flipped bit makes a bundle ALTERED`() async throws {
        let bundle = try await small()
        let every = ProcessInfo.processInfo.environment["MAILSEAL_EVERY_BIT"] == "1"
        let ends = Set(0..<GzipHeader.size).union(bundle.count - 16..<bundle.count)
        let changes = bundle.indices.flatMap { place in
            (0..<8).filter { every || ends.contains(place) || $0 == place % 8 }.map {
                Change.flip(place: place, bit: $0)
            }
        }
        let reports = try await reports(on: changes, of: bundle)
        #expect(reports.count == changes.count)
        let passed = reports.filter { $0.1?.verdict != .altered }.map { "\($0.0)" }
        #expect(passed == [])
        let codes = Set(reports.flatMap { $0.1?.findings.map(\.code) ?? [] })
        let expected: Set = ["gzip-header", "gzip-comment", "gzip-trailer", "block-inflate", "manifest-unreadable"]
        #expect(codes.isSuperset(of: expected), "\(codes.sorted())")
    }

    @Test func `every bundle that was cut short is ALTERED, or no bundle at all`() async throws {
        let bundle = try await small()
        let changes = bundle.indices.map { Change.cut(length: $0) }
        let reports = try await reports(on: changes, of: bundle)
        #expect(reports.count == changes.count)
        for case (.cut(let length), let report) in reports {
            #expect(report?.verdict == (length < 10 ? nil : .altered), "\(length) of \(bundle.count) bytes")
        }
    }

    @Test func `bytes behind a bundle are found`() async throws {
        let bundle = try await small()
        #expect(try await bench.verify(bundle).verdict == .consistent)
        for more in [[0], [UInt8](repeating: 0, count: 512), bundle] {
            let codes = try await bench.verify(bundle + more).findings.map(\.code)
            #expect(Set(codes) == ["trailing-bytes", "gzip-comment"])
        }
    }

    @Test func `what is no bundle is refused with a sentence`() async throws {
        for text in ["", "no bundle", String(repeating: "x", count: 100_000)] {
            let error = try await #require(throws: MailsealError.self) { try await bench.verify(text.bytes) }
            #expect(error.description.contains("is no mailseal bundle"))
        }
    }
}

/// Damage in a bundle of several blocks.
struct DamageInBlocksTests {
    private let bench: VerifyBench
    private static let shared = Task {
        let bench = try VerifyBench()
        for (number, mail) in Mails.generated(bytes: 2_600_000, seed: 3).enumerated() {
            try bench.write("large/\(1000 + number).eml", mail)
        }
        // A file that begins in block 1 and lies in block 2 too.
        let noise = (0..<30_000).flatMap { Digest(hashing: "\($0)".bytes).bytes }
        try bench.write("large/1065.bin", noise)
        return try await bench.bundle(of: ["large"], keys: false)
    }

    init() throws { bench = try VerifyBench() }

    /// The digests of the payload files that share bytes or headers with a block, and the block's place in the file.
    private func block(_ number: Int, of bundle: [UInt8]) throws -> (digests: [String], range: Range<Int>) {
        let reader = try BundleReader(ReadableFile(path: bench.write("block.tar.gz", bundle)))
        let range = number * BundleBlocks.size..<(number + 1) * BundleBlocks.size
        var hit: [String] = []
        for place in reader.index.entries.indices where reader.index.entries[place].leaf != nil {
            let entry = try reader.entry(place)
            guard (entry.tarOffset..<entry.contentOffset + entry.size).overlaps(range) else { continue }
            hit.append(String(entry.path.displayText.split(separator: "/")[3].prefix(64)))
        }
        return (hit, reader.blocks.range(of: number))
    }

    @Test(arguments: [0, 1]) func `what lies in a damaged block is named, and nothing else is`(number: Int) async throws
    {
        var bundle = try await Self.shared.value
        let (digests, range) = try block(number, of: bundle)
        #expect(digests.count > 3)
        for place in range.lowerBound + 1000..<range.lowerBound + 1100 { bundle[place] = 0xFF }
        let report = try await bench.verify(bundle)
        let expected: Set = [
            "block-crc", "block-inflate", "block-size", "tar-lost", "message-unreadable", "file-unreadable",
            "message-altered", "file-altered", "entry-missing", "index-differs", "gzip-trailer", "tag-file-differs",
        ]
        #expect(Set(report.findings.map(\.code)).isSubset(of: expected), "\(report.findings)")
        #expect(
            report.findings.contains { $0.code == "block-crc" && $0.subject == "byte \(range.lowerBound) of the file" })
        let named = report.findings.filter { $0.subject.hasPrefix("message ") || $0.subject.hasPrefix("file ") }
        for digest in digests { #expect(named.contains { $0.subject.contains(digest) }) }
        for finding in named { #expect(digests.contains { finding.subject.contains($0) }) }
    }

    @Test func `a file in a damaged block is named`() async throws {
        var bundle = try await Self.shared.value
        bundle[try block(2, of: bundle).range.lowerBound] = 0xFF
        let report = try await bench.verify(bundle)
        #expect(report.findings.contains { $0.code == "file-unreadable" && $0.subject.hasPrefix("file 1065.bin ") })
    }

    @Test func `a second damage is found behind the first`() async throws {
        let sound = try await Self.shared.value
        var forgery = try Forgery(of: sound, in: bench)
        let last = forgery.payload.count - 1
        forgery.payload[last].content[10] ^= 1
        var bundle = try forgery.assemble()
        let (_, range) = try block(0, of: bundle)
        bundle[range.upperBound - 100] ^= 1
        let report = try await bench.verify(bundle)
        #expect(report.findings.contains { $0.code == "block-crc" })
        #expect(
            report.findings.contains { $0.code == "message-altered" && $0.subject.hasPrefix("message \(last) ") })
    }

    @Test func `a block that inflates to another length is found`() async throws {
        var forgery = try Forgery(of: try await Self.shared.value, in: bench)
        forgery.changeBlock = { number, block in
            if number == 1 { block.removeLast() }
        }
        let report = try await bench.verify(forgery.assemble())
        #expect(report.findings.contains { $0.code == "block-size" })
    }

    @Test func `two damaged blocks are both found`() async throws {
        var bundle = try await Self.shared.value
        for place in try [0, 1].map({ try block($0, of: bundle).range.lowerBound }) { bundle[place + 500] ^= 4 }
        let report = try await bench.verify(bundle)
        #expect(report.findings.filter { $0.code == "block-crc" }.count == 2)
    }

    @Test func `a false checksum of a block is found`() async throws {
        var forgery = try Forgery(of: try await Self.shared.value, in: bench)
        forgery.changeIndex = { index in
            let block = index.blocks[1]
            index.blocks[1] = BundleIndex.Block(offset: block.offset, checksum: block.checksum ^ 1)
        }
        #expect(try await bench.verify(forgery.assemble()).findings.map(\.code) == ["block-crc"])
    }

    @Test func `a damaged index does not hide that all messages are sound`() async throws {
        var forgery = try Forgery(of: try await Self.shared.value, in: bench)
        forgery.changeIndex = { $0.entries.swapAt(3, 4) }
        let codes = try await bench.verify(forgery.assemble()).findings.map(\.code)
        #expect(Set(codes) == ["index-unusable", "index-differs"])
    }

    @Test func `behind a broken last block the names of the payload are compared`() async throws {
        let sound = try await Self.shared.value
        var forgery = try Forgery(of: sound, in: bench)
        forgery.payload[0].content[10] ^= 1
        let digest = forgery.payload[0].path
        var bundle = try forgery.assemble()
        let start = try block(3, of: bundle).range.lowerBound
        for place in start + 200..<start + 300 { bundle[place] = 0xFF }
        let report = try await bench.verify(bundle)
        let found = Set(report.findings.map(\.code))
        #expect(
            found.isSuperset(of: ["index-unusable", "manifest-unreadable", "message-altered"]), "\(report.findings)")
        #expect(report.findings.contains { $0.code == "message-altered" && $0.subject == digest })
    }

    @Test(arguments: [100_000, 1_500_000]) func `a download that broke off is ALTERED`(length: Int) async throws {
        let bundle = try await Self.shared.value
        let report = try await bench.verify(Array(bundle.prefix(min(length, bundle.count / 2))))
        #expect(report.verdict == .altered)
        #expect(report.findings.contains { $0.code == "manifest-unreadable" })
    }
}
