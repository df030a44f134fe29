// The command `mailseal`: arguments in, exit status out.

import ArgumentParser
import Files
import Glibc
import Intake

@main
struct MailsealCommand: AsyncParsableCommand {
    static let _errorLabel = "mailseal"
    static let configuration = CommandConfiguration(
        commandName: "mailseal",
        abstract: "Pack a mail archive into one reproducible bundle that can be verified for decades.",
        discussion: """
            A bundle is one tar.gz: every message and attachment is a leaf of a Merkle tree, beside its DKIM evidence and
            the time and place it was retrieved. Its root, SIZE:HASH, is what you publish.

            EXIT STATUS
              0  done, intact, same
              1  altered, different, or done with failures
              2  trouble: bad usage, unreadable, no space
            """,
        version: "mailseal \(programVersion) (format \(formatName))",
        subcommands: [
            CreateCommand.self, VerifyCommand.self, DiffCommand.self, ListCommand.self, ShowCommand.self,
            ExtractCommand.self, ProveCommand.self, CheckCommand.self, ExtendCommand.self, SealCommand.self,
            RedactCommand.self, StatementCommand.self, KeysCommand.self,
        ])

    static func main() async {
        Terminal.secureStreams()
        Intake.useFixedLocale()
        Interruption.removeUnfinished()
        // A file that may not grow further is an error that can be told, not the end.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try parseAsRoot(RawArguments.texts)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Interruption.exit(0)
        } catch let status as ExitCode {
            Interruption.exit(status.rawValue)
        } catch {
            exit(reporting: error)
        }
    }

    /// Prints what went wrong and ends: 0 after help and version, 2 otherwise.
    private static func exit(reporting error: any Error) -> Never {
        if Self.exitCode(for: error) == .success {
            Terminal.answer(fullMessage(for: error))
            Interruption.exit(0)
        }
        Terminal.report(error, usage: fullMessage(for: error))
        Interruption.exit(2)
    }
}
