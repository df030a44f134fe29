// `mailseal keys import`.

import ArgumentParser
import Bytes
import DKIM
import Mailseal

struct KeysImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring together key records of many forms into one key file.",
        discussion: """
            Each file is recognised by its content: key files, zone files, output of dig,
            host and nslookup, JSON of archive.zk.email, mailauth's DNS cache, the key
            store of DKIM Verifier, passive DNS (COF). Records are merged, sorted, and keep
            where they are from. The options --basis, --from and --obtained are your
            statement about every record without a line "#:" of its own.

            EXAMPLES
              mailseal keys import domains.json --from archive.zk.email -o keys.txt
              dig TXT s1._domainkey.example.org | mailseal keys import - -o new.txt
              mailseal keys import keys.txt new.txt -o keys.txt --force
              mailseal keys import db.example.org --origin example.org

            EXIT STATUS
              0 done; 1 done, but something gave no key; 2 trouble, nothing was written
            """)

    @Argument(help: ArgumentHelp("What to read; - is standard input.", valueName: "file"))
    var files: [String]

    @OptionGroup var destination: KeyFileOptions

    @Option(help: "What the records rest on.")
    var basis: BasisArgument?

    @Option(
        help: ArgumentHelp("The archive or publication that they are from.", valueName: "text"),
        transform: ArgumentForm.text)
    var from: [UInt8]?

    @Option(help: ArgumentHelp("When they were obtained (RFC 3339).", valueName: "time"), transform: ArgumentForm.time)
    var obtained: Timestamp?

    @Option(
        help: ArgumentHelp("The origin of zone files that have no $ORIGIN.", valueName: "domain"),
        transform: ArgumentForm.text)
    var origin: [UInt8]?

    @Flag(help: "Print one JSON document; needs -o.")
    var json = false

    func validate() throws {
        if json, destination.isStandardOutput {
            throw ValidationError("--json needs -o: standard output holds the keys otherwise")
        }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be read only once") }
    }

    func run() throws {
        let output = try destination.start()
        var options = KeysImportOptions(files: files.map { $0 == "-" ? nil : $0.argumentBytes })
        options.statement = KeyImport.Statement(basis: basis?.basis, from: from, obtained: obtained)
        options.origin = origin
        let found = try KeysImport(options)
        for file in found.files { tell(file) }
        guard !found.keys.isEmpty else {
            throw MailsealError(
                "no key was found, nothing was written", hint: "Docs/keys.md lists the forms that are known")
        }
        try destination.write(found.keys, to: output)
        if json {
            Terminal.answer(safeJSON(found.json(to: destination.output ?? "-")))
        } else {
            Terminal.say(
                "\(Quantity.count(found.keys.count, "key record")) of \(Quantity.count(found.names, "name"))"
                    + (destination.isStandardOutput ? "" : " written to \(destination.output ?? "")"))
        }
        if found.losesKeys { throw ExitCode(1) }
    }

    /// At most this many lines of one file are told one by one.
    private static let toldLines = 100

    private func tell(_ file: KeysImport.File) {
        let path = file.path.displayText
        for note in file.notes.prefix(Self.toldLines) {
            Terminal.say("\(path): line \(note.line): \(note.reason.rawValue)")
        }
        if file.notes.count > Self.toldLines {
            Terminal.say("\(path): and \(file.notes.count - Self.toldLines) more of these")
        }
        guard !json else { return }
        let others = file.leftAside > 0 ? ", \(Quantity.count(file.leftAside, "other record")) left aside" : ""
        Terminal.say("\(path): \(file.form.rawValue), \(Quantity.count(file.keys, "key record"))\(others)")
    }
}

extension KeysImport {
    /// The summary as JSON.
    fileprivate func json(to output: String) -> String {
        var writer = CanonicalJSONWriter()
        writer.add("output", output.argumentBytes)
        writer.add("keys", keys.count)
        writer.add("names", names)
        writer.add("files", objects: files.map(\.json))
        return writer.finish().displayText
    }
}

extension KeysImport.File {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("file", path)
        writer.add("form", form.rawValue.bytes)
        writer.add("keys", keys)
        writer.add("left_aside", leftAside)
        writer.add(
            "notes",
            objects: notes.map { note in
                var writer = CanonicalJSONWriter()
                writer.add("line", note.line)
                writer.add("code", note.reason.rawValue.bytes)
                writer.add("loses_key", note.reason.losesKey)
                return writer.finish()
            })
        return writer.finish()
    }
}
