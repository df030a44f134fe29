// What the sample promises of its messages as a whole: the same bytes for a seed, shares, sizes.

import Bytes
import Cryptography
import Testing

@testable import SampleArchive

/// The digest of everything that is known of the messages.
private func digest(_ messages: [SampleMessage]) -> String {
    let hash = RunningHash(.sha256)
    for message in messages {
        hash.update(message.path + [0])
        hash.update(message.truthLine(digest: Digest(hashing: message.bytes), ordinal: nil))
    }
    return hash.finishDigest().description
}

@Suite struct `a sample archive` {
    @Test func `is the same for the same seed on every machine`() throws {
        let archive = try SampleArchive(seed: 1, messages: 200, averageSize: 20_000)
        #expect(digest(archive.messages(200)) == "6fb29664da6b5e2883d78c6515a76816bdea2bdb5315a73bbe1ba8133473a4cf")
    }

    @Test func `is another for another seed`() throws {
        let one = try SampleArchive(seed: 1, messages: 20, averageSize: 5_000).messages(20)
        let other = try SampleArchive(seed: 2, messages: 20, averageSize: 5_000).messages(20)
        #expect(Set(one.map(\.bytes)).isDisjoint(with: other.map(\.bytes)))
    }

    @Test func `makes any message without those before it`() throws {
        let archive = try SampleArchive(seed: 3, messages: 50, averageSize: 5_000)
        let all = archive.messages(50)
        for index in [49, 0, 17, 48] {
            #expect(archive.message(at: index).bytes == all[index].bytes)
            #expect(archive.message(at: index).path == all[index].path)
        }
    }

    @Test(arguments: SampleLayout.allCases)
    func `gives each stored file or mailbox entry a path of its own`(layout: SampleLayout) throws {
        let archive = try SampleArchive(seed: 4, messages: 100, averageSize: 4_000, layout: layout)
        let files = archive.messages(100).filter { $0.mailboxLine == nil }.map(\.path)
        #expect(Set(files).count == files.count)
    }

    @Test func `has the asked share of signed messages`() throws {
        for percent in [0, 29, 100] {
            let archive = try SampleArchive(seed: 5, messages: 300, averageSize: 4_000, signedPercent: percent)
            let signed = archive.messages(300).count { $0.truth.signatureCount > 0 }
            #expect(abs(signed - percent * 3) <= 9, "\(signed) of 300 at \(percent) percent")
        }
    }

    @Test(arguments: [(5_000, 300), (20_000, 150), (125_000, 80)])
    func `has the asked average size`(average: Int, count: Int) throws {
        let archive = try SampleArchive(seed: 6, messages: count, averageSize: average)
        let bytes = archive.messages(count).reduce(0) { $0 + $1.bytes.count }
        #expect(abs(bytes / count - average) <= average / 10, "\(bytes / count)")
    }

    @Test func `is mostly base64 at full scale`() throws {
        let messages = try SampleArchive(seed: 7, messages: 80).messages(80)
        let bytes = messages.reduce(0) { $0 + $1.bytes.count }
        // Four characters for three bytes, and a line end for each 57.
        let base64 = messages.flatMap(\.truth.attachments).reduce(0) { $0 + $1.size * 78 / 57 }
        #expect((0.70...0.80).contains(Double(base64) / Double(bytes)), "\(base64) of \(bytes)")
    }

    @Test func `spans the years of the reference case`() throws {
        let dates = try SampleArchive(seed: 8, messages: 200, averageSize: 4_000).messages(200).map(\.truth.date)
        #expect(dates.allSatisfy { (1_237_532_400...1_493_064_000).contains($0) })
        #expect((dates.min() ?? 0) < 1_241_000_000)
        #expect((dates.max() ?? 0) > 1_490_000_000)
    }

    @Test func `refuses what it cannot make`() {
        #expect(throws: SampleArchiveError.messageCount(0)) { try SampleArchive(seed: 1, messages: 0) }
        #expect(throws: SampleArchiveError.averageSize(3999)) {
            try SampleArchive(seed: 1, messages: 1, averageSize: 3999)
        }
        #expect(throws: SampleArchiveError.signedPercent(101)) {
            try SampleArchive(seed: 1, messages: 1, signedPercent: 101)
        }
    }

    @Test func `what the system refuses is told in its words`() {
        let error = SampleArchiveError.system(action: "create", path: "a/b", code: 2)
        #expect(error.description == "cannot create a/b: No such file or directory")
    }
}
