// `mailseal prove`.

import ArgumentParser
import Bytes
import Files
import Mailseal
import Manifest
import MerkleTree

struct ProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that one message or attachment belongs to a bundle, without giving away the rest.",
        usage: """
            mailseal prove <bundle> <number | sha256 | message-id> [--attachment <part>] [-o <file>]
            mailseal prove <bundle> --line <index> [-o <file>]
            """,
        discussion: """
            The proof is a small text: the message's line in the manifest and the hashes that lead from it to the root. With the
            message beside it, anybody can check it without the bundle, with mailseal check or by hand. It reveals that
            one line (number, size, digest, From, To, Cc, Date, Subject, Message-ID) and how many lines there are, nothing else.

            EXAMPLES
              mailseal prove mail.tar.gz 17
              mailseal prove mail.tar.gz '<20170505.1@example.org>' -o leak.tlog-proof
              mailseal prove mail.tar.gz 17 --attachment 2 -o invoice.tlog-proof
              mailseal prove mail.tar.gz --line 0

            EXIT STATUS
              0 done; 1 no such message, attachment or line, or another root than --root; 2 trouble
            """)

    @Argument(help: ArgumentHelp("The bundle.", valueName: "bundle"))
    var bundle: String

    @Argument(help: ArgumentHelp("The message: its number, SHA-256 or Message-ID.", valueName: "message"))
    var message: String?

    @Option(help: ArgumentHelp("Prove an attachment of the message, such as 2.1.", valueName: "part"))
    var attachment: String?

    @Option(help: ArgumentHelp("Prove any line of the manifest, by its index from 0.", valueName: "index"))
    var line: Int?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Where to write the proof; by default named after what it proves.", valueName: "file"))
    var output: String?

    @Flag(name: .shortAndLong, help: "Replace a file that is there.")
    var force = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var pin: RootOption

    func validate() throws {
        guard (message == nil) != (line == nil) else {
            throw ValidationError("expected a message or --line, and not both")
        }
        if attachment != nil, message == nil { throw ValidationError("--attachment needs a message") }
    }

    func run() async throws {
        let bundle = try pin.open(bundle)
        guard let made = try Prove.run(bundle, subject) else {
            Terminal.say(missing(bundle))
            throw ExitCode(1)
        }
        let path = output?.argumentBytes ?? made.defaultName
        if !force { try AtomicOutput.checkFree(path) }
        try AtomicOutput.write(made.proof.text, to: path, force: force)
        Terminal.answer(json ? safeJSON(made.json(bundle, path, pin)) : made.text(bundle, path, pin))
    }

    private var subject: ProofSubject {
        if let line { return .line(line) }
        let reference = MessageReference(message ?? "")
        return attachment.map { .attachment(reference, part: $0) } ?? .message(reference)
    }

    private func missing(_ bundle: Bundle) -> String {
        if let line {
            let lines = Quantity.count(bundle.lineCount, "line")
            return "no line \(line) in the bundle, which has \(lines), the first of which is line 0"
        }
        let part = attachment.map { "attachment \($0) of " } ?? ""
        return Report.missing("\(part)message \(message ?? "")", in: bundle)
    }
}

extension MadeProof {
    /// What it proves, for a file's name and for people.
    private var parts: [String] {
        guard let message else { return ["line", "\(proof.index)"] }
        if case .attachment(let line) = line { return ["message", "\(message)", line.part] }
        return ["message", "\(message)"]
    }

    /// `message-17.tlog-proof` and the like.
    fileprivate var defaultName: [UInt8] {
        let name = parts.joined(separator: "-").utf8.map { byte in
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x2E ? byte : 0x2D
        }
        return name + ".tlog-proof".bytes
    }

    private var subject: String {
        guard let message else { return "line \(Quantity.grouped(proof.index)) (\(line.typeName))" }
        if case .attachment(let line) = line {
            return "attachment \(line.part) of message \(Quantity.grouped(message))"
        }
        return "message \(Quantity.grouped(message))"
    }

    fileprivate func text(_ bundle: Bundle, _ path: [UInt8], _ pin: RootOption) -> String {
        let shown = Report.quoted(safeForTerminal(path.displayText))
        var lines = ["wrote \(shown): \(subject) is line \(proof.index) of \(Quantity.grouped(bundle.lineCount))"]
        lines += pin.lines(bundle)
        if message != nil {
            lines += ["", "Whoever has the file can check it without the bundle:"]
            lines.append("  mailseal check FILE --proof \(shown) --root \(bundle.root)")
        }
        return lines.joined(separator: "\n")
    }

    fileprivate func json(_ bundle: Bundle, _ path: [UInt8], _ pin: RootOption) -> String {
        var writer = CanonicalJSONWriter()
        writer.add("bundle", bundle.name)
        writer.add("root", bundle.root.description.bytes)
        writer.add("pinned", pin.root != nil)
        writer.add("proof", path)
        writer.add("leaf", proof.index)
        writer.add("line", object: line.bytes)
        return writer.finish().displayText
    }
}
