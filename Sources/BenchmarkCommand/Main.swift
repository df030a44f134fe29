// The command that `make benchmark` times: it signs messages, and verifies their signatures.

import Bytes
import DKIM
import Files
import Glibc
import Mail

private let usage = """
    usage: BenchmarkCommand write FOLDER SIZE COUNT
           BenchmarkCommand verify KEYS ROUNDS FILE...
           BenchmarkCommand sign FOLDER FILE...
    """

/// What ends the command.
struct Trouble: Error, CustomStringConvertible {
    let description: String
}

@main
enum BenchmarkCommand {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            let line = Array("BenchmarkCommand: \(error)\n".utf8)
            _ = unsafe write(STDERR_FILENO, line, line.count)
            exit(2)
        }
    }

    private static func run(_ arguments: [String]) throws {
        switch (arguments.first, arguments.count) {
        case ("write", 4):
            guard let size = Int(arguments[2]), let count = Int(arguments[3]) else { throw Trouble(description: usage) }
            try SignedMessages(size: size, count: count).write(to: arguments[1])
        case ("verify", 4...):
            guard let rounds = Int(arguments[2]), rounds > 0 else { throw Trouble(description: usage) }
            try verify(keys: arguments[1], rounds: rounds, paths: Array(arguments[3...]))
        case ("sign", 3...):
            try SignedCopies(folder: arguments[1]).write(Array(arguments[2...]))
        default:
            throw Trouble(description: usage)
        }
    }

    /// Verifies every message `rounds` times; each must have one signature, and it must hold.
    private static func verify(keys: String, rounds: Int, paths: [String]) throws {
        let verifier = Verifier(keys: KeyStore(KeyFile(parsing: try contents(of: keys)).keys))
        let messages = try paths.map { try contents(of: $0) }
        for _ in 0..<rounds {
            for (path, message) in zip(paths, messages) {
                let found = verifier.evidence(of: message.span, header: HeaderSection(of: message.span)).signatures
                guard found.count == 1, let signature = found.first, signature.header == .valid,
                    case .intact = signature.body
                else { throw Trouble(description: "\(path): not one signature that holds") }
            }
        }
    }
}

/// The bytes of a file.
func contents(of path: String) throws -> [UInt8] {
    let file = try ReadableFile(path: Array(path.utf8))
    return try file.read(at: 0, count: file.size)
}
