// Lies that leave everything else consistent, each with the codes that `verify` must give, and what the second verifier
// must say.

import Bytes
import Container
import Cryptography
import Manifest
import Testing

@testable import Mailseal

/// One lie.
struct ForgeryCase: Sendable, CustomTestStringConvertible {
    /// What the second verifier, which recomputes neither attachments nor DKIM nor defects, must say.
    enum Second: Sendable { case same, soundAsNotRecomputed }

    let name: String
    let codes: Set<String>
    let verdict: VerifyReport.Verdict
    let second: Second
    /// Whether the bundle is the one that keeps its containers.
    let keepsContainers: Bool
    let lie: @Sendable (inout Forgery) throws -> Void
    /// The bundle that it is told in: that of one edition, of three, or of four with further sources.
    var base = Base.everything

    enum Base: Sendable { case everything, extended, continued }

    var testDescription: String { name }

    static func altered(
        _ name: String, _ codes: Set<String>, keepsContainers: Bool = false,
        _ lie: @escaping @Sendable (inout Forgery) throws -> Void
    ) -> ForgeryCase {
        ForgeryCase(
            name: name, codes: codes, verdict: .altered, second: .same, keepsContainers: keepsContainers, lie: lie)
    }

    static func underivable(
        _ name: String, _ code: String, _ second: Second = .same,
        _ lie: @escaping @Sendable (inout Forgery) throws -> Void
    ) -> ForgeryCase {
        ForgeryCase(
            name: name, codes: [code], verdict: .evidenceDiffers, second: second, keepsContainers: false, lie: lie)
    }

    static func unseen(
        _ name: String, _ codes: Set<String> = [], verdict: VerifyReport.Verdict = .consistent,
        _ lie: @escaping @Sendable (inout Forgery) throws -> Void
    ) -> ForgeryCase {
        ForgeryCase(name: name, codes: codes, verdict: verdict, second: .same, keepsContainers: false, lie: lie)
    }
}

extension ForgeryCase {
    static let all =
        derived + payload + mailboxes + counts + grammar + tags + container + rules + sound + editions + continued

    private static let derived: [ForgeryCase] = [
        .underivable("an attachment's digest", "attachments-differ", .soundAsNotRecomputed) {
            try $0.change("attachment") { line in
                guard case .attachment(var attachment) = line else { return nil }
                attachment.sha256 = Digest(hashing: [1])
                return .attachment(attachment)
            }
        },
        .underivable("an attachment's name", "attachments-differ", .soundAsNotRecomputed) {
            try $0.replace("attachment", "two.txt", "too.txt")
        },
        .underivable("an attachment left out", "attachments-differ", .soundAsNotRecomputed) {
            $0.lines.remove(at: try #require($0.places(of: "attachment").first))
            try $0.settle()
        },
        .underivable("a signature that holds", "dkim-differs", .soundAsNotRecomputed) {
            try $0.replace("dkim", #""header":"invalid""#, #""header":"valid""#)
            try $0.settle()
        },
        .underivable("a body that is intact", "dkim-differs", .soundAsNotRecomputed) {
            try $0.replace("dkim", #""body":"altered""#, #""body":"intact""#)
            try $0.settle()
        },
        .underivable("a repair that was not needed", "dkim-differs") {
            try $0.change("dkim") { line in
                guard case .dkim(var signature) = line, signature.alignment != nil else { return nil }
                signature.repairs.append(.init(name: "list-footer", edits: [0..<1]))
                return .dkim(signature)
            }
        },
        .underivable("a signature's domain that is From's", "dkim-differs", .soundAsNotRecomputed) {
            try $0.replace("dkim", #""alignment":"other""#, #""alignment":"same""#)
            try $0.settle()
        },
        .underivable("a reservation left out", "dkim-differs", .soundAsNotRecomputed) {
            try $0.change("dkim") { line in
                guard case .dkim(var signature) = line, !signature.reservations.isEmpty else { return nil }
                signature.reservations = []
                return .dkim(signature)
            }
            try $0.settle()
        },
        .underivable("a signature left out", "dkim-differs", .soundAsNotRecomputed) {
            $0.lines.remove(at: try #require($0.places(of: "dkim").last))
            try $0.settle()
        },
        .underivable("a subject", "message-facts-differ") { try $0.replace("message", "Number 1", "Number 8") },
        .underivable("line ends", "message-facts-differ") {
            try $0.replace("message", #""line_ends":"crlf""#, #""line_ends":"mixed""#)
        },
        .underivable("defects", "message-facts-differ", .soundAsNotRecomputed) {
            try $0.change("message") { line in
                guard case .message(var message) = line, !message.defects.isEmpty else { return nil }
                message.defects = []
                return .message(message)
            }
        },
        .underivable("the number of verified messages", "evidence-counts-differ") {
            try $0.change("end") { line in
                guard case .end(var end) = line else { return nil }
                end.verified += 1
                end.unsigned -= 1
                return .end(end)
            }
        },
        .altered("a key left out", ["dkim-differs", "reference-unknown"]) {
            let used = try $0.usedKey()
            $0.lines.remove(at: used)
            try $0.settle()
        },
        .altered("a key's record", ["dkim-differs", "reference-unknown"]) {
            let used = try $0.usedKey()
            guard case .key(var key) = try ManifestLine($0.lines[used]) else { return }
            key.record += "; n=x".utf8
            $0.lines[used] = ManifestLine.key(key).bytes
        },
        .altered("a key of another kind", ["code-unknown"]) {
            try $0.replace("key", #""basis":"file""#, #""basis":"hearsay""#)
        },
        .altered("a key twice", ["key-order"]) {
            let used = try $0.usedKey()
            $0.lines.insert($0.lines[used], at: used)
            try $0.settle()
        },
    ]

    private static let payload: [ForgeryCase] = [
        .altered("a message's bytes", ["message-altered"]) { try $0.overwrite("Text 3.", "Text 9.") },
        .altered("a message's length", ["message-altered"]) { try $0.overwrite("Text 3.", "Text 33.") },
        .altered("a message cut short", ["message-altered"]) { try $0.overwrite("Text 3.", "") },
        .altered("the bytes of a message in a mailbox", ["message-altered", "source-digest-differs"]) {
            try $0.overwrite("Text 7.", "Text 9.")
        },
        .altered("a file's bytes", ["file-altered"]) { try $0.overwrite("notes\n", "votes\n") },
        .altered("a file's length", ["file-altered"]) { try $0.overwrite("notes\n", "notes") },
        .altered("a stored mailbox", ["file-altered"], keepsContainers: true) {
            let place = try #require(
                $0.payload.lastIndex { $0.path.hasPrefix("data/files") && $0.content.starts(with: "From ".utf8) })
            $0.payload[place].content[5] ^= 1
        },
        .altered("two entries swapped", ["entry-missing", "entry-unexpected", "index-differs"]) {
            $0.changeEntries = { $0.swapAt(2, 3) }
        },
        .altered("an entry too many", ["entry-unexpected", "index-unusable"]) {
            let content = "more".bytes
            let path = PayloadFile.files(Digest(hashing: content), size: 4, pieces: [])[0].path.displayText
            $0.changeEntries = { $0.insert(Forgery.File(path: path, content: content), at: 3) }
        },
        .altered("a file that is nowhere called for", ["entry-unexpected", "index-unusable"]) {
            $0.changeEntries = { $0.insert(Forgery.File(path: "notes.txt", content: []), at: 1) }
        },
        .altered("an entry too few", ["entry-missing"]) { $0.changeEntries = { $0.remove(at: 3) } },
        .altered("an entry twice", ["entry-unexpected", "index-unusable"]) {
            $0.changeEntries = {
                var copy = $0[3]
                copy.leaf = nil
                $0.insert(copy, at: 4)
            }
        },
    ]

    private static let mailboxes: [ForgeryCase] = [
        .altered("what stands before a message", ["source-digest-differs"]) {
            try $0.replace("occurrence", "From a@example.org", "From b@example.org")
        },
        .altered(
            "the length of what stands before a message", ["mailbox-gap", "source-digest-differs", "container-differs"]
        ) {
            try $0.replace("occurrence", "From a@example.org", "From aa@example.org")
        },
        .altered("a mailbox's digest", ["source-digest-differs"]) {
            try $0.changeContainer("mbox") { $0.sha256 = Digest(hashing: [1]) }
        },
        .altered("a mailbox's size", ["container-differs"]) { try $0.changeContainer("mbox") { $0.size += 1 } },
        .altered("a mailbox's last bytes", ["source-digest-differs"]) {
            try $0.changeContainer("mbox") { $0.after = $0.after.map { [0x20] + $0.dropFirst() } }
        },
        .altered("an archive's messages", ["container-differs"]) { try $0.changeContainer("zip") { $0.messages += 1 } },
        .altered("a stored archive's digest", ["container-differs"], keepsContainers: true) {
            try $0.changeContainer("zip") { $0.sha256 = Digest(hashing: [1]) }
        },
    ]

    private static let counts: [ForgeryCase] = [
        .altered("the number of messages", ["counts-differ"]) {
            try $0.change("end") { line in
                guard case .end(var end) = line else { return nil }
                end.messages += 1
                return .end(end)
            }
        },
        .altered("the number of messages in content", ["counts-differ"]) {
            try $0.change("content") { line in
                guard case .content(var content) = line else { return nil }
                content.messages += 1
                return .content(content)
            }
        },
        .altered("the content root", ["content-root-differs"]) {
            try $0.change("content") { line in
                guard case .content(var content) = line else { return nil }
                content.root = Digest(hashing: [1])
                return .content(content)
            }
        },
        .altered("a source's balance", ["balance-differs"]) {
            try $0.change("source-end") { line in
                guard case .sourceEnd(var end) = line else { return nil }
                end.items += 1
                end.failures += 1
                return .sourceEnd(end)
            }
        },
        .altered("a source's bytes", ["balance-differs"]) {
            try $0.change("source-end") { line in
                guard case .sourceEnd(var end) = line else { return nil }
                end.bytes.failed += 1
                return .sourceEnd(end)
            }
        },
        .altered("a place left out", ["balance-differs"]) {
            // "1 again.eml" comes first; its second place is that of "1.eml".
            $0.lines.remove(at: try #require($0.places(of: "occurrence").dropFirst().first))
            try $0.settle()
        },
    ]
}

extension Forgery {
    /// Where the line of a key stands whose record is used by a signature.
    func usedKey() throws -> Int {
        let used = try Set(
            places(of: "dkim").compactMap { place -> Digest? in
                guard case .dkim(let line) = try ManifestLine(lines[place]) else { return nil }
                return line.key
            })
        for place in places(of: "key") {
            if case .key(let line) = try ManifestLine(lines[place]), used.contains(Digest(hashing: line.record)) {
                return place
            }
        }
        throw MailsealError("no signature uses a key")
    }

    /// Changes the text of the first payload file that holds it, and nothing else.
    mutating func overwrite(_ old: String, _ new: String) throws {
        let place = try #require(payload.firstIndex { $0.content.displayText.contains(old) })
        payload[place].content = payload[place].content.displayText.replacing(old, with: new).bytes
    }

    mutating func changeContainer(_ kind: String, _ body: (inout ContainerLine) -> Void) throws {
        try change("container") { line in
            guard case .container(var container) = line, container.kind == kind else { return nil }
            body(&container)
            return .container(container)
        }
    }
}
