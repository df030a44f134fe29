// SSH signatures and their lists, and time stamps.

import Bytes
import Cryptography
import Sealing

enum SealTargets {
    private static let signatures = Seeds.digests(of: "SSHSignature")
    private static let begin = "-----BEGIN SSH SIGNATURE-----\n".bytes
    private static let end = "-----END SSH SIGNATURE-----\n".bytes

    /// Reads bytes as an armored signature, as what is in one, as a key, as allowed signers and as revoked keys.
    static func sshSignature(_ bytes: [UInt8]) throws {
        try signature(bytes)
        if bytes.starts(with: "SSHSIG".utf8) { try signature(armored(bytes)) }
        let signers = try? AllowedSigners(parsing: bytes)
        let revoked = try? RevokedKeys(parsing: bytes)
        if let line = try? SSHPublicKeyLine(parsing: bytes) {
            let key = try? SSHPublicKeyLine(parsing: line.key.text).key
            try require(key == line.key, "a key is read back")
            try require((try? SSHPublicKey(blob: line.key.blob)) == line.key, "a key's blob is read back")
            _ = (line.key.fingerprint, line.key.description)
        }
        if let key = try? SSHPublicKey(blob: bytes) {
            try require((try? SSHPublicKeyLine(parsing: key.text).key) == key, "a key's text is read back")
            _ = revoked?.contains(key)
        }
        guard let signers, let time = Timestamp(secondsSince1970: 1_500_000_000) else { return }
        for signer in signers.signers {
            for principal in [nil, "editor@example.org".bytes] {
                _ = signers.answer(for: signer.key, namespace: "file@mailseal".bytes, at: time, principal: principal)
            }
        }
    }

    private static func signature(_ text: [UInt8]) throws {
        guard let signature = try? SSHSignature(armored: text) else { return }
        try require(signature.armored == text, "a signature is written as it was read")
        let check = signature.check(message: "hello\n".bytes, namespace: signature.namespace)
        if check.isVerified {
            try require(signatures.contains(Digest(hashing: text)), "only the seeds' signatures verify")
        }
        let other = signature.check(message: "hello\n".bytes, namespace: signature.namespace + "x".bytes)
        try require(!other.isVerified, "no signature is for two namespaces")
    }

    private static func armored(_ blob: [UInt8]) -> [UInt8] {
        let base64 = Base64.encode(blob)
        let lines = stride(from: 0, to: base64.count, by: 70).flatMap {
            base64[$0..<min($0 + 70, base64.count)] + [ASCII.lf]
        }
        return begin + lines + end
    }

    /// What an authority signs; the certificates that come with a token are not covered by its signature.
    private struct Said: Hashable {
        let time: TimeStampTime
        let serial: String
        let imprint: TimeStampImprint?
        let nonce: [UInt8]?

        init(_ token: TimeStampToken) {
            (time, serial, imprint, nonce) = (token.time, token.serialNumber, token.imprint, token.nonce)
        }
    }

    private static let replies = Set(
        (try? Seeds.read("Corpus", of: "TimeStamp").compactMap { seed in
            (try? TimeStampReply(parsing: seed.bytes))?.token.map(Said.init)
        }) ?? [])
    private static let anchors: CertificateList = {
        let roots = try? Seeds.read("Corpus", of: "TimeStamp").filter { $0.name.hasPrefix("root") }
        return roots.flatMap { try? CertificateList(derOrPEM: $0.flatMap(\.bytes)) } ?? CertificateList()
    }()

    /// Reads and verifies bytes as a reply, and as certificates, revocation lists, a request and an RSA key.
    static func timeStamp(_ bytes: [UInt8]) throws {
        if let reply = try? TimeStampReply(parsing: bytes) {
            try require(reply.der == bytes, "a reply is kept as it was read")
            let found = reply.verify(
                TimeStampImprint.all(of: "hello\n".bytes), chain: reply.token?.certificates() ?? CertificateList(),
                revocationLists: reply.token?.revocationLists ?? RevocationLists(), anchors: anchors)
            _ = (found.verdict, found.renewBefore, found.failures.map(\.description))
            if found.failures.isEmpty, let token = reply.token {
                try require(replies.contains(Said(token)), "only what the seeds' tokens say verifies")
            }
        }
        if let list = try? CertificateList(derOrPEM: bytes) {
            try require((try? CertificateList(derOrPEM: list.pem)) == list, "certificates are read back")
            _ = list.facts
        }
        if let lists = try? RevocationLists(derOrPEM: bytes) {
            try require((try? RevocationLists(derOrPEM: lists.pem)) == lists, "revocation lists are read back")
            _ = lists.issuers
        }
        if let request = try? TimeStampRequest(der: bytes) {
            try require(request.der == bytes, "a request is written as it was read")
        }
        if let key = try? RSAPublicKey(subjectPublicKeyInfo: bytes) {
            try require(
                (try? RSAPublicKey(subjectPublicKeyInfo: key.subjectPublicKeyInfo)) == key, "a key is read back")
        }
        _ = try? RSAPublicKey(pkcs1: bytes)
    }
}
