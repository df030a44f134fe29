// The command `mailseal-sample`: writes an invented mail archive.

public import ArgumentParser
import Glibc
public import SampleArchive

@main
struct SampleArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailseal-sample",
        abstract: "Write an invented mail archive of any size, the same bytes for the same seed.",
        discussion: """
            Beside the archive's folder it writes keys.txt (a line "selector._domainkey.domain TXT" for each DKIM key),
            truth.jsonl (a line for each message: where it is, its digest, what its signatures prove, its attachments,
            what is wrong with it) and retrieval.csv (when and from where the archive and some of its files were retrieved).

            EXAMPLES
              mailseal-sample demo/archive --messages 500 --average 20k
              mailseal-sample big/archive --bytes 9GB
              mailseal-sample many/archive --messages 1000000 --small --layout maildir
              mailseal-sample boxes/archive --messages 2000 --layout mboxcl2 --seed 7

            EXIT STATUS
              0 written, 2 trouble (bad usage, a folder that is not empty, out of space)
            """)

    /// What stands before an error: the name of the command, as Unix tools do.
    static let _errorLabel = "mailseal-sample"

    @Argument(help: ArgumentHelp("The folder to write to: empty, or not there yet.", valueName: "folder"))
    var folder: String

    @Option(help: "How many messages. (default: as --bytes needs, else 1000)")
    var messages: Int?

    @Option(help: "How large the archive is in all, such as 500MB or 9GB. (default: messages of average size)")
    var bytes: ByteCount?

    @Option(help: "How large a message is on average, such as 20k. (default: 125k, or 5k with --small)")
    var average: ByteCount?

    @Option(help: "The number that everything is made from.")
    var seed: UInt64 = 1

    @Option(help: "How messages are stored.")
    var layout: SampleLayout = .tree

    @Option(help: "How lines end. (default: crlf in files, lf in mailboxes and Maildir)")
    var lineEnds: SampleLineEnds?

    @Option(help: "How many percent of the messages are DKIM signed.")
    var signedPercent = 29

    @Flag(help: "Small messages of about 5 kB, for archives of very many.")
    var small = false

    @Option(help: "The key file. (default: keys.txt beside the folder)")
    var keys: String?

    @Option(help: "The truth file. (default: truth.jsonl beside the folder)")
    var truth: String?

    @Option(help: "The retrieval log. (default: retrieval.csv beside the folder)")
    var retrievalLog: String?

    func validate() throws {
        if bytes != nil, average != nil, messages != nil {
            throw ValidationError("--bytes, --average and --messages cannot all be given")
        }
        if small, average != nil { throw ValidationError("--small and --average cannot both be given") }
    }

    func run() async throws {
        let usual = average?.count ?? (small ? SampleArchive.smallScale : SampleArchive.fullScale)
        let count = messages ?? bytes.map { max(1, $0.count / usual) } ?? 1000
        let size = messages != nil ? bytes.map { $0.count / max(count, 1) } ?? usual : usual
        let archive = try SampleArchive(
            seed: seed, messages: count, averageSize: size, signedPercent: signedPercent, layout: layout,
            lineEnds: lineEnds)
        var output = SampleOutput(folder: folder)
        if let keys { output.keys = keys }
        if let truth { output.truth = truth }
        if let retrievalLog { output.retrievalLog = retrievalLog }
        let totals = try await archive.write(to: output, width: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let classes = SampleDKIM.allCases.map { "\(totals.dkim[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
        print("\(totals.messages) messages, \(totals.bytes) bytes: \(classes)")
    }

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let text = fullMessage(for: error)
            guard exitCode(for: error) != .success else { return print(text) }
            let line = Array((text + "\n").utf8)
            _ = unsafe write(STDERR_FILENO, line, line.count)
            _exit(2)
        }
    }
}

extension SampleLayout: ExpressibleByArgument {}
extension SampleLineEnds: ExpressibleByArgument {}

/// A number of bytes, decimal units: `500`, `20k`, `5MB`, `9GB`.
struct ByteCount: ExpressibleByArgument {
    let count: Int

    init?(argument: String) {
        var text = argument.lowercased()[...]
        if text.hasSuffix("b") { text.removeLast() }
        let units: [Character: Int] = ["k": 1000, "m": 1_000_000, "g": 1_000_000_000]
        let unit = text.last.flatMap { units[$0] }
        if unit != nil { text.removeLast() }
        guard let number = Int(text), number > 0 else { return nil }
        let (count, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !overflow else { return nil }
        self.count = count
    }
}
