// Small archives of every kind in a folder of their own, and the bundles that `create` makes of them.

import Bytes
import Deflate
import Files
import Foundation
import Manifest
import SampleArchive
import ScratchFolders

@testable import Mailseal

/// A folder that goes with the test.
final class VerifyBench: ScratchFolder, @unchecked Sendable {
    /// Writes a file whose name may be no UTF-8.
    @discardableResult
    func write(_ name: [UInt8], _ bytes: [UInt8]) throws -> [UInt8] {
        let path = root.bytes + [0x2F] + name
        try AtomicOutput.write(bytes, to: path, force: true)
        return path
    }

    func read(_ path: [UInt8]) throws -> [UInt8] {
        let file = try ReadableFile(path: path)
        return try file.read(at: 0, count: file.size)
    }

    /// Packs sources and gives the bundle's bytes.
    func bundle(
        of sources: [String], name: String = "sample", keys: Bool = true,
        _ change: (inout CreateOptions) -> Void = { _ in }
    ) async throws -> [UInt8] {
        var options = CreateOptions(sources: sources.map { path($0) })
        options.name = name.bytes
        options.output = path("\(UUID().uuidString).tar.gz")
        options.sources.omitsTimes = true
        if keys { options.keyFiles = [try write("keys-\(UUID().uuidString)", Mails.keyLines)] }
        change(&options)
        return try read(try await Create.run(options).path)
    }

    /// Extends a bundle by sources and by key records, one a line; nil when there is nothing to add.
    func extend(
        _ bundle: [UInt8], _ keys: [UInt8], sources: [String] = [], _ change: (inout ExtendOptions) -> Void = { _ in }
    ) async throws -> [UInt8]? {
        let name = UUID().uuidString
        var options = ExtendOptions(
            bundle: try write("\(name).tar.gz", bundle), output: path("\(name)-extended.tar.gz"))
        options.keyFiles = keys.isEmpty ? [] : [try write("\(name).keys", keys)]
        options.sources.paths = sources.map { path($0) }
        options.sources.omitsTimes = true
        change(&options)
        guard try await Extend.run(options).written != nil else { return nil }
        return try read(options.output)
    }

    /// Verifies bytes as a bundle file.
    func verify(_ bytes: [UInt8], _ change: (inout VerifyOptions) -> Void = { _ in }) async throws -> VerifyReport {
        let path = try write("\(UUID().uuidString).tar.gz", bytes)
        defer { try? FileManager.default.removeItem(atPath: path.displayText) }
        var options = VerifyOptions(path: path)
        change(&options)
        return try await Verify.run(options)
    }
}

/// Messages for the archives.
enum Mails {
    private static let sample = try? SampleArchive(seed: 7, messages: 400, averageSize: 4000, signedPercent: 60)

    static var keyLines: [UInt8] { ((sample?.keyLines ?? []).joined(separator: "\n") + "\n").bytes }

    /// The smallest generated message of a kind, signed or not.
    static func generated(_ dkim: SampleDKIM) -> [UInt8] {
        let found = (sample?.messages(120) ?? []).filter { $0.truth.dkim == dkim && $0.mailboxLine == nil }
        return found.map(\.bytes).min { $0.count < $1.count } ?? []
    }

    /// Generated messages, as many bytes in all as asked for or a little more.
    static func generated(bytes: Int, seed: UInt64) -> [[UInt8]] {
        guard let sample = try? SampleArchive(seed: seed, messages: 2000, averageSize: 20_000) else { return [] }
        var mails: [[UInt8]] = []
        var size = 0
        for index in 0..<2000 where size < bytes {
            mails.append(sample.message(at: index).bytes)
            size += mails[mails.count - 1].count
        }
        return mails
    }

    /// A short message.
    static func plain(_ number: Int, lineEnd: String = "\r\n") -> [UInt8] {
        [
            "From: a@example.org", "To: b@example.org", "Subject: Number \(number)",
            "Date: Mon, 2 Jan 2017 10:00:00 +0000",
            "Message-ID: <\(number)@example.org>", "", "Text \(number).", "",
        ].joined(separator: lineEnd).bytes
    }

    /// A message with two attachments.
    static let attached = """
        From: a@example.org
        Subject: =?UTF-8?Q?Pi=C3=A8ces?=
        Message-ID: <attached@example.org>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=x

        --x

        See both.
        --x
        Content-Type: application/octet-stream; name="one.bin"
        Content-Disposition: attachment
        Content-Transfer-Encoding: base64

        AAECAwQFBgcICQ==
        --x
        Content-Type: text/plain
        Content-Disposition: attachment; filename=two.txt

        two
        --x--

        """.replacing("\n", with: "\r\n").bytes

    /// A message with defects: a header line without a colon, no end of its multipart.
    static let defective = "From: a@example.org\nno field\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\ntext\n"
        .bytes

    /// A message with bytes above 127 in its subject.
    static let eightBit = Array("From: a@example.org\nSubject: caf".utf8) + [0xE9] + Array("\n\nText\n".utf8)

    /// A mailbox of messages.
    static func mailbox(_ mails: [[UInt8]], lineEnd: String = "\n") -> [UInt8] {
        mails.flatMap { "From a@example.org Mon Jan  2 10:00:00 2017\(lineEnd)".bytes + $0 + lineEnd.bytes }
    }

    /// A ZIP archive of stored members.
    static func zip(_ members: [(name: String, content: [UInt8])]) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var archive: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in members {
            let shared =
                little(20, 2) + little(0, 2) + little(0, 2) + little(0, 2) + little(0x5421, 2)
                + little(Int(CRC32.of(content)), 4) + little(content.count, 4) + little(content.count, 4)
                + little(name.utf8.count, 2) + little(0, 2)
            directory += [0x50, 0x4B, 1, 2] + little(20, 2) + shared + little(0, 2) + little(0, 2) + little(0, 2)
            directory += little(0, 4) + little(archive.count, 4) + name.bytes
            archive += [0x50, 0x4B, 3, 4] + shared + name.bytes + content
        }
        let end = little(0, 2) + little(0, 2) + little(members.count, 2) + little(members.count, 2)
        return archive + directory + [0x50, 0x4B, 5, 6] + end + little(directory.count, 4) + little(archive.count, 4)
            + little(0, 2)
    }
}

extension VerifyBench {
    /// A tree, a Maildir and a mailbox that hold one of everything: `inbox`, `box` and `all.mbox`.
    func fill() throws {
        let duplicate = Mails.plain(1)
        try write("inbox/1.eml", duplicate)
        try write("inbox/1 again.eml", duplicate)
        try write("inbox/lf.eml", Mails.plain(2, lineEnd: "\n"))
        try write("inbox/attached.eml", Mails.attached)
        try write("inbox/defective.eml", Mails.defective)
        try write("inbox/eight-bit.eml", Mails.eightBit)
        for dkim in SampleDKIM.allCases { try write("inbox/signed/\(dkim.rawValue).eml", Mails.generated(dkim)) }
        try write("inbox/".bytes + [0xE9, 0x74, 0xE9] + ".eml".bytes, Mails.plain(3))
        try write("inbox/notes.txt", "notes\n".bytes)
        try write("inbox/copy of notes.txt", "notes\n".bytes)
        try write("inbox/empty", [])
        try FileManager.default.createSymbolicLink(
            atPath: root + "/inbox/link", withDestinationPath: "/elsewhere/notes.txt")
        // A message that is new, one that an earlier line brought, and the new one once more.
        let rows = [Mails.plain(4, lineEnd: "\n"), Mails.plain(2, lineEnd: "\n"), Mails.plain(4, lineEnd: "\n")]
        try write("inbox/lf.mbox", Mails.mailbox(rows))
        try write(
            "inbox/zip.zip",
            Mails.zip([("in.eml", Mails.plain(5)), ("in.txt", "text".bytes), ("in.mbox", Mails.mailbox(rows))]))
        for folder in ["cur", "new", "tmp"] {
            try FileManager.default.createDirectory(atPath: root + "/box/" + folder, withIntermediateDirectories: true)
        }
        try write("box/cur/1:2,S", Mails.plain(6, lineEnd: "\n"))
        try write("box/new/2", Mails.plain(1))
        try write("all.mbox", Mails.mailbox([Mails.plain(7), Mails.plain(1)], lineEnd: "\r\n"))
    }

    /// The bundle of everything without key records, and that bundle extended twice.
    func editions() async throws -> [[UInt8]] {
        let all = try keyLines(of: try await everything())
        let first = try await bundle(of: ["inbox", "box", "all.mbox"], keys: false) { options in
            options.sources.retrieval = Retrieval(
                at: Timestamp(rfc3339: "2017-05-05T18:35:00Z".bytes), from: "https://example.org/".bytes)
        }
        let half = all.count / 2
        guard half > 1, let second = try await extend(first, Self.text(all.prefix(half))),
            let third = try await extend(second, Self.text(all))
        else { throw MailsealError("the sample has no keys for three editions") }
        return [first, second, third]
    }

    /// The key records in a bundle, as lines of a key file.
    func keyLines(of bundle: [UInt8]) throws -> [[UInt8]] {
        try Bundle(path: write("\(UUID().uuidString).tar.gz", bundle)).keys()
            .map { $0.selector + "._domainkey.".bytes + $0.domain + " ".bytes + $0.record }
    }

    /// A text of these lines.
    static func text(_ lines: some Sequence<[UInt8]>) -> [UInt8] { lines.flatMap { $0 + "\n".bytes } }

    /// The bundle of everything.
    func everything(keepingContainers: Bool = false) async throws -> [UInt8] {
        try fill()
        return try await bundle(of: ["inbox", "box", "all.mbox"]) { options in
            options.sources.keepContainers = keepingContainers
            options.sources.retrieval = Retrieval(
                at: Timestamp(rfc3339: "2017-05-05T18:35:00Z".bytes), from: "https://example.org/".bytes)
        }
    }
}

/// Bundles that many tests start from, made once.
enum SharedBundles {
    private static let everything = Task { try await VerifyBench().everything() }
    private static let keeping = Task { try await VerifyBench().everything(keepingContainers: true) }
    private static let editions = Task { try await VerifyBench().editions() }

    /// The bundle of everything in three editions: without keys, with half of those that its signatures call for, with all.
    static func extended() async throws -> [UInt8] { try await editions.value[2] }

    /// The bundle as each of the three editions left it.
    static func byEdition() async throws -> [[UInt8]] { try await editions.value }

    static func everything(keepingContainers: Bool = false) async throws -> [UInt8] {
        try await (keepingContainers ? keeping : everything).value
    }
}
