import Bytes
import Cryptography
import Testing

@testable import Sealing

@Suite struct SSHPublicKeyTests {
    @Test(arguments: [
        ("ed25519", "ssh-ed25519", "ED25519 test key"), ("rsa", "ssh-rsa", "RSA test"),
        ("ecdsa", "ecdsa-sha2-nistp256", "ECDSA test"),
        ("ed25519_sk", "sk-ssh-ed25519@openssh.com", "ED25519-SK test key"),
        ("ecdsa_sk", "sk-ecdsa-sha2-nistp256@openssh.com", "ECDSA-SK test key"),
    ])
    func `a line of type, base64 and comment is read and printed`(name: String, type: String, comment: String) throws {
        guard let text = SharedVectors.read(name + ".pub") else { return }
        let line = try SSHPublicKeyLine(parsing: Array(text.dropLast()))
        #expect(line.key.typeName == type)
        #expect(line.comment.displayText == comment)
        #expect(line.key.text + " \(comment)\n".bytes == text)
    }

    @Test func `every changed bit of a blob is refused or gives another key`() throws {
        for name in ["ed25519", "rsa", "ecdsa", "ecdsa_sk"] {
            guard let text = SharedVectors.read(name + ".pub") else { return }
            let key = try SSHPublicKeyLine(parsing: Array(text.dropLast())).key
            for bit in 0..<key.blob.count * 8 {
                var changed = key.blob
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let other = try? SSHPublicKey(blob: changed) else { continue }
                #expect(other != key && other.fingerprint != key.fingerprint)
            }
            for count in 0..<key.blob.count {
                #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: Array(key.blob.prefix(count))) }
            }
            #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: key.blob + [0]) }
        }
    }

    @Test func `a number in another form than the shortest is refused`() throws {
        let key = try RSAPrivateKey(deterministicFrom: "ssh".bytes, bits: 1024).publicKey
        func blob(_ exponent: [UInt8], _ modulus: [UInt8]) -> [UInt8] {
            SSHWire.string("ssh-rsa".bytes) + SSHWire.string(exponent) + SSHWire.string(modulus)
        }
        #expect(try SSHPublicKey(blob: blob([1, 0, 1], [0] + key.modulus)).algorithm == .rsa(key))
        for (exponent, modulus) in [
            ([0, 1, 0, 1], [0] + key.modulus), ([1, 0, 1], [0, 0] + key.modulus), ([1, 0, 1], key.modulus),
            ([], [0] + key.modulus), ([1, 0, 1], []), ([0], [0] + key.modulus),
        ] as [([UInt8], [UInt8])] {
            #expect(throws: SSHFormatError.self) { try SSHPublicKey(blob: blob(exponent, modulus)) }
        }
    }

    @Test(arguments: ["", "a b", "a\u{0}", "é", String(repeating: "a", count: 129)])
    func `a type that is no name is refused`(type: String) {
        #expect(throws: SSHFormatError.malformed(.publicKey, expected: "a key type of visible characters")) {
            try SSHPublicKey(blob: SSHWire.string(type.bytes) + [1])
        }
    }

    @Test func `a type that is not known is a value`() throws {
        let key = try SSHPublicKey(blob: SSHWire.string("ssh-new@example.com".bytes) + [1, 2, 3])
        #expect(key.algorithm == .unsupported)
        #expect(key.typeName == "ssh-new@example.com")
        #expect(key.application == nil)
        #expect(key.fingerprint.displayText.hasPrefix("SHA256:"))
        #expect(key.fingerprint.count == 50)
    }

    @Test func `a curve must be the one that the type names, and its point on it`() throws {
        guard let text = SharedVectors.read("ecdsa.pub") else { return }
        let key = try SSHPublicKeyLine(parsing: Array(text.dropLast())).key
        let type = "ecdsa-sha2-nistp256".bytes
        let point = Array(key.blob.suffix(65))
        func blob(_ curve: String, _ point: [UInt8]) -> [UInt8] {
            SSHWire.string(type) + SSHWire.string(curve.bytes) + SSHWire.string(point)
        }
        #expect(try SSHPublicKey(blob: blob("nistp256", point)) == key)
        #expect(throws: SSHFormatError.malformed(.publicKey, expected: "the curve nistp256")) {
            try SSHPublicKey(blob: blob("nistp384", point))
        }
        var other = point
        other[64] ^= 1
        #expect(
            throws: SSHFormatError.malformed(
                .publicKey, expected: "a usable key: key has a point that is not on its curve")
        ) {
            try SSHPublicKey(blob: blob("nistp256", other))
        }
    }

    @Test func `what is no line of a key is refused`() throws {
        let line = try SoftwareKey().line
        let base64 = try #require(line.split(separator: " ").last)
        #expect(try SSHPublicKeyLine(parsing: "ssh-ed25519 \t\(base64)\t a  b ".bytes).comment == "a  b".bytes)
        for other in [
            "", "ssh-ed25519", "ssh-ed25519 ", "ssh-rsa \(base64)", "\(base64)", " \(line)",
            "ssh-ed25519 \(base64.dropLast())",
            "ssh-ed25519 \(base64)=", "ssh-ed25519 AAAA", "ssh-ed25519 ====", "ssh-ed25519 \(base64.dropLast(4)) AAAA",
            "ssh-ed25519 \(String(repeating: "A", count: 30000))",
        ] {
            #expect(throws: SSHFormatError.self, "\(other)") { try SSHPublicKeyLine(parsing: other.bytes) }
        }
    }
}
