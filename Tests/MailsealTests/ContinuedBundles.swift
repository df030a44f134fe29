// A bundle that goes on: sources in the second edition, keys in the third, both in the fourth.

import Bytes
import Manifest
import SampleArchive
import ScratchFolders

@testable import Mailseal

enum ContinuedBundles {
    private static let editions = Task { try await make(VerifyBench()) }

    /// The bundle as each of the four editions left it.
    static func byEdition() async throws -> [[UInt8]] { try await editions.value }

    /// The bundle of four editions.
    static func last() async throws -> [UInt8] { try await byEdition()[3] }

    /// Writes two more sources: mail that is known and mail that is new, in files, a mailbox and an archive.
    static func fillMore(_ bench: VerifyBench) throws {
        try bench.write("more/known.eml", Mails.attached)
        try bench.write("more/a.eml", Mails.plain(20))
        try bench.write("more/notes.txt", "notes\n".bytes)
        try bench.write("more/other.txt", "other\n".bytes)
        for (number, mail) in signed.prefix(12).enumerated() { try bench.write("more/signed/\(number).eml", mail) }
        let rows = [Mails.plain(21, lineEnd: "\n"), Mails.plain(2, lineEnd: "\n"), Mails.plain(21, lineEnd: "\n")]
        try bench.write("more/rows.mbox", Mails.mailbox(rows))
        try bench.write("more/zip.zip", Mails.zip([("in.eml", Mails.plain(22)), ("old.eml", Mails.plain(5))]))
        try bench.write("last/inbox/1.eml", Mails.plain(23))
        for (number, mail) in signed.dropFirst(12).enumerated() {
            try bench.write("last/inbox/signed-\(number).eml", mail)
        }
    }

    private static let signed =
        (try? SampleArchive(seed: 7, messages: 400, averageSize: 4000, signedPercent: 60))
        .map { sample in
            (200..<260).map { sample.message(at: $0) }.filter { $0.truth.dkim != .unsigned && $0.mailboxLine == nil }
                .map(\.bytes)
        } ?? []

    private static func make(_ bench: VerifyBench) async throws -> [[UInt8]] {
        try bench.fill()
        try fillMore(bench)
        let keys = Mails.keyLines.split(separator: ASCII.lf).map(Array.init)
        let half = VerifyBench.text(keys.prefix(keys.count / 2))
        let path = try bench.write("half", half)
        let first = try await bench.bundle(of: ["inbox", "box"], keys: false) { $0.keyFiles = [path] }
        var editions = [first]
        let additions: [(keys: [UInt8], sources: [String])] = [
            ([], ["more"]), (VerifyBench.text(keys.dropLast(2)), []), (Mails.keyLines, ["all.mbox", "last/inbox"]),
        ]
        for (keys, sources) in additions {
            guard let next = try await bench.extend(editions[editions.count - 1], keys, sources: sources) else {
                throw MailsealError("nothing was added")
            }
            editions.append(next)
        }
        return editions
    }
}
