// Messages signed with keys of a small exponent, which are recovered in no time.

import Bytes
import Cryptography
import DKIM
import KeyRecovery
import Mail
import Testing

@testable import Mailseal

/// A key of 512 bits and the exponent 3, under a name.
struct LostKey {
    let name: KeyName
    private let key: RSAPrivateKey

    /// Pairs of primes p with p mod 3 = 2, so that 3 has an inverse.
    private static let primes: [(String, String)] = [
        (
            "c16bcb9f7426b1934b7e6b3c87d292a698eeac2bfe9fecaa6182f347533f5a73",
            "f1a3fad2b0946d2a2aa93b436d15f16fb7b8c1a59a45693d7227890e4e76833b"
        ),
        (
            "dbfc270c8549425509dbebb5c9739495b440b852e033500ea43262b38675820f",
            "e55b93ad8976b471dd7f57d1e45def2675eb0e8fa090360d27c7655a7b434a73"
        ),
        (
            "ed174fdd2dee003e01d96e9601a0204714aa3ca37ca9e68fe12f3b2104005941",
            "e94d25fc05539a506facc50db2904e7372c573e958c58875a56c0a56f05ff9c3"
        ),
    ]

    /// The n-th key, 0 to 2.
    init(_ number: Int, _ selector: String = "s1", _ domain: String = "example.org") throws {
        let (p, q) = Self.primes[number]
        key = try RSAPrivateKey(
            primes: #require(Hexadecimal.decode(p.utf8)), #require(Hexadecimal.decode(q.utf8)), exponent: [3])
        name = KeyName(selector: selector.bytes, domain: domain.bytes)
    }

    /// The record that the recovery must give.
    var record: String { "v=DKIM1; k=rsa; p=" + Base64.encode(key.publicKey.subjectPublicKeyInfo).displayText }

    /// A key file's line.
    var line: String { "\(name.text.displayText) \(record)\n" }

    /// A signed message of this day of May 2017.
    func message(_ day: Int, _ subject: String, header: CanonicalForm = .relaxed) throws -> [UInt8] {
        try sign(Self.plain(day, subject), header: header)
    }

    /// A message without a signature.
    static func plain(_ day: Int, _ subject: String) -> [UInt8] {
        "From: a@example.org\r\nDate: \(day) May 2017 10:00:00 +0000\r\nSubject: \(subject)\r\n\r\nHello\r\n".bytes
    }

    /// The message with a signature on top.
    func sign(_ message: [UInt8], header form: CanonicalForm = .relaxed) throws -> [UInt8] {
        var signer = Signer(key: .rsa(key, .sha256), domain: name.domain, selector: name.selector)
        signer.canonicalization = Canonicalization(header: form, body: .relaxed)
        let field = signer.field(for: message.span, header: HeaderSection(of: message.span))
        return try #require(field) + message
    }
}

/// What `keys recover` found, on lines.
extension KeyRecoverResult {
    var summary: String {
        let found = keys.map { found in
            let facts = found.key.provenance
            let dates = [facts.firstDate, facts.lastDate].map { $0.map { String($0.description.prefix(10)) } ?? "-" }
            return "\(facts.messages ?? 0) \(dates.joined(separator: " ")) \(found.bits) \(found.exponent)"
        }
        return "\(name.text.displayText) \(messages) " + (failure?.rawValue ?? found.joined(separator: ", "))
    }
}
