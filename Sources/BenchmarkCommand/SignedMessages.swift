// Messages of about one size, each signed relaxed/relaxed by one RSA key of 2,048 bits; the same bytes on every machine.

import Bytes
import Cryptography
import DKIM
import Glibc
import Mail
import SampleArchive

/// Messages of the sample archive that have about the wanted size, signed anew.
struct SignedMessages {
    /// The size aimed at, in bytes; a message is taken when it is within a quarter of it.
    let size: Int
    /// How many messages.
    let count: Int

    private static let domain = "benchmark.example".bytes
    private static let selector = "rsa2048".bytes
    private static let signedFields = [
        "from", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type", "in-reply-to",
        "references",
    ]
    /// Of the sample's messages about one in ten has the wanted size.
    private static let candidatesForEach = 100

    /// Writes `NNNN.eml` files and the key file `keys.txt` into a folder that exists.
    func write(to folder: String) throws {
        let key = try RSAPrivateKey(deterministicFrom: "mailseal benchmark".bytes, bits: 2048)
        var signer = Signer(key: .rsa(key, .sha256), domain: Self.domain, selector: Self.selector)
        signer.signedFields = Self.signedFields.map(\.bytes)
        signer.timestamp = 1_480_000_000
        let record = Self.selector + "._domainkey.".bytes + Self.domain + " ".bytes + signer.keyRecord + "\n".bytes
        try save(record, to: folder + "/keys.txt")
        for (number, message) in try unsigned().enumerated() {
            guard let field = signer.field(for: message.span, header: HeaderSection(of: message.span)) else {
                throw Trouble(description: "the key cannot sign")
            }
            try save(field + message, to: "\(folder)/\(fileName(number)).eml")
        }
    }

    private func unsigned() throws -> [[UInt8]] {
        let archive = try SampleArchive(
            seed: 1, messages: count * Self.candidatesForEach, averageSize: size, signedPercent: 0, lineEnds: .crlf)
        var messages: [[UInt8]] = []
        for index in 0..<archive.messageCount where messages.count < count {
            let message = archive.message(at: index).bytes
            if abs(message.count - size) <= size / 4 { messages.append(message) }
        }
        guard messages.count == count else { throw Trouble(description: "too few messages of \(size) bytes") }
        return messages
    }
}

/// Copies of given messages, whatever they are, each with four signatures on top: one in each pair of canonical forms.
struct SignedCopies {
    /// Where the copies go.
    let folder: String

    private static let domain = "copies.example".bytes
    private static let signedFields = [
        "from", "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "mime-version",
        "content-type", "content-transfer-encoding", "in-reply-to", "references", "received", "return-path",
    ]

    /// Writes `NNNN.eml` files and the key file `keys.txt` into a folder that exists.
    func write(_ paths: [String]) throws {
        let key = try RSAPrivateKey(deterministicFrom: "mailseal copies".bytes, bits: 1024)
        var signers: [Signer] = []
        for header in CanonicalForm.allCases {
            for body in CanonicalForm.allCases {
                var signer = Signer(key: .rsa(key, .sha256), domain: Self.domain, selector: "rsa1024".bytes)
                signer.signedFields = Self.signedFields.map(\.bytes)
                signer.canonicalization = Canonicalization(header: header, body: body)
                signers.append(signer)
            }
        }
        guard let record = signers.first?.keyRecord else { return }
        let name = "rsa1024._domainkey.".bytes + Self.domain
        try save(name + " ".bytes + record + "\n".bytes, to: folder + "/keys.txt")
        for (number, path) in paths.enumerated() {
            let message = try contents(of: path)
            let fields = signers.compactMap { $0.field(for: message.span, header: HeaderSection(of: message.span)) }
            // In a message of bare LFs a CRLF would be the odd one.
            let usesLF = !message.indices.dropFirst().contains {
                message[$0] == ASCII.lf && message[$0 - 1] == ASCII.cr
            }
            let signatures = fields.joined().filter { !usesLF || $0 != ASCII.cr }
            try save(signatures + message, to: "\(folder)/\(fileName(number)).eml")
        }
    }
}

/// At least four digits.
private func fileName(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

private func save(_ bytes: [UInt8], to path: String) throws {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    guard file >= 0 else { throw Trouble(description: "cannot write \(path): error \(errno)") }
    defer { close(file) }
    var rest = bytes[...]
    while !rest.isEmpty {
        let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        guard written > 0 else { throw Trouble(description: "cannot write \(path): error \(errno)") }
        rest = rest.dropFirst(written)
    }
}
