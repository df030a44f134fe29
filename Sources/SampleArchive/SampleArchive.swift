// Invented mail archives of any size: the same seed and options give the same bytes on any machine.

import Bytes
import Cryptography
import Glibc

/// Why a sample archive cannot be made.
public enum SampleArchiveError: Error, Equatable, CustomStringConvertible {
    /// So many messages are fewer than 1 or more than 10,000,000.
    case messageCount(Int)
    /// The average size of a message in bytes is outside of 4,000 to 4,000,000.
    case averageSize(Int)
    /// The percentage of signed messages is outside of 0 to 100.
    case signedPercent(Int)
    /// The folder to write to holds something already.
    case folderNotEmpty(String)
    /// The system refused an action on a path.
    case system(action: String, path: String, code: Int32)

    /// A sentence such as `average message has 12 bytes, expected 4000 to 4000000`.
    public var description: String {
        switch self {
        case .messageCount(let count): "archive has \(count) messages, expected 1 to 10000000"
        case .averageSize(let size): "average message has \(size) bytes, expected 4000 to 4000000"
        case .signedPercent(let percent): "signed messages are \(percent) percent, expected 0 to 100"
        case .folderNotEmpty(let path): "folder \(path) is not empty"
        case .system(let action, let path, let code):
            "cannot \(action) \(path): \(unsafe String(cString: strerror(code)))"
        }
    }
}

/// An invented archive: any of its messages can be made at any time, from the seed and its index alone.
///
/// Sizes are log-normal; at the default average about three quarters of all bytes are base64.
public struct SampleArchive: Sendable {
    /// The average size of a message at full scale: 71,848 messages make 9 GB.
    public static let fullScale = 125_000
    /// The average size of a message in archives of a great many small ones.
    public static let smallScale = 5_000

    /// How many messages the archive has.
    public let messageCount: Int
    /// How the messages are stored.
    public let layout: SampleLayout
    /// How lines end in all stored messages; nil for CRLF in a tree of files, LF in Maildir and mailboxes.
    public let lineEnds: SampleLineEnds?
    let seed: UInt64
    private let signedPercent: Int
    let averageSize: Int

    /// An archive of so many messages with an average size in bytes, of which a percentage is signed.
    public init(
        seed: UInt64, messages: Int, averageSize: Int = fullScale, signedPercent: Int = 29,
        layout: SampleLayout = .tree, lineEnds: SampleLineEnds? = nil
    ) throws(SampleArchiveError) {
        guard (1...10_000_000).contains(messages) else { throw .messageCount(messages) }
        guard (4000...4_000_000).contains(averageSize) else { throw .averageSize(averageSize) }
        guard (0...100).contains(signedPercent) else { throw .signedPercent(signedPercent) }
        self.seed = seed
        messageCount = messages
        self.averageSize = averageSize
        self.signedPercent = signedPercent
        self.layout = layout
        self.lineEnds = lineEnds
    }

    /// The lines of the key file, each `selector._domainkey.domain TXT` and without its line end.
    public var keyLines: [String] { SigningKeys.keyLines }

    /// The first messages of the archive, at most so many.
    public func messages(_ count: Int) -> [SampleMessage] {
        (0..<max(0, min(count, messageCount))).map(message(at:))
    }

    /// The message with this index, 0 for the first; an index outside of the archive is brought to its nearest end.
    public func message(at index: Int) -> SampleMessage {
        let envelopes = Envelopes(seed: seed, messageCount: messageCount, signedPercent: signedPercent)
        let plan = envelopes.plan(max(0, min(index, messageCount - 1)))
        let source = original(of: plan, envelopes)
        let envelope = envelopes.envelope(source)
        let composer = Composer(envelopes: envelopes, scale: Scale(averageSize: averageSize))
        let signed = signed(composer.draft(source, envelope), source, envelope)
        let bytes = trace(source, envelope) + Array(signed.signatures.joined()) + signed.draft.bytes
        let place = SamplePlace(layout: layout, seed: seed, plan: plan, envelopes.envelope(plan))
        let truth = SampleTruth(
            index: plan.index, messageID: source.flaw == .noMessageID ? nil : envelope.messageID,
            date: envelope.date.seconds, dkim: signed.verdict, signatureCount: signed.signatures.count,
            attachments: signed.draft.attachments, forwardedCount: signed.draft.forwardedCount,
            flaws: [signed.flaw, plan.flaw].compactMap(\.self),
            duplicateOf: plan.index == source.index ? nil : source.index)
        let stored = place.form.stored(bytes, lineEnds ?? place.usualLineEnds)
        let line = "From \(envelope.sender.address) \(envelope.date.mailboxText)"
        return SampleMessage(
            path: place.path, bytes: stored.bytes, mailboxLine: place.form.isMailbox ? line : nil,
            quotedLines: stored.quotedLines, truth: truth)
    }

    /// The plan whose message this one repeats, or the plan itself.
    private func original(of plan: Plan, _ envelopes: Envelopes) -> Plan {
        var current = plan
        while current.flaw == .duplicateBytes, let earlier = current.earlier { current = envelopes.plan(earlier) }
        return current
    }

    private func signed(_ draft: Draft, _ plan: Plan, _ envelope: Envelope) -> SignedDraft {
        guard let fate = plan.fate else { return SignedDraft(draft) }
        var random = RandomSource(seed, .signature, plan.index)
        return SignedDraft(
            draft, fate, domain: envelope.sender.domain, date: envelope.date.seconds + 2, random: &random)
    }

    /// What the servers on the way wrote above the message, the last server first (RFC 5321 §4.4).
    private func trace(_ plan: Plan, _ envelope: Envelope) -> [UInt8] {
        var random = RandomSource(seed, .trace, plan.index)
        var text = "Return-Path: <\(envelope.sender.address)>\r\nDelivered-To: \(envelope.account.address)\r\n"
        let hops = random.within(1...4)
        for hop in 0..<hops {
            let (from, by) = (hop == hops - 1 ? envelope.sender.domain : "example.net", envelope.account.domain)
            text +=
                "Received: from mx\(hops - hop).\(from) (mx\(hops - hop).\(from) [192.0.2.\(random.within(1...254))])"
            text += "\r\n\tby mx\(hops - hop + 1).\(hop == 0 ? by : "example.net") (Postier) with ESMTPS id "
            text += random.hexadecimal(12).displayText + "\r\n\tfor <\(envelope.account.address)>; "
            text += envelope.date.later(by: 3 * (hops - hop)).mailText + "\r\n"
        }
        return text.bytes
    }
}
