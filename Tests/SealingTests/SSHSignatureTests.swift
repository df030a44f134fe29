import Bytes
import Cryptography
import Testing

@testable import Sealing

private let message = "newsroom.example/archives/1\n1\nAAAA\n".bytes
private let namespace = "file@mailseal".bytes

private func check(_ parts: SignatureParts, _ message: [UInt8] = message) throws -> SSHSignatureCheck {
    try SSHSignature(armored: parts.armored).check(message: message, namespace: namespace)
}

@Suite struct SSHSignatureTests {
    @Test(arguments: SharedVectors.names)
    func `OpenSSH's own signatures verify`(name: String) throws {
        guard let text = SharedVectors.read(name + ".sig"), let key = SharedVectors.read(name + ".pub"),
            let data = SharedVectors.read("signed-data"), let namespace = SharedVectors.read("namespace")
        else { return }
        let signature = try SSHSignature(armored: text)
        let check = signature.check(message: data, namespace: namespace)
        #expect(check.failure == nil)
        #expect(check.key == (try SSHPublicKeyLine(parsing: Array(key.dropLast())).key))
        #expect(signature.armored == text)
        #expect((check.authenticator != nil) == name.contains("_sk"))
        #expect(signature.check(message: data + [0], namespace: namespace).failure != nil)
        #expect(signature.check(message: data, namespace: namespace + [0x73]).failure == .otherNamespace(namespace))
    }

    @Test func `what the authenticators of OpenSSH's signatures said is told`() throws {
        for name in ["ed25519_sk", "ecdsa_sk", "ecdsa_sk_webauthn"] {
            guard let text = SharedVectors.read(name + ".sig") else { return }
            let signature = try SSHSignature(armored: text)
            let data = try #require(signature.authenticator)
            #expect(data.isUserPresent && !data.isUserVerified)
            #expect(data.counter == (name == "ecdsa_sk_webauthn" ? 799 : 0x1234_5678))
            #expect(data.browser?.origin.displayText == (data.counter == 799 ? "https://www.mindrot.org" : nil))
            #expect(signature.key.application?.displayText == (data.counter == 799 ? "mindrot.org" : "ssh:"))
        }
    }

    @Test(arguments: SharedVectors.names)
    func `every changed bit of a signature is noticed`(name: String) throws {
        guard let text = SharedVectors.read(name + ".sig"), let data = SharedVectors.read("signed-data"),
            let namespace = SharedVectors.read("namespace")
        else { return }
        let blob = try SSHArmor.decode(text)
        var accepted: [Int] = []
        for bit in 0..<blob.count * 8 {
            var changed = blob
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let read = try? SSHSignature(blob: changed)
            if read?.check(message: data, namespace: namespace).isVerified == true { accepted.append(bit) }
        }
        #expect(accepted.isEmpty)
    }

    @Test(arguments: SharedVectors.names)
    func `no shorter blob is a signature, and no longer one`(name: String) throws {
        guard let text = SharedVectors.read(name + ".sig") else { return }
        let blob = try SSHArmor.decode(text)
        for count in 0..<blob.count {
            #expect(throws: SSHFormatError.self) { try SSHSignature(blob: Array(blob.prefix(count))) }
        }
        #expect(throws: SSHFormatError.malformed(.signature, expected: "no bytes after the signature")) {
            try SSHSignature(blob: blob + [0])
        }
    }

    @Test(arguments: [HashFunction.sha256, .sha512])
    func `a signature put together by hand verifies`(hash: HashFunction) throws {
        let signature = try SoftwareKey().sign(message, hash: hash)
        #expect(try check(signature).isVerified)
        #expect(try check(signature, message + [0x0A]).failure == .doesNotVerify)
    }

    @Test func `a signature with one odd field is refused`() throws {
        let cases: [(String, (inout SignatureParts) -> Void)] = [
            ("SSHSIG", { $0.magic = "SSHSIH".bytes }), ("version 1", { $0.version = 2 }),
            ("version 1", { $0.version = 0 }), ("an empty reserved field", { $0.reserved = [1] }),
            ("a namespace that is not empty", { $0.namespace = [] }),
            ("a namespace without NUL", { $0.namespace = "file@mailseal\0".bytes }),
            ("hash function sha256 or sha512", { $0.hash = "sha1".bytes }),
            ("hash function sha256 or sha512", { $0.hash = "sha384".bytes }),
            ("hash function sha256 or sha512", { $0.hash = "sha512\0".bytes }),
            ("no bytes after the signature", { $0.after = [0] }),
            ("no bytes after the numbers of the signature", { $0.signature += [0] }),
            ("a signature algorithm", { $0.signature = [] }),
        ]
        for (expected, change) in cases {
            var parts = try SoftwareKey().sign(message)
            change(&parts)
            #expect(throws: SSHFormatError.malformed(.signature, expected: expected)) {
                try SSHSignature(armored: parts.armored)
            }
        }
    }

    @Test func `a signature for another purpose is refused`() throws {
        let signature = try SoftwareKey().sign(message, namespace: "git")
        #expect(try check(signature).failure == .otherNamespace("git".bytes))
        var renamed = signature
        renamed.namespace = namespace
        #expect(try check(renamed).failure == .doesNotVerify)
    }

    @Test func `a signature under another key, or of another algorithm, is refused`() throws {
        var signature = try SoftwareKey().sign(message)
        signature.publicKey = try SoftwareKey(seed: 2).blob
        #expect(try check(signature).failure == .doesNotVerify)
        signature.publicKey = try SoftwareKey(application: "ssh:").blob
        #expect(try check(signature).failure == .unsupportedAlgorithm("ssh-ed25519"))
        signature = try SoftwareKey().sign(message)
        signature.signature = SSHWire.string("ssh-rsa".bytes) + SSHWire.string([1])
        #expect(try check(signature).failure == .unsupportedAlgorithm("ssh-rsa"))
    }

    @Test(arguments: [
        (
            "ssh-mldsa44-ed25519@openssh.com",
            SSHSignatureCheck.Failure.unsupportedKeyType("ssh-mldsa44-ed25519@openssh.com")
        ),
        ("ssh-dss", .unsupportedKeyType("ssh-dss")), ("x", .unsupportedKeyType("x")),
        ("ssh-ed25519-cert-v01@openssh.com", .certificate(type: "ssh-ed25519-cert-v01@openssh.com")),
    ])
    func `a key type that is not supported is named`(type: String, failure: SSHSignatureCheck.Failure) throws {
        let parts = SignatureParts(
            publicKey: SSHWire.string(type.bytes) + [1, 2, 3], signature: SSHWire.string(type.bytes) + [4, 5, 6])
        #expect(try check(parts).failure == failure)
        #expect("\(failure)".hasSuffix(type))
    }

    @Test func `an RSA key that is too short, and SHA-1 with any, are refused`() throws {
        let long = try RSAPrivateKey(deterministicFrom: "ssh".bytes, bits: 2048)
        let short = try RSAPrivateKey(deterministicFrom: "ssh".bytes, bits: 2032)
        let cases: [(RSAPrivateKey, String, SSHSignatureCheck.Failure?)] = [
            (long, "rsa-sha2-512", nil), (long, "rsa-sha2-256", nil), (short, "rsa-sha2-512", .shortKey(bits: 2032)),
            (long, "ssh-rsa", .unsupportedAlgorithm("ssh-rsa")),
        ]
        for (key, algorithm, failure) in cases {
            let numbers = [key.publicKey.exponent, [0] + key.publicKey.modulus].flatMap(SSHWire.string)
            let data = SSHSignature.signedData(namespace: namespace, hash: .sha512, message: message)
            let function: HashFunction = algorithm == "rsa-sha2-512" ? .sha512 : .sha256
            let hash = RunningHash(function)
            hash.update(data)
            let value = try #require(key.sign(digest: hash.finish(), of: function))
            let parts = SignatureParts(
                publicKey: SSHWire.string("ssh-rsa".bytes) + numbers,
                signature: SSHWire.string(algorithm.bytes) + SSHWire.string(value))
            #expect(try check(parts).failure == failure, "\(algorithm)")
        }
    }
}

@Suite struct AuthenticatorTests {
    @Test func `a signature that nobody touched the authenticator for is refused`() throws {
        let key = try SoftwareKey(application: "ssh:")
        for flags in UInt8.min...UInt8.max {
            let found = try check(key.sign(message, flags: flags, counter: 12))
            #expect(found.failure == (flags & 1 == 0 ? .noUserPresence : nil))
            let data = try #require(found.authenticator)
            #expect(data.counter == 12)
            #expect(data.isUserVerified == (flags & 4 != 0))
        }
    }

    @Test func `flags, counter and application are covered by the signature`() throws {
        let signed = try SoftwareKey(application: "ssh:").sign(message, flags: 0)
        for place in 1...5 {
            var changed = signed
            changed.signature[changed.signature.count - place] ^= 1
            #expect(try check(changed).failure == .doesNotVerify)
        }
        var other = signed
        other.publicKey = try SoftwareKey(application: "ssh:other").blob
        #expect(try check(other).failure == .doesNotVerify)
    }

    @Test func `an ordinary signature does not pass for an authenticator's`() throws {
        var parts = try SoftwareKey(application: "ssh:").sign(message)
        parts.signature = SSHWire.string("sk-ssh-ed25519@openssh.com".bytes)
        let plain = try SoftwareKey().key.sign(
            message: SSHSignature.signedData(namespace: namespace, hash: .sha512, message: message))
        parts.signature += SSHWire.string(plain) + [1] + SSHWire.uint32(0)
        #expect(try check(parts).failure == .doesNotVerify)
    }

    @Test func `client data for another message, or flags that they do not fit, are refused`() throws {
        guard let text = SharedVectors.read("ecdsa_sk_webauthn.sig"), let data = SharedVectors.read("signed-data"),
            let namespace = SharedVectors.read("namespace")
        else { return }
        let signature = try SSHSignature(armored: text)
        #expect(signature.check(message: data, namespace: namespace).isVerified)
        #expect(signature.check(message: data + [1], namespace: namespace).failure == .otherClientData)
        let blob = try SSHArmor.decode(text)
        // The flags stand before the counter, which is 799.
        let flags = try #require(blob.firstRange(of: [0x01, 0x00, 0x00, 0x03, 0x1F])?.lowerBound)
        for bit in [UInt8(0x40), 0x80] {
            var changed = blob
            changed[flags] ^= bit
            let read = try SSHSignature(blob: changed)
            #expect(read.check(message: data, namespace: namespace).failure == .otherClientData)
        }
    }
}
