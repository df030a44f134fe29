// `mailseal statement`.

import ArgumentParser
import Bytes
import Files
import Mailseal
import Manifest
import MerkleTree

struct StatementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement",
        abstract: "Write the certification of a bundle that a court asks of digital copies, ready to be signed.",
        discussion: """
            The bundle is verified, and the page says with what result: tool and process, sources with their digests and
            retrieval, counts, failures and root, as FRE 902(14) and ISO/IEC 27037 ask for, with blanks for name and
            signature. What the maker of the bundle stated is said to be so. It is no legal advice.

            The seal beside the bundle is checked as verify does it, and the page names its signatures and time stamps. What it is
            worth depends on whom you name, as the signer of the page, with --allowed-signers, --note-key and --tsa-ca.

            EXAMPLES
              mailseal statement mail.tar.gz --root 181:3f9c…e1 > statement.txt
              mailseal statement mail.tar.gz --allowed-signers signers --html -o page.html

            EXIT STATUS
              0 done; 1 the bundle does not verify or its seal is broken, which the page says; 2 trouble
            """)

    @Argument(help: ArgumentHelp("The bundle.", valueName: "bundle"))
    var bundle: String

    @Option(
        help: ArgumentHelp("The root that the bundle must have.", valueName: "size:hash"),
        transform: ArgumentForm.root)
    var root: RootReference?

    @OptionGroup var seal: BundleSealArguments

    @Flag(help: "Write HTML instead of text.")
    var html = false

    @Option(name: .shortAndLong, help: ArgumentHelp("A file to write instead of standard output.", valueName: "file"))
    var output: String?

    @Flag(name: .shortAndLong, help: "Replace a file that is there.")
    var force = false

    @OptionGroup var resources: ResourceOptions

    func run() async throws {
        var options = StatementOptions(bundle: bundle.argumentBytes)
        options.verification.pin = root
        try seal.apply(to: &options.verification)
        options.verification.jobs = resources.workers
        options.verification.memory = resources.memoryBytes
        if let output, !force { try AtomicOutput.checkFree(output.argumentBytes) }
        let line = ProgressLine("verifying")
        let statement = try await Statement.run(options, observer: Observer(progress: line.draw))
        line.erase()
        let name = bundle.argumentBytes.split(separator: 0x2F).last.map { Array($0).displayText } ?? bundle
        let page = StatementPage(statement, file: name)
        let text = html ? page.html : page.text
        if let output {
            try AtomicOutput.write(text.bytes + [ASCII.lf], to: output.argumentBytes, force: force)
        } else {
            Terminal.answer(text)
        }
        if [.altered, .evidenceDiffers, .sealBroken].contains(statement.report.verdict) { throw ExitCode(1) }
    }
}
