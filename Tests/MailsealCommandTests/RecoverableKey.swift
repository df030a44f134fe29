// Mail of a lost key that is recovered in no time.

import Bytes
import Cryptography
import DKIM
import Mail
import Testing

/// A key with the exponent 3, and mail that it signed.
enum RecoverableKey {
    /// Of two primes p with p mod 3 = 2.
    static func key() throws -> RSAPrivateKey {
        let primes = try [
            "dbfc270c8549425509dbebb5c9739495b440b852e033500ea43262b38675820f",
            "e55b93ad8976b471dd7f57d1e45def2675eb0e8fa090360d27c7655a7b434a73",
        ].map { try #require(Hexadecimal.decode($0.utf8)) }
        return try RSAPrivateKey(primes: primes[0], primes[1], exponent: [3])
    }

    /// A script that puts four signed messages into `leak`.
    static func mailScript() throws -> String {
        let signer = try Signer(key: .rsa(key(), .sha256), domain: "example.org".bytes, selector: "s1".bytes)
        return try (1...4).map { day in
            let message =
                "From: a@example.org\r\nDate: \(day) May 2017 10:00:00 +0000\r\nSubject: \(day)\r\n\r\nHello\r\n".bytes
            let signed = signer.field(for: message.span, header: HeaderSection(of: message.span))
            let field = try #require(signed)
            return "echo \(Base64.encode(field + message).displayText) | base64 -d > leak/signed\(day).eml"
        }.joined(separator: "\n")
    }
}
