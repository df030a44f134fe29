// `mailseal keys generate-note`.

import ArgumentParser
import Bytes
import Files
import Mailseal
import MerkleTree

struct KeysGenerateNoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate-note",
        abstract: "Make a key for signed notes, and print its public half.",
        discussion: """
            The file is a secret: whoever has it can sign notes in this name. The public half is what others verify with;
            publish it in more than one place. An existing file is never replaced.

            EXAMPLES
              mailseal keys generate-note --name newsroom.example/archives -o note.key
              mailseal seal mail.tar.gz --note-key note.key

            EXIT STATUS
              0 done; 2 trouble, nothing was written
            """)

    @Option(
        help: ArgumentHelp("The key's name: visible ASCII without +, best the archive's origin.", valueName: "name"))
    var name: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write the private key.", valueName: "file"))
    var output: String

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let key: NoteSignerKey
        do {
            key = try NoteSignerKey(
                name: name.argumentBytes, seed: (0..<32).map { _ in UInt8.random(in: 0...255) })
        } catch { throw MailsealError("\(error)", hint: "a name such as newsroom.example/archives") }
        let path = output.argumentBytes
        try AtomicOutput.checkFree(path, hint: "a key is never replaced")
        try AtomicOutput.write(key.text + [ASCII.lf], to: path, force: false, isPrivate: true)
        guard json else { return Terminal.answer(key.verifierKey.text.displayText) }
        var writer = CanonicalJSONWriter()
        writer.add("file", path)
        writer.add("public_key", key.verifierKey.text)
        Terminal.answer(writer.finish().displayText)
    }
}
