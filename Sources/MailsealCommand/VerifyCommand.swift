// `mailseal verify`.

import ArgumentParser
import Bytes
import Files
import Mailseal
import Manifest
import MerkleTree

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute everything in a bundle and say whether it is intact.",
        discussion: """
            The bundle is read once, in order; nothing is extracted. A folder extracted from a bundle can be verified too,
            and - reads standard input. Without --root the best verdict is "consistent, not anchored": whoever made the
            bundle could have made it again. Finding codes are explained in Docs/findings.md.

            A bundle that mailseal extend made has the root of the bundle before as that of an earlier edition. --extends
            checks it: then that much is unaltered; what later editions add is consistent and no more, since anybody could
            have added it. With --root the bundle must have the root itself, and an earlier edition's is status 1.

            A seal that stands beside the bundle is checked too. It anchors the root when somebody signed it whom you named with
            --allowed-signers or --note-key; since when it existed is proven by a time stamp of an authority in --tsa-ca. Whoever
            you name must be found: otherwise the seal is broken.

            EXAMPLES
              mailseal verify --allowed-signers signers --tsa-ca tsa-root.pem mail.tar.gz
              mailseal verify --root 181:3f9c…e1 mail.tar.gz
              mailseal verify --extends 181:3f9c…e1 mail-2.tar.gz
              mailseal verify --checkpoint checkpoint mail.tar.gz
              mailseal verify --anchored mail.tar.gz && echo "pinned and intact"

            EXIT STATUS
              0 intact or consistent, or extends what --extends names; 1 altered, or evidence that does not follow, or the
              root named is an earlier edition's, or a broken seal; 1 with --anchored also when not anchored as a whole, or when derived
              facts were not checked since they have other rules; 2 trouble
            """)

    @Argument(help: ArgumentHelp("The bundle, its extracted folder, or -.", valueName: "bundle"))
    var bundle: String

    @Option(
        help: ArgumentHelp("The root that the bundle must have.", valueName: "size:hash"),
        transform: ArgumentForm.root)
    var root: RootReference?

    @Option(help: ArgumentHelp("A checkpoint file that the bundle must have.", valueName: "file"))
    var checkpoint: String?

    @Option(
        help: ArgumentHelp(
            "A root, or a bundle, that the bundle must extend: its own root or that of an earlier edition.",
            valueName: "size:hash|bundle"))
    var extends: String?

    @OptionGroup var seal: BundleSealArguments

    @Flag(help: "Fail unless the root is pinned by --root or --checkpoint, or sealed by somebody you named.")
    var anchored = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var resources: ResourceOptions

    func run() async throws {
        let line = ProgressLine("verifying")
        let report = try await Verify.run(try options(), observer: Observer(progress: line.draw))
        line.erase()
        Terminal.answer(json ? safeJSON(report.json) : report.text(hint: bundle))
        switch report.verdict {
        case .intact: return
        case .consistent where !anchored, .bytesIntact where !anchored, .bytesConsistent where !anchored: return
        case .extended where root == nil && checkpoint == nil && !anchored: return
        case .consistent, .bytesIntact, .bytesConsistent, .extended, .altered, .evidenceDiffers, .sealBroken:
            throw ExitCode(1)
        }
    }

    private func options() throws -> VerifyOptions {
        var options = VerifyOptions(path: bundle == "-" ? nil : bundle.argumentBytes)
        options.pin = root
        if let checkpoint {
            let named = try Self.read(checkpoint)
            if let pin = options.pin, pin != named.reference {
                throw MailsealError("--root is \(pin), the checkpoint says \(named.reference)")
            }
            options.pin = named.reference
            options.pinnedOrigin = named.origin
        }
        options.base = try extends.map { try Self.base($0) }
        try seal.apply(to: &options)
        options.jobs = resources.workers
        options.memory = resources.memoryBytes
        return options
    }

    /// The root that a text or a bundle gives.
    private static func base(_ text: String) throws -> RootReference {
        if let root = try? RootReference(parsing: text.bytes) { return root }
        return try Bundle(path: text.argumentBytes).root
    }

    private static func read(_ path: String) throws -> Checkpoint {
        let file = try ReadableFile(named: path.argumentBytes)
        do {
            return try Checkpoint(parsing: try file.read(at: 0, count: min(file.size, 4096)))
        } catch let error as MerkleTreeError {
            throw MailsealError("\(path.argumentBytes.displayText): \(error.description)")
        }
    }
}
