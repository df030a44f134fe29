import Bytes
import Cryptography
import DKIM
import Mail
import Testing

/// Keys and a message to sign, shared by the tests.
enum Sample {
    static let seed = "dkim tests".bytes
    static let curveSeed = [UInt8](repeating: 3, count: 32)

    static let message = """
        Received: from a\r
        From: A <a@example.org>\r
        To: B <b@example.net>\r
        subject:  one  two \r
        \tthree\r
        Date: Fri, 11 Jul 2003 21:00:37 -0700\r
        To: C <c@example.net>\r
        \r
        First  line \r
        \r
        Last line\t.\r
        \r

        """.bytes

    static func signer(_ algorithm: Algorithm = .ed25519SHA256) throws -> Signer {
        let key: Signer.PrivateKey =
            switch algorithm {
            case .rsaSHA1: .rsa(try RSAPrivateKey(deterministicFrom: seed, bits: 512), .sha1)
            case .rsaSHA256: .rsa(try RSAPrivateKey(deterministicFrom: seed, bits: 512), .sha256)
            case .ed25519SHA256: .ed25519(try Ed25519PrivateKey(seed: curveSeed))
            }
        var signer = Signer(key: key, domain: "example.org".bytes, selector: "sel".bytes)
        signer.signedFields = ["from", "to", "to", "subject", "date", "message-id"].map(\.bytes)
        return signer
    }

    /// The message with a signature on top.
    static func signed(_ message: [UInt8] = message, by signer: Signer) throws -> [UInt8] {
        try field(message, by: signer) + message
    }

    /// The signature to put on top of the message.
    static func field(_ message: [UInt8] = message, by signer: Signer) throws -> [UInt8] {
        let field = signer.field(for: message.span, header: HeaderSection(of: message.span))
        return try #require(field)
    }

    /// A record under the name that `signer` signs with.
    static func key(_ record: [UInt8]) -> Key {
        Key(selector: "sel".bytes, domain: "example.org".bytes, record: record)
    }

    static func evidence(_ message: [UInt8], _ records: [UInt8]...) -> MessageEvidence {
        Verifier(keys: KeyStore(records.map(key))).evidence(of: message.span, header: HeaderSection(of: message.span))
    }
}

@Suite struct SigningTests {
    @Test(arguments: Algorithm.allCases, CanonicalForm.allCases)
    func `what is signed passes in every form, with CRLF and with LF`(
        algorithm: Algorithm, header: CanonicalForm
    ) throws {
        for body in CanonicalForm.allCases {
            var signer = try Sample.signer(algorithm)
            signer.canonicalization = Canonicalization(header: header, body: body)
            signer.timestamp = 1_500_000_000
            signer.expiration = 1_600_000_000
            signer.identity = "me@sub.example.org".bytes
            let message = try Sample.signed(by: signer)
            for bytes in [message, message.filter { $0 != ASCII.cr }] {
                let found = try #require(Sample.evidence(bytes, signer.keyRecord).signatures.first)
                #expect(found.verdict == .pass)
                #expect(found.header == .valid)
                #expect(found.signature.algorithm == algorithm)
                #expect(found.signature.expiration == 1_600_000_000)
                #expect(found.key?.digest == Digest(hashing: signer.keyRecord))
                #expect(found.key?.bits == (algorithm == .ed25519SHA256 ? 256 : 512))
                guard case .intact = found.body else {
                    Issue.record("\(found.body)")
                    continue
                }
            }
        }
    }

    @Test func `a signature always has the same bytes`() throws {
        let signer = try Sample.signer(.rsaSHA256)
        #expect(try Sample.signed(by: signer) == Sample.signed(by: signer))
    }

    @Test func `every changed byte is noticed under simple`() throws {
        var signer = try Sample.signer()
        signer.canonicalization = Canonicalization(header: .simple, body: .simple)
        signer.signedFields = ["received", "from", "to", "to", "subject", "date"].map(\.bytes)
        let message = try Sample.signed(by: signer)
        for place in message.indices {
            var changed = message
            changed[place] ^= 0x40
            #expect(Sample.evidence(changed, signer.keyRecord).messageClass != .verified, "byte \(place)")
        }
    }

    @Test func `under relaxed only white space and the case of names may change`() throws {
        var signer = try Sample.signer()
        signer.signedFields = ["received", "from", "to", "to", "subject", "date"].map(\.bytes)
        let message = try Sample.signed(by: signer)
        let text = message.displayText
        for place in message.indices {
            var changed = message
            // Another letter, never the other case of the same one.
            changed[place] ^= 0x41
            #expect(Sample.evidence(changed, signer.keyRecord).messageClass != .verified, "byte \(place)")
        }
        let harmless = [
            ("subject:  one  two \r\n\tthree", "SUBJECT : one two three"), ("First  line ", "First line"),
            ("Last line\t.\r\n\r\n", "Last  line .\r\n  \r\n\t\r\n"), ("From: A", "FROM:\t  A"),
        ]
        for (old, new) in harmless {
            let changed = text.replacing(old, with: new)
            try #require(changed != text)
            #expect(Sample.evidence(changed.bytes, signer.keyRecord).messageClass == .verified, "\(new)")
        }
        for (old, new) in [("First  line", "Firstline"), ("Last", " Last"), ("A <a@", "A<a@"), ("one", "ONE")] {
            let changed = text.replacing(old, with: new)
            #expect(Sample.evidence(changed.bytes, signer.keyRecord).messageClass != .verified, "\(new)")
        }
    }

    @Test func `both signatures of the example in RFC 8463 pass`() throws {
        let file = KeyFile(parsing: RFC8463.keys.bytes)
        let verifier = Verifier(keys: KeyStore(file.keys))
        for message in [RFC8463.message.bytes, RFC8463.message.replacing("\n", with: "\r\n").bytes] {
            let found = verifier.evidence(of: message.span, header: HeaderSection(of: message.span))
            #expect(found.signatures.map(\.verdict) == [.pass, .pass])
            #expect(found.signatures.map(\.signature.algorithm) == [.ed25519SHA256, .rsaSHA256])
            #expect(found.signatures.map(\.key?.bits) == [256, 1024])
            #expect(found.signatures.map(\.index) == [0, 1])
        }
    }
}

/// The example of RFC 8463 appendix A.
private enum RFC8463 {
    static let keys = """
        brisbane._domainkey.football.example.com v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
        test._domainkey.football.example.com "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRi" \
        "Gs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG" \
        "4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
        """

    static let message = """
        DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=brisbane; t=1528637909; h=from : to :
         subject : date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
         Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
        DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=test; t=1528637909; h=from : to : subject :
         date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
         DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
         dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """
}
