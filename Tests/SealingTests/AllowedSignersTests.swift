import Bytes
import Testing

@testable import Sealing

private let namespace = "file@mailseal".bytes

/// The file, where KEY stands for a key of type and base64.
private func file(_ text: String, key: SoftwareKey) throws -> AllowedSigners {
    try AllowedSigners(parsing: text.replacing("KEY", with: key.line).bytes)
}

private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

@Suite struct AllowedSignersTests {
    private let key: SoftwareKey

    init() throws { key = try SoftwareKey() }

    private func answer(_ text: String, at moment: String = "2026-11-22T00:00:00Z") throws -> AllowedSignersAnswer {
        try file(text, key: key).answer(for: key.publicKey, namespace: namespace, at: time(moment))
    }

    private func reasons(_ answer: AllowedSignersAnswer) -> [AllowedSignersRefusal.Reason] {
        guard case .refused(let refusals) = answer else { return [] }
        return refusals.map(\.reason)
    }

    @Test func `a line gives principals, options and key`() throws {
        let text =
            "\n# comment\n  a@example.org,*@b.example\tnamespaces=\"file@*,git\",valid-after=\"20200101Z\",Valid-Before=\"20300102030405Z\"  KEY a comment\r\n"
        let signers = try file(text, key: key).signers
        let signer = try #require(signers.first)
        #expect(signers.count == 1)
        #expect(signer.line == 3)
        #expect(signer.principals.description == "a@example.org,*@b.example")
        #expect(signer.namespaces?.description == "file@*,git")
        #expect(signer.validAfter?.description == "2020-01-01T00:00:00Z")
        #expect(signer.validBefore?.description == "2030-01-02T03:04:05Z")
        #expect(signer.key == (try key.publicKey))
        #expect(!signer.isCertificateAuthority)
    }

    @Test func `all lines that allow a key are told`() throws {
        let answer = try answer("a@x KEY\nb@x namespaces=\"git\" KEY\nc@x KEY\n")
        guard case .allowed(let signers) = answer else {
            Issue.record("not allowed")
            return
        }
        #expect(signers.map(\.line) == [1, 3])
    }

    @Test func `why no line allows a key is told`() throws {
        let soon = try time("2026-11-22T00:00:01Z")
        let before = try time("2026-11-21T23:59:59Z")
        #expect(try answer("a@x \(SoftwareKey(seed: 9).line)\n") == .unknownKey)
        #expect(try answer("") == .unknownKey)
        #expect(reasons(try answer("a@x cert-authority KEY\n")) == [.certificateAuthority])
        #expect(reasons(try answer("a@x namespaces=\"file\" KEY\n")) == [.otherNamespace])
        #expect(reasons(try answer("a@x valid-after=\"20261122000001Z\" KEY\n")) == [.notYetValid(soon)])
        #expect(reasons(try answer("a@x valid-before=\"20261121235959Z\" KEY\n")) == [.expired(before)])
        let refused = try file("a@x KEY", key: key).answer(
            for: key.publicKey, namespace: namespace, at: soon, principal: "b@x".bytes)
        #expect(reasons(refused) == [.otherPrincipal])
    }

    @Test func `the reasons are sentences`() throws {
        let text =
            "a@x cert-authority KEY\na@x namespaces=\"git\" KEY\na@x valid-after=\"20270101Z\" KEY\na@x valid-before=\"2026010112Z\" KEY"
        guard case .refused(let refusals) = try answer(text.replacing("2026010112Z", with: "202601011200Z")) else {
            Issue.record("not refused")
            return
        }
        #expect(
            refusals.map(\.description) == [
                "line 1 allows certificates of the key only, which are not supported",
                "line 2 allows the namespaces git",
                "line 3 allows the key from 2027-01-01T00:00:00Z on",
                "line 4 allows the key until 2026-01-01T12:00:00Z",
            ])
    }

    @Test(arguments: [
        ("2019-12-31T23:59:59Z", false), ("2020-01-01T00:00:00Z", true), ("2021-02-03T04:05:06Z", true),
        ("2021-02-03T04:05:07Z", false),
    ])
    func `both ends of a validity period belong to it`(moment: String, isAllowed: Bool) throws {
        let answer = try answer("a@x valid-after=\"20200101Z\",valid-before=\"20210203040506Z\" KEY", at: moment)
        #expect((reasons(answer) == []) == isAllowed)
    }

    @Test(arguments: [
        "", "2020010", "20200101", "202001010000", "20200101000000", "20200101UTC", "2020-01-01Z", "20201301Z",
        "20200230Z",
        "202001012400Z", "20200101235960Z", "202001012360Z", "Z", "20200101ZZ", "20200101X", "19700101Z", "19691231Z",
        "00000101Z",
        "2020010100Z", "20200101+0100", " 20200101Z", "20200101Z ", "٢٠٢٠٠١٠١Z",
    ])
    func `a time that is none in UTC is refused`(text: String) throws {
        for option in ["valid-after", "valid-before"] {
            #expect(throws: SSHFormatError.self) { try file("a@x \(option)=\"\(text)\" KEY", key: key) }
        }
    }

    @Test func `a time without zone is refused with a sentence that asks for one`() throws {
        let error = #expect(throws: SSHFormatError.self) {
            try file("# c\na@x valid-before=\"20200101\" KEY", key: key)
        }
        #expect(
            error?.description
                == "malformed allowed signers file in line 2, expected a time that ends in Z: without it, it would be the local time of whoever verifies, and the verdict would depend on that"
        )
    }

    @Test(
        arguments: [
            ("a@x", "principals, perhaps options, and a key"), ("\"a@x KEY", "a closing quote"),
            ("\"\" KEY", "principals, perhaps options, and a key"), ("a@x foo=\"1\" KEY", nil),
            ("a@x foo,cert-authority KEY", nil),
            ("a@x cert-authority=\"1\" KEY", "a comma or blank after an option, and a key"),
            ("a@x cert-authority,,namespaces=\"a\" KEY", nil), ("a@x cert-authority, KEY", nil),
            ("a@x ,cert-authority KEY", nil),
            ("a@x namespaces=a KEY", "namespaces=\"…\""), ("a@x namespaces=\"a KEY", "a closing quote"),
            ("a@x namespaces=\"a\\\" KEY", "a closing quote"),
            ("a@x namespaces=\"a\"KEY", "a comma or blank after an option, and a key"),
            ("a@x namespaces=\"a\",namespaces=\"b\" KEY", "namespaces once"),
            ("a@x valid-after=\"20200101Z\",valid-after=\"20200101Z\" KEY", "valid-after once"),
            ("a@x valid-after=\"20200101Z\",valid-before=\"20200101Z\" KEY", "a valid-before later than valid-after"),
            ("a@x cert-authority", "a comma or blank after an option, and a key"),
            ("a@x ssh-ed25519", "a key type and base64"),
            ("a@x ssh-ed25519 AAAA", "a key type"), ("a@x ssh-ed25519 A", "base64 of a key after its type"),
            ("a@x\u{0} KEY", "text without NUL"), ("a@x no-touch-required KEY", "base64 of a key after its type"),
        ] as [(String, String?)])
    func `a line that cannot be read is an error with its number`(line: String, expected: String?) throws {
        let error = #expect(throws: SSHFormatError.self) { try file("b@x KEY\n\n" + line + "\nc@x KEY\n", key: key) }
        let options = "one of the options cert-authority, namespaces, valid-after, valid-before"
        #expect(error == .malformed(.allowedSigners, line: 3, expected: expected ?? options))
    }

    @Test func `keys that are not supported may stand in the file`() throws {
        let other =
            "ssh-new@example.com \(Base64.encode(SSHWire.string("ssh-new@example.com".bytes) + [1]).displayText)"
        let signers = try file("a@x \(other) comment\nb@x namespaces=\"file\" \(other)\nc@x KEY\n", key: key).signers
        #expect(signers.map(\.key.algorithm) == [.unsupported, .unsupported, try key.publicKey.algorithm])
    }

    @Test func `a file that is too long is refused, and one of the greatest length is read in good time`() throws {
        let limit = AllowedSigners.maximumLength
        #expect(throws: SSHFormatError.tooLong(.allowedSigners, bytes: limit + 1, limit: limit)) {
            try AllowedSigners(parsing: [UInt8](repeating: 0x0A, count: limit + 1))
        }
        for byte in "\na".utf8 {
            let read = try? AllowedSigners(parsing: [UInt8](repeating: byte, count: limit))
            #expect((read == nil) == (byte == 0x61))
        }
        let stars = [UInt8](repeating: 0x2A, count: SSHPatternList.longestPattern)
        #expect(SSHPatternList(stars + [0x2A]) == nil)
        let list = try #require(SSHPatternList(stars + [0x2C] + [UInt8](repeating: 0x61, count: 1000) + [0x2A, 0x62]))
        #expect(list.matches([UInt8](repeating: 0x61, count: 100_000)))
    }

    @Test func `no change of a byte is accepted as something else than it says`() throws {
        let text = "a@x,!b@x namespaces=\"file@mailseal\",valid-before=\"20300101Z\" \(key.line)\n".bytes
        for place in text.indices {
            for byte in [UInt8(0), 0x0A, 0x0D, 0x20, 0x21, 0x22, 0x2A, 0x2C, 0x3D, 0x3F, 0x5C, 0x61, 0xFF] {
                var changed = text
                changed[place] = byte
                // Whatever comes out, nothing traps; a key that was changed is another one.
                guard let read = try? AllowedSigners(parsing: changed), changed != text else { continue }
                for signer in read.signers where place >= text.count - 70 {
                    #expect(signer.key != (try key.publicKey) || byte == 0x0A || ASCII.isWhiteSpace(byte))
                }
            }
        }
    }
}

@Suite struct SSHPatternTests {
    /// What the words of ssh_config(5) say, tried out without any thought for time.
    private func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == 0x2A {
            return matches(name, pattern.dropFirst()) || (!name.isEmpty && matches(name.dropFirst(), pattern))
        }
        guard let byte = name.first, first == 0x3F || first == byte else { return false }
        return matches(name.dropFirst(), pattern.dropFirst())
    }

    @Test func `every pattern of up to five characters matches as its definition says`() throws {
        func texts(_ alphabet: [UInt8], _ lengths: ClosedRange<Int>) -> [[UInt8]] {
            lengths.flatMap { length in
                (0..<length).reduce([[]]) { all, _ in all.flatMap { text in alphabet.map { text + [$0] } } }
            }
        }
        let names = texts([0x61, 0x62], 1...5)
        for pattern in texts([0x61, 0x2A, 0x3F], 1...5) {
            let list = try #require(SSHPatternList(pattern))
            for name in names { #expect(list.matches(name) == matches(name[...], pattern[...])) }
        }
    }

    @Test(arguments: [
        ("a,b", "a", true), ("a,b", "b", true), ("a,b", "c", false), ("*,!b", "a", true), ("*,!b", "b", false),
        ("!b,*", "b", false), ("!b", "a", false), ("!b", "b", false), ("a, b", "b", false), ("", "a", false),
        (",,a,", "a", true),
        ("!", "a", false), ("!!a", "a", false), ("!!a,*", "!a", false), ("A", "a", false), ("*", "", false),
        ("é", "é", true),
    ])
    func `a list matches when a pattern does and none that is negated`(list: String, name: String, isMatched: Bool)
        throws
    {
        #expect(try #require(SSHPatternList(list.bytes)).matches(name.bytes) == isMatched)
    }
}
