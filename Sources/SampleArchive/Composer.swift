// Writes one message: its fields and its body, before anything is signed or broken.

import Bytes
import Cryptography

/// A message on its way: fields as whole lines, so that one can be altered after signing.
struct Draft {
    /// The fields that its author's program wrote, each ended by CRLF.
    var fields: [[UInt8]]
    /// What follows the empty line.
    var body: [UInt8]
    /// The files that it carries.
    var attachments: [SampleAttachment]
    /// How many messages it carries.
    var forwardedCount = 0

    /// The fields, the empty line and the body.
    var bytes: [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(body.count + 8192)
        for field in fields { all += field }
        all += [ASCII.cr, ASCII.lf]
        all += body
        return all
    }
}

/// Writes the messages of an archive.
struct Composer {
    let envelopes: Envelopes
    let scale: Scale
    private var seed: UInt64 { envelopes.seed }

    /// The message of a plan, as its author sent it.
    func draft(_ plan: Plan, _ envelope: Envelope) -> Draft {
        var random = RandomSource(seed, .structure, plan.index)
        var files: [SampleAttachment] = []
        var entity = entity(plan, envelope, &random, &files)
        switch plan.flaw {
        case .bareCR: entity.content = "Une ligne\rsans fin\r\n".bytes + entity.content
        case .nul: entity.content = "Un octet \u{0} nul\r\n".bytes + entity.content
        default: break
        }
        let fields = fields(plan, envelope, entity, &random)
        var draft = Draft(fields: fields, body: entity.content, attachments: files)
        if plan.kind == .forward, isForwardedAsAttachment(plan) { draft.forwardedCount = 1 }
        return draft
    }

    private func fields(
        _ plan: Plan, _ envelope: Envelope, _ entity: Entity, _ random: inout RandomSource
    ) -> [[UInt8]] {
        let style: HeaderText.Style =
            plan.flaw == .eightBitHeader ? .raw8Bit : random.pick([.latin1Quoted, .utf8Quoted, .utf8Base64])
        func field(_ name: String, _ value: [UInt8]) -> [UInt8] { "\(name): ".bytes + value + "\r\n".bytes }
        var fields = [
            field("From", HeaderText.mailbox(envelope.sender, style)),
            field("To", HeaderText.mailboxes(envelope.recipients, style)),
        ]
        if !envelope.copies.isEmpty { fields.append(field("Cc", HeaderText.mailboxes(envelope.copies, style))) }
        fields.append(field("Subject", HeaderText.text(envelope.subject, style)))
        fields.append(field("Date", envelope.date.mailText.bytes))
        if plan.flaw != .noMessageID { fields.append(field("Message-ID", envelope.messageID.bytes)) }
        if let parent = envelope.references.last {
            fields.append(field("In-Reply-To", parent.bytes))
            fields.append(field("References", envelope.references.joined(separator: "\r\n\t").bytes))
        }
        if plan.kind == .newsletter {
            let address = "<https://\(Vocabulary.newsletterDomain)/u/\(random.hexadecimal(32).displayText)>"
            fields.append(field("List-Unsubscribe", address.bytes))
        }
        if plan.flaw == .eightBitHeader {
            fields.append(field("X-Organisation", TransferEncoding.latin1("Équipe de campagne".bytes)))
        }
        fields.append(field("X-Mailer", random.pick(Self.programs).bytes))
        fields.append("MIME-Version: 1.0\r\n".bytes)
        return fields + entity.fields
    }

    private static let programs = [
        "Courrier 10.2 (3259)", "Postier 15.0", "Webmail 2.4.1 (build 7)", "Messagerie mobile 9A405",
    ]

    private func entity(
        _ plan: Plan, _ envelope: Envelope, _ random: inout RandomSource, _ files: inout [SampleAttachment]
    ) -> Entity {
        let size = scale.textUnit * Kind.textWeights[plan.kind.rawValue]
        switch plan.kind {
        case .newsletter: return newsletter(plan, size, &random)
        case .text:
            var text = letter(plan, envelope, size: Int(size * LogNormal.quantile(plan.sizePosition, sigma: 0.8)))
            if random.chance(25) {
                let content = Prose.paragraphs(&random, atLeast: Int(size))
                text += TransferEncoding.uuencoded(content, name: "note.txt")
                files.append(
                    SampleAttachment(name: "note.txt", size: content.count, digest: Digest(hashing: content)))
                return .text(text, "plain", .utf8)
            }
            return .text(text, "plain", textForm(&random))
        case .attachments: return withAttachments(plan, envelope, Int(size), &random, &files)
        case .invitation: return invitation(plan, envelope, Int(size), &random)
        case .forward: return forward(plan, envelope, Int(size), &random)
        }
    }

    private func textForm(_ random: inout RandomSource) -> Entity.TextForm {
        Entity.TextForm(rawValue: Stratum(random.next(), perMille: [400, 250, 200, 100, 50]).index) ?? .utf8
    }

    private func boundary(_ random: inout RandomSource) -> String {
        "----=_Part_\(random.hexadecimal(24).displayText)"
    }

    /// What the author wrote, then the beginning of the message that it answers, quoted.
    private func letter(_ plan: Plan, _ envelope: Envelope, size: Int) -> [UInt8] {
        let parent = plan.isReply ? plan.earlier : nil
        var text = ownWords(plan.index, atLeast: parent == nil ? size : size / 2)
        text += "-- \r\n\(envelope.sender.name)\r\n".bytes
        guard let parent else { return text }
        let earlier = envelopes.envelope(envelopes.plan(parent))
        text += "\r\nLe \(earlier.date.mailText), \(earlier.sender.name) a écrit :\r\n".bytes
        return text + Prose.quoted(ownWords(parent, atLeast: size / 2))
    }

    /// The text that the author of a message wrote, or its beginning.
    private func ownWords(_ index: Int, atLeast size: Int) -> [UInt8] {
        var random = RandomSource(seed, .text, index)
        return Prose.paragraphs(&random, atLeast: size)
    }

    private func newsletter(_ plan: Plan, _ size: Double, _ random: inout RandomSource) -> Entity {
        let total = size * LogNormal.quantile(plan.sizePosition, sigma: 0.7)
        let outer = boundary(&random)
        let page = Prose.newsletter(&random, atLeast: Int(total * 0.8))
        return .multipart(
            "alternative", boundary: outer,
            [
                .text(ownWords(plan.index, atLeast: Int(total * 0.1)), "plain", textForm(&random)),
                .text(page, "html", random.pick([.utf8Quoted, .utf8Quoted, .latin1Quoted, .utf8])),
            ])
    }

    private func withAttachments(
        _ plan: Plan, _ envelope: Envelope, _ size: Int, _ random: inout RandomSource,
        _ files: inout [SampleAttachment]
    ) -> Entity {
        let outer = boundary(&random)
        let shares = random.pick([1, 1, 1, 1, 1, 1, 1, 2, 2, 3])
        var parts = [Entity.text(letter(plan, envelope, size: size), "plain", textForm(&random))]
        // Base64 lines take 78 bytes for 57.
        let decoded = scale.attachments / Double(shares) * 57 / 78
        let sized = { LogNormal.quantile($0, sigma: 1.2) * decoded }
        for share in 0..<shares {
            let circulates = random.chance(350)
            var own = RandomSource(seed, .attachment, plan.index * 8 + share)
            let file =
                circulates
                ? AttachedFile.circulating(
                    seed: seed, position: plan.sizePosition, share: shares * 4 + share, size: sized)
                : AttachedFile.single(&own, size: Int(sized(plan.sizePosition)))
            files.append(
                SampleAttachment(name: file.name, size: file.content.count, digest: Digest(hashing: file.content)))
            parts.append(.attachment(file, extendedName: random.chance(500)))
        }
        return .multipart("mixed", boundary: outer, parts, closed: plan.flaw != .missingClosingBoundary)
    }

    private func invitation(
        _ plan: Plan, _ envelope: Envelope, _ size: Int, _ random: inout RandomSource
    ) -> Entity {
        let outer = boundary(&random)
        let start = envelope.date.later(by: 86400)
        let event = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Exemple//Agenda//FR", "METHOD:REQUEST", "BEGIN:VEVENT",
            "UID:\(random.hexadecimal(32).displayText)", "DTSTAMP:\(envelope.date.calendarText)",
            "DTSTART:\(start.calendarText)", "DTEND:\(start.later(by: 3600).calendarText)",
            "SUMMARY:\(envelope.subject)", "ORGANIZER:mailto:\(envelope.sender.address)",
            "ATTENDEE;RSVP=TRUE:mailto:\(envelope.account.address)", "LOCATION:Salle Évry", "END:VEVENT",
            "END:VCALENDAR",
        ]
        let text = Entity.text(ownWords(plan.index, atLeast: size), "plain", textForm(&random))
        return .multipart("alternative", boundary: outer, [text, .invitation(event)])
    }

    private func isForwardedAsAttachment(_ plan: Plan) -> Bool { plan.index.isMultiple(of: 2) && plan.earlier != nil }

    private func forward(_ plan: Plan, _ envelope: Envelope, _ size: Int, _ random: inout RandomSource) -> Entity {
        let outer = boundary(&random)
        let own = ownWords(plan.index, atLeast: size / 4)
        guard let index = plan.earlier else { return .text(own, "plain", textForm(&random)) }
        let source = envelopes.plan(index)
        let earlier = envelopes.envelope(source)
        let text = ownWords(index, atLeast: size / 2)
        guard isForwardedAsAttachment(plan) else {
            let lines = [
                "---------- Message transféré ----------", "De : \(earlier.sender.name) <\(earlier.sender.address)>",
                "Date : \(earlier.date.mailText)", "Objet : \(earlier.subject)", "", "",
            ]
            return .text(own + lines.joined(separator: "\r\n").bytes + text, "plain", textForm(&random))
        }
        let inner = Entity.text(text, "plain", .utf8Quoted)
        let fields = fields(source, earlier, inner, &random)
        let message = Draft(fields: fields, body: inner.content, attachments: []).bytes
        return .multipart(
            "mixed", boundary: outer, [.text(own, "plain", textForm(&random)), .message(message)])
    }
}
