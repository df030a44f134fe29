// Options that the commands about keys share.

import ArgumentParser
import Bytes
import DKIM
import Glibc
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

    /// Writes the keys to the file, where they may replace those written before, or to standard output.
    func write(_ keys: some Sequence<Key>, to destination: KeyFileOutput, again: Bool = false) throws {
        if let text = try destination.write(keys, again: again) { Terminal.answer(keyFile: text) }
    }

    /// Writes the text of a key file to the file or to standard output.
    func write(text: [UInt8], to destination: KeyFileOutput) throws {
        if let text = try destination.write(text: text) { Terminal.answer(keyFile: text) }
    }
}

extension Terminal {
    /// Prints a key file as it is, or without anything that could command the terminal to which it goes.
    fileprivate static func answer(keyFile text: [UInt8]) {
        guard isatty(STDOUT_FILENO) == 1 else { return answer(bytes: text) }
        answer(bytes: safeForTerminal(text.displayText, keepingLines: true).bytes)
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
