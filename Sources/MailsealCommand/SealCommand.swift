// `mailseal seal`.

import ArgumentParser
import Bytes
import Cryptography
import Mailseal
import MerkleTree

struct SealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Sign and time-stamp a bundle's root, in a folder beside it.",
        usage: """
            mailseal seal <bundle> [--ssh-key <file>] [--note-key <file>] [--tsa <url> ...] [options]
            mailseal seal <bundle> --tsa <url> ... [--renew]
            mailseal seal <bundle> --stamp-request <file> [options]
            mailseal seal <bundle> --stamp-reply <file> --tsa-name <name> [--chain <file> ...]
            mailseal seal <bundle> --fetch-chain
            """,
        discussion: """
            The seal of mail.tar.gz is the folder mail.seal; it can be checked with ssh-keygen, openssl and sha256sum alone. The
            bundle is verified first and must have an --origin of your own. ssh-keygen makes the signature, so keys may
            be in files, in an agent or in a FIDO authenticator. What a folder holds is never changed: to a seal that
            is there, stamps can be added. A bundle that does not extend the last one sealed for its origin is refused.
            Docs/seals.md tells more.

            EXAMPLES
              mailseal seal mail.tar.gz --ssh-key ~/.ssh/id_ed25519_sk --tsa https://freetsa.org/tsr
              mailseal seal mail.tar.gz --tsa http://timestamp.digicert.com
              mailseal seal mail.tar.gz --ssh-key key.pub --stamp-request mail.tsq
              mailseal seal mail.tar.gz --stamp-reply mail.tsr --tsa-name freetsa.org
              mailseal seal mail.tar.gz --chain issuer.crt --chain list.crl
              mailseal seal mail.tar.gz --renew --tsa https://freetsa.org/tsr

            EXIT STATUS
              0 done; 2 trouble, nothing was written
            """)

    @Argument(help: ArgumentHelp("The bundle.", valueName: "bundle"))
    var bundle: String

    @Option(
        help: ArgumentHelp(
            "Sign with this SSH key: the file of a private key, or of a public one in an agent.", valueName: "file"))
    var sshKey: String?

    @Option(help: ArgumentHelp("Sign a note too, with a key of keys generate-note.", valueName: "file"))
    var noteKey: String?

    @Option(
        help: ArgumentHelp("Have this authority stamp it (RFC 3161); may be given several times.", valueName: "url"))
    var tsa: [String] = []

    @Option(
        help: ArgumentHelp("The hash function for stamps: sha256 (the default) or sha512.", valueName: "name"),
        transform: SealCommand.imprint)
    var tsaHash: TimeStampImprint.Algorithm?

    @Option(help: ArgumentHelp("Write a request for a stamp, to be sent from elsewhere.", valueName: "file"))
    var stampRequest: String?

    @Option(help: ArgumentHelp("Take in the reply to such a request.", valueName: "file"))
    var stampReply: String?

    @Option(help: ArgumentHelp("The name of the authority that replied.", valueName: "name"))
    var tsaName: String?

    @Option(
        help: ArgumentHelp(
            "Certificates of an authority's issuers, or revocation lists, for stamps that lack them. Repeatable.",
            valueName: "file"))
    var chain: [String] = []

    @Flag(help: "Fetch such certificates and lists for --stamp-reply and for stamps that lack them.")
    var fetchChain = false

    @Option(
        help: ArgumentHelp("The last seal of this origin: a seal, bundle or checkpoint.", valueName: "path"))
    var after: String?

    @Flag(help: "Seal even what does not extend the last seal.")
    var fork = false

    @Flag(help: "Stamp the whole seal again, before its stamps lose their worth.")
    var renew = false

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The folder; it belongs beside the bundle.", valueName: "folder"))
    var output: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var resources: ResourceOptions

    private static func imprint(_ text: String) throws -> TimeStampImprint.Algorithm {
        switch text {
        case "sha256": .sha256
        case "sha512": .sha512
        default: throw ValidationError("expected sha256 or sha512")
        }
    }

    func validate() throws {
        if stampRequest != nil, stampReply != nil {
            throw ValidationError("expected --stamp-request or --stamp-reply, and not both")
        }
        if stampReply != nil, tsaName == nil { throw ValidationError("--stamp-reply needs --tsa-name") }
        if stampReply == nil, stampRequest == nil, tsaName != nil {
            throw ValidationError("--tsa-name goes with --stamp-request or --stamp-reply")
        }
    }

    func run() async throws {
        let line = ProgressLine("sealing")
        let summary = try await Seal.run(options, observer: line.observer(), beforeSigning: line.erase)
        line.erase()
        Terminal.answer(json ? safeJSON(summary.json(bundle.argumentBytes)) : summary.text(bundle.argumentBytes))
    }

    private var options: SealOptions {
        var options = SealOptions(bundle: bundle.argumentBytes)
        options.folder = output?.argumentBytes
        options.sshKey = sshKey?.argumentBytes
        options.noteKey = noteKey?.argumentBytes
        options.authorities = tsa
        options.imprint = tsaHash ?? .sha256
        if let stampRequest { options.offline = .request(file: stampRequest.argumentBytes) }
        if let stampReply { options.offline = .reply(file: stampReply.argumentBytes) }
        options.offlineName = tsaName
        options.chain = chain.map(\.argumentBytes)
        options.fetchesChain = fetchChain
        options.after = after?.argumentBytes
        options.allowsFork = fork
        options.renews = renew
        options.memory = SealOptions.userMemory
        options.jobs = resources.workers
        options.memoryBytes = resources.memoryBytes
        return options
    }
}

extension SealSummary {
    /// The summary for people.
    fileprivate func text(_ bundle: [UInt8]) -> String {
        let shown = safeForTerminal(folder.displayText)
        var lines = ["\(isNew ? "sealed" : "added to") \(shown): \(Quantity.count(added.count, "file"))"]
        lines.append("origin  \(safeForTerminal(checkpoint.origin.displayText))")
        lines.append("root    \(checkpoint.reference)")
        if let fingerprint { lines.append("signed by the SSH key \(fingerprint)") }
        if let verifierKey { lines.append("signed by the note key \(safeForTerminal(verifierKey.description))") }
        for stamp in stamps {
            let found = stamp.verification
            lines.append("stamped at \(stamp.time) by \(found.signer?.subject ?? "")")
            let renewal = found.renewBefore.map { ", to be renewed before \($0)" } ?? ""
            lines.append("  \(stamp.file), \(found.verdict)\(renewal)")
        }
        if let request {
            let path = Report.quoted(safeForTerminal(request.displayText))
            lines.append("wrote the request \(path); to send it from a machine with a network:")
            lines.append(
                "  curl -H 'Content-Type: application/timestamp-query' --data-binary @\(path) URL > reply.tsr")
        }
        lines += continuityLines
        if !derivationChecked { lines.append("derived facts were NOT checked: the bundle has other rules") }
        return lines.joined(separator: "\n")
    }

    private var continuityLines: [String] {
        switch continuity {
        case .notChecked:
            ["NOT checked: whether it extends an earlier seal of this origin; none is known here, --after names one"]
        case .same: ["the same root was sealed before"]
        case .extends(let root): ["extends \(root), which was sealed before"]
        case .fork(let root): ["FORK: does not extend \(root), which was sealed before"]
        case .notNew: []
        }
    }

    private var continuityWord: String {
        switch continuity {
        case .notChecked: "not-checked"
        case .same: "same"
        case .extends: "extends"
        case .fork: "fork"
        case .notNew: "not-new"
        }
    }

    private var earlierRoot: RootReference? {
        switch continuity {
        case .extends(let root), .fork(let root): root
        case .notChecked, .same, .notNew: nil
        }
    }

    /// The summary as JSON.
    fileprivate func json(_ bundle: [UInt8]) -> String {
        var writer = CanonicalJSONWriter()
        writer.add("bundle", bundle)
        writer.add("seal", folder)
        writer.add("new", isNew)
        writer.add("origin", checkpoint.origin)
        writer.add("root", checkpoint.reference.description.bytes)
        writer.add("derivation_checked", derivationChecked)
        writer.add("continuity", continuityWord.bytes)
        writer.add("earlier_root", earlierRoot?.description.bytes)
        writer.add("ssh_key", fingerprint?.bytes)
        writer.add("note_key", verifierKey?.text)
        writer.add("stamps", objects: stamps.map(\.json))
        writer.add("request", request)
        writer.add("added", added.map(\.bytes))
        return writer.finish().displayText
    }
}

extension SealSummary.Stamp {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("file", file.bytes)
        writer.add("time", time.description.bytes)
        writer.add("signer", verification.signer?.subject.bytes)
        writer.add("verdict", "\(verification.verdict)".bytes)
        writer.add("revocation_checked", verification.isRevocationChecked)
        writer.add("renew_before", verification.renewBefore?.description.bytes)
        return writer.finish()
    }
}
