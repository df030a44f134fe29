// Options that the commands about keys share.

import ArgumentParser
import Bytes
import DKIM
import Mailseal

/// The key file that a command writes.
struct KeyFileOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The key file to write (default, or -: standard output).", valueName: "file"))
    var output: String?

    @Flag(name: .shortAndLong, help: "Replace an existing file.")
    var force = false

    /// Whether the keys go to standard output.
    var isStandardOutput: Bool { output == nil || output == "-" }

    /// The file, before any work is done.
    func start() throws -> KeyFileOutput {
        try KeyFileOutput(path: isStandardOutput ? nil : output?.argumentBytes, force: force)
    }

    /// Writes the keys to the file or to standard output.
    func write(_ keys: some Sequence<Key>, to destination: KeyFileOutput) throws {
        try write(text: KeyFile.text(of: keys), to: destination)
    }

    /// Writes the text of a key file to the file or to standard output.
    func write(text: [UInt8], to destination: KeyFileOutput) throws {
        if let text = try destination.write(text: text) { Terminal.answer(bytes: text) }
    }
}

/// A basis by its name on the command line.
struct BasisArgument: ExpressibleByArgument {
    let basis: KeyProvenance.Basis

    init?(argument: String) {
        guard let basis = KeyProvenance.Basis(rawValue: argument) else { return nil }
        self.basis = basis
    }

    static var allValueStrings: [String] { KeyProvenance.Basis.allCases.map(\.rawValue) }
}

extension ArgumentForm {
    /// The name of a key, which is not a wildcard.
    static func keyName(_ text: String) throws -> KeyName {
        guard let name = KeyName(parsing: text.argumentBytes), !name.isWildcard else {
            throw ValidationError("expected a name such as s1._domainkey.example.org")
        }
        return name
    }
}

extension Terminal {
    /// Tells what an operation has to say while it works.
    static func tell(_ notice: Observer.Notice) {
        switch notice {
        case .failure(let sentence): say(sentence)
        case .warning(let sentence, let hint):
            say("warning: \(sentence)")
            if let hint { self.hint(hint) }
        }
    }
}
