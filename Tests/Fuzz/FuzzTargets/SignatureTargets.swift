// DKIM and ARC as a whole, key records of every form, and canonicalization against a second one.

import Bytes
import Cryptography
import DKIM
import Mail

enum SignatureTargets {
    /// Tries the signatures of a message with keys: what stands before the first NUL is a key file, the rest the message.
    static func evidence(_ bytes: [UInt8]) throws {
        let split = bytes.firstIndex(of: 0)
        let keys = KeyImport(parsing: Array(bytes[..<(split ?? 0)])).keys
        let text = Array(bytes[(split.map { $0 + 1 } ?? 0)...])
        let message = Message(parsing: text)
        let verifier = Verifier(keys: KeyStore(keys))
        let found = verifier.evidence(of: message)
        let again = verifier.evidence(
            of: text.span, header: HeaderSection(of: text.span), attachments: message.attachments)
        try require(found.signatures.count == again.signatures.count, "the same bytes give the same evidence")
        for (place, evidence) in found.signatures.enumerated() {
            let other = again.signatures[place]
            try require(evidence.index == place, "indices count the signatures")
            try require(
                evidence.header == other.header && evidence.body == other.body
                    && evidence.signedDataDigest == other.signedDataDigest && evidence.violations == other.violations
                    && evidence.reservations == other.reservations && evidence.coverage == other.coverage,
                "the same bytes give the same evidence")
            try require(evidence.body.covered <= evidence.body.total ?? 0, "no more is covered than there is")
            for name in evidence.coverage {
                // The one mention of a name in DomainKeys stands for all fields of that name.
                let isNamed = evidence.kind == .domainKeys || name.covered <= name.named
                try require(name.covered <= name.present && isNamed, "only what is there is covered")
            }
            if evidence.provesHeader { try require(evidence.key != nil, "only a key proves anything") }
            _ = evidence.remarks(now: 1_500_000_000, date: 0, received: nil)
        }
        _ = found.messageClass
        _ = KeyRecoverySample.samples(of: text.span, header: message.header)
    }

    /// Reads key records of every form; what is kept of them is written and read back.
    static func keys(_ bytes: [UInt8]) throws {
        let record = KeyRecord(parsing: bytes)
        _ = (record.isRevoked, record.violation, record.bits, KeyRecord.refusal(of: bytes))
        if let name = KeyName(parsing: bytes) {
            try require(KeyName(parsing: name.text) == name, "a name is read back")
        }
        try readBack(KeyFile(parsing: bytes).keys)
        try readBack(KeyImport(parsing: bytes).keys)
        try readBack(KeyImport(parsing: bytes, origin: "example.org".bytes).keys)
    }

    private static func readBack(_ keys: [Key]) throws {
        let text = KeyFile.text(of: keys)
        let file = KeyFile(parsing: text)
        try require(!file.notes.contains { $0.reason.losesKey }, "a key file that was written has no bad line")
        try require(KeyFile.text(of: file.keys) == text, "a key file is read back")
    }

    /// Signs what follows the first two bytes, which choose the forms and l=, and verifies it; the digests of what is
    /// signed are those of `PlainCanonicalization`.
    static func canonicalization(_ bytes: [UInt8]) throws {
        guard bytes.count > 2, !ASCII.isWhiteSpace(bytes[2]) else { return }
        let original = Array(bytes[2...])
        let header = HeaderSection(of: original.span)
        var signer = Signer(key: .ed25519(try key.get()), domain: "example.org".bytes, selector: "s".bytes)
        let forms: (CanonicalForm, CanonicalForm) = (
            bytes[0] & 1 == 0 ? .simple : .relaxed, bytes[0] & 2 == 0 ? .simple : .relaxed
        )
        signer.canonicalization = Canonicalization(header: forms.0, body: forms.1)
        signer.signedFields += ["received", "received", "to", "x-none"].map(\.bytes)
        var body = PlainCanonicalization.body(original, relaxed: forms.1 == .relaxed)
        let total = body.count
        if bytes[0] & 4 != 0 {
            signer.bodyLength = min(Int(bytes[1]), total)
            body = Array(body.prefix(Int(bytes[1])))
        }
        guard let field = signer.field(for: original.span, header: header) else {
            throw FuzzFailure(description: "an Ed25519 key signs everything")
        }
        let message = Message(parsing: field + original)
        let store = KeyStore([Key(selector: "s".bytes, domain: "example.org".bytes, record: signer.keyRecord)])
        guard let evidence = Verifier(keys: store).evidence(of: message).signatures.first else {
            throw FuzzFailure(description: "the signature is found")
        }
        try require(evidence.header == .valid, "what was signed verifies, found \(evidence.header)")
        let expected: BodyResult =
            body.count == total ? .intact(total: total) : .partial(covered: body.count, total: total)
        try require(
            evidence.body == expected || signer.bodyLength == total && evidence.body.covered == total,
            "the body is the one that was signed: \(evidence.body), expected \(expected)")
        let bodyHash = Base64.encode(Digest(hashing: body).bytes).displayText
        try require(field.displayText.contains("bh=\(bodyHash);"), "the body hash is that of the plain form")
        let signed = PlainCanonicalization.signedData(
            field + original, names: signer.signedFields, relaxed: forms.0 == .relaxed)
        try require(evidence.signedDataDigest == Digest(hashing: signed), "the signed data are those of the plain form")
    }

    private static let key = Result { try Ed25519PrivateKey(seed: [UInt8](repeating: 7, count: 32)) }
}
