// Two small inputs for a comparison, made in a folder that goes with the test.

import Bytes
import Cryptography
import DKIM
import Foundation
import Mail
import Mailseal
import Manifest
import ScratchFolders

/// What one side of a comparison is made of.
struct DiffSource {
    /// Files by their path below the source.
    var files: [String: [UInt8]] = [:]
    /// Lines of the key file.
    var keys: [String] = []
    var retrieval: Retrieval?
    var retrievalLog: String?
    var keepGoing = false

    init(_ files: [String: [UInt8]] = [:], keys: [String] = []) {
        self.files = files
        self.keys = keys
    }

    /// The same with some files changed, added, or (with nil) removed.
    func with(_ changes: [String: [UInt8]?]) -> DiffSource {
        var source = self
        for (path, bytes) in changes { source.files[path] = bytes }
        return source
    }
}

/// A folder for bundles and sources.
final class DiffWorkbench: ScratchFolder, @unchecked Sendable {
    /// Writes the files of a source below a name.
    func lay(_ source: DiffSource, as name: String) throws {
        for (path, bytes) in source.files { try write("\(name)/\(path)", bytes) }
    }

    /// Packs a source into `NAME.tar.gz`; the source's folder is called `mail` on either side.
    @discardableResult
    func pack(_ source: DiffSource, as name: String) async throws -> CreateSummary {
        try lay(source, as: "\(name)/mail")
        var options = CreateOptions(sources: [path("\(name)/mail")])
        options.output = path("\(name).tar.gz")
        options.sources.omitsTimes = true
        options.sources.retrieval = source.retrieval
        options.sources.keepGoing = source.keepGoing
        if !source.keys.isEmpty {
            try write("\(name).keys", (source.keys.joined(separator: "\n") + "\n").bytes)
            options.keyFiles = [path("\(name).keys")]
        }
        if let log = source.retrievalLog {
            try write("\(name).csv", log.bytes)
            options.sources.retrievalLog = path("\(name).csv")
        }
        return try await Create.run(options)
    }

    /// Compares two bundles or sources of this folder.
    func diff(_ a: String, _ b: String, _ change: (inout DiffOptions) -> Void = { _ in }) async throws -> DiffReport {
        var options = DiffOptions(a: path(a), b: path(b))
        options.rowLimit = nil
        change(&options)
        return try await Diff.run(options)
    }
}

/// A message with CRLF line ends.
func diffMail(
    _ number: Int, subject: String? = nil, body: String = "Hello.\n", above: String = "", id: String? = nil
) -> [UInt8] {
    let text = """
        \(above)From: Alice <alice@example.org>
        To: bob@example.net
        Date: Mon, 24 Apr 2017 10:00:00 +0200
        Message-ID: <\(id ?? "\(number)")@example.org>
        Subject: \(subject ?? "Budget \(number)")

        \(body)
        """
    return diffCRLF(text)
}

/// The text with CRLF for each LF.
func diffCRLF(_ text: String) -> [UInt8] {
    Array(text.utf8.map { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }.joined())
}

/// The bytes with LF for each CRLF.
func diffLF(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 != 0x0D } }

/// A mailbox of these messages.
func diffMbox(_ messages: [[UInt8]]) -> [UInt8] {
    Array(messages.map { "From alice Mon Apr 24 10:00:00 2017\n".bytes + diffLF($0) + "\n".bytes }.joined())
}

/// A multipart message with one attachment.
func diffAttachment(_ content: String, name: String = "plan.bin", text: String = "See the plan.") -> [UInt8] {
    diffCRLF(
        """
        From: Alice <alice@example.org>
        Date: Mon, 24 Apr 2017 10:00:00 +0200
        Message-ID: <attached@example.org>
        Subject: Plan
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        \(text)
        --b
        Content-Type: application/octet-stream; name="\(name)"
        Content-Transfer-Encoding: base64

        \(Base64.encode(content.bytes).displayText)
        --b--

        """)
}

/// A signer of example.org and what it signs.
struct DiffSigning {
    let signer: Signer

    init(seed: UInt8 = 1, selector: String = "sel", fields: [String] = ["from", "to", "date", "message-id"]) throws {
        let key = try Ed25519PrivateKey(seed: [UInt8](repeating: seed, count: 32))
        var signer = Signer(key: .ed25519(key), domain: "example.org".bytes, selector: selector.bytes)
        signer.signedFields = fields.map(\.bytes)
        self.signer = signer
    }

    /// The line of the key file.
    var keyLine: String { "\(signer.selector.displayText)._domainkey.example.org \(signer.keyRecord.displayText)" }

    func signed(_ message: [UInt8]) -> [UInt8] {
        (signer.field(for: message.span, header: HeaderSection(of: message.span)) ?? []) + message
    }
}
