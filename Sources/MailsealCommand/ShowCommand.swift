// `mailseal show`.

import ArgumentParser
import Bytes
import Glibc
import Mailseal
import Manifest
import MerkleTree

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one message of a bundle with its evidence.",
        usage: "mailseal show <bundle> <number | sha256 | message-id> [--raw | --part <number> | --json]",
        discussion: """
            Header fields are claims of whoever wrote the message; to the left of each stands which signature proves it. The message is
            checked against its digest, its line against the root. A number is found by the index; in a long manifest further
            places and messages with the same Message-ID are then looked for only with --everywhere.

            EXAMPLES
              mailseal show mail.tar.gz 17
              mailseal show mail.tar.gz '<20170505.1@example.org>' --json
              mailseal show mail.tar.gz 17 --part 2.1 > invoice.pdf

            EXIT STATUS
              0 done; 1 no such message or part, another root than --root, or evidence that does not follow; 2 trouble
            """)

    @Argument(help: ArgumentHelp("The bundle.", valueName: "bundle"))
    var bundle: String

    @Argument(help: ArgumentHelp("The message: its number, SHA-256 or Message-ID.", valueName: "message"))
    var message: String

    @Flag(help: "Write the message's exact bytes.")
    var raw = false

    @Option(help: ArgumentHelp("Write the decoded bytes of an attachment or part, such as 2.1.", valueName: "number"))
    var part: String?

    @Flag(help: "Show all header fields.")
    var headers = false

    @Flag(help: "Look for further places and for the same Message-ID, however long that takes.")
    var everywhere = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var pin: RootOption

    func validate() throws {
        if [raw, part != nil, json].filter(\.self).count > 1 {
            throw ValidationError("--raw, --part and --json cannot be given together")
        }
    }

    func run() async throws {
        let bundle = try pin.open(bundle)
        let reference = MessageReference(message)
        if raw {
            guard let bytes = try Show.bytes(bundle, reference) else { throw missing(bundle) }
            return try writeRaw(bytes)
        }
        guard let shown = try Show.run(bundle, reference, everywhere: everywhere) else { throw missing(bundle) }
        if let part {
            guard let bytes = shown.content(ofPart: part) else {
                Terminal.say("message \(shown.line.number) has no part \(part)")
                throw ExitCode(1)
            }
            return try writeRaw(bytes)
        }
        if json {
            Terminal.answer(safeJSON(shown.json(bundle, pin).displayText))
        } else {
            Terminal.answer(bytes: ShownText(shown, bundle, pin, allFields: headers).text.bytes)
        }
        if shown.findings.contains(where: { $0.weight != .remark }) { throw ExitCode(1) }
    }

    private func missing(_ bundle: Bundle) -> ExitCode {
        Terminal.say(Report.missing("message \(message)", in: bundle))
        return ExitCode(1)
    }

    /// Writes bytes as they are, but never to a terminal, which they could command.
    private func writeRaw(_ bytes: [UInt8]) throws {
        guard isatty(STDOUT_FILENO) == 0 else {
            throw MailsealError(
                "bytes from mail are not written to a terminal as they are", hint: "send them into a file or a pipe")
        }
        Terminal.answer(bytes: bytes)
    }
}

extension ShownMessage {
    /// The message as one JSON document: recorded lines as they stand in the manifest, decoded values under `_text`.
    fileprivate func json(_ bundle: Bundle, _ pin: RootOption) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("bundle", bundle.name)
        writer.add("root", bundle.root.description.bytes)
        writer.add("pinned", pin.root != nil)
        writer.add("leaf", leaf)
        writer.add("dkim", evidence.rawValue.bytes)
        writer.add("reservations", standing.reservations.map(\.bytes))
        writer.add("date_utc", date?.description.bytes)
        writer.add("message", object: ManifestLine.message(line).bytes)
        writer.add("fields", objects: fields.map(\.json))
        writer.add("texts", objects: texts.map(\.json))
        writer.add("attachments", objects: attachments.map { Self.json($0.line, name: $0.name) })
        writer.add("signatures", objects: signatures.map(\.json))
        if addedIn > 1 { writer.add("added_in", addedIn) }
        if !earlier.isEmpty {
            writer.add("edition", edition)
            writer.add("earlier", objects: earlier.map { Self.json($0.edition, $0.signatures) })
        }
        writer.add("places", objects: places.map(\.json))
        writer.add("searched_everywhere", isSearched)
        writer.add("same_message_id", object: "[\(sameMessageID.map(String.init).joined(separator: ","))]".bytes)
        writer.add("findings", objects: findings.map(\.json))
        return writer.finish()
    }

    private static func json(_ edition: Int, _ signatures: [DKIMLine]) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("edition", edition)
        writer.add("recorded", objects: signatures.map { ManifestLine.dkim($0).bytes })
        return writer.finish()
    }

    private static func json(_ line: AttachmentLine, name: String?) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("recorded", object: ManifestLine.attachment(line).bytes)
        writer.add("name_text", name?.bytes)
        return writer.finish()
    }
}

extension ShownMessage.Field {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("name", name.bytes)
        writer.add("value_text", value.bytes)
        writer.add("standing", standing.code.bytes)
        if !standing.signers.isEmpty {
            writer.add("signed_by", object: "[\(standing.signers.map(String.init).joined(separator: ","))]".bytes)
        }
        return writer.finish()
    }
}

extension ShownMessage.Text {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("part", part.bytes)
        writer.add("from_html", isFromHTML)
        writer.add("text", text.bytes)
        writer.add("cut", isCut)
        return writer.finish()
    }
}

extension ShownSignature {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("recorded", object: ManifestLine.dkim(line).bytes)
        writer.add("verdict", verdict.bytes)
        writer.add("key_bits", keyBits)
        writer.add("key_testing", isTesting)
        writer.add("key_origins", objects: origins.map { ManifestLine.key($0).bytes })
        writer.add("remarks", remarks.map { $0.code.bytes })
        return writer.finish()
    }
}

extension ShownPlace {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("recorded", object: ManifestLine.occurrence(occurrence).bytes)
        writer.add("source", object: source.map { ManifestLine.source($0).bytes })
        return writer.finish()
    }
}
