// The options that say which seal to check, and whose to believe.

import ArgumentParser
import Bytes
import Mailseal

struct SealCheckArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("Whose SSH keys are whose, as ssh-keygen has it; one must have signed.", valueName: "file"))
    var allowedSigners: String?

    @Option(help: ArgumentHelp("SSH keys that must not have signed.", valueName: "file"))
    var revokedKeys: String?

    @Option(
        help: ArgumentHelp("A note key, or a file of such; one must have signed. Repeatable.", valueName: "vkey|file"))
    var noteKey: [String] = []

    @Option(
        help: ArgumentHelp(
            "Certificates of time-stamping authorities or their issuers; one must have stamped. Repeatable.",
            valueName: "file"))
    var tsaCa: [String] = []

    /// Whether any of them is given.
    var isAny: Bool { allowedSigners != nil || revokedKeys != nil || !noteKey.isEmpty || !tsaCa.isEmpty }

    /// What they say, read from the files.
    func options() throws -> SealCheckOptions {
        var options = SealCheckOptions()
        if let allowedSigners { try options.readAllowedSigners(allowedSigners.argumentBytes) }
        if let revokedKeys { try options.readRevokedKeys(revokedKeys.argumentBytes) }
        for key in noteKey { try options.addNoteKeys(key.argumentBytes) }
        for file in tsaCa { try options.addAnchors(file.argumentBytes) }
        return options
    }
}

/// Which seal of a bundle is checked, and what it is checked against.
struct BundleSealArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The seal's folder (default: NAME.seal beside the bundle).", valueName: "dir"))
    var seal: String?

    @Flag(help: "Look at no seal.")
    var noSeal = false

    @OptionGroup(title: "Whom to believe") var sealing: SealCheckArguments

    func validate() throws {
        guard !noSeal || seal == nil && !sealing.isAny else {
            throw ValidationError("--no-seal goes with no option about a seal")
        }
    }

    /// Has a verification look at that seal.
    func apply(to options: inout VerifyOptions) throws {
        options.seal = seal.map { .folder($0.argumentBytes) } ?? (noSeal ? .none : .beside)
        options.sealing = try sealing.options()
    }
}
