import Bytes
import Cryptography
import Testing

@testable import Sealing

@Suite struct RevokedKeysTests {
    private let key: SSHPublicKey
    private let other: SSHPublicKey

    init() throws {
        key = try SoftwareKey(seed: 1).publicKey
        other = try SoftwareKey(seed: 2).publicKey
    }

    private func sha1(_ bytes: [UInt8]) -> [UInt8] {
        let hash = RunningHash(.sha1)
        hash.update(bytes)
        return hash.finish()
    }

    private func header(version: UInt32 = 1, magic: String = "SSHKRL\n\0") -> [UInt8] {
        magic.bytes + SSHWire.uint32(version) + [UInt8](repeating: 0, count: 24) + SSHWire.string([])
            + SSHWire.string("comment".bytes)
    }

    private func section(_ type: UInt8, _ strings: [[UInt8]]) -> [UInt8] {
        [type] + SSHWire.string(strings.flatMap(SSHWire.string))
    }

    @Test func `a list of public keys has the keys that it names`() throws {
        let text = "\n# comment\n \t\(key.text.displayText) a comment\r\n"
        let list = try RevokedKeys(parsing: text.bytes)
        #expect(list.contains(key) && !list.contains(other))
        #expect(list.count == 1)
        #expect(try RevokedKeys(parsing: []).count == 0)
    }

    @Test(arguments: [
        "SHA256:n7u3MuHoIAd/yxkZOrjgFrvUfCcgEgSO5RZOvNvyAd8", "sha256:SHA256:abc", "hash: SHA256:abc", "serial: 1",
        "key: ssh-ed25519 AAAA",
    ])
    func `a line of a revocation list's source is refused, and its tool named`(line: String) {
        #expect(
            throws: SSHFormatError.malformed(
                .revokedKeys, line: 2,
                expected: "a public key; of lines such as hash: and serial: ssh-keygen -k makes a revocation list")
        ) {
            try RevokedKeys(parsing: ("\n" + line).bytes)
        }
    }

    @Test(arguments: ["ssh-ed25519", "ssh-ed25519 AAAA", "a@x KEY", "cert-authority KEY", "KEY=", "SSHKRL", "CERT"])
    func `a line that is no key is refused`(line: String) throws {
        let certificate = Base64.encode(SSHWire.string("ssh-rsa-cert-v01@openssh.com".bytes) + [1]).displayText
        let text = line.replacing("KEY", with: key.text.displayText)
            .replacing("CERT", with: "ssh-rsa-cert-v01@openssh.com \(certificate)")
        let expected = "a public key, which is a type and base64, and no certificate"
        #expect(throws: SSHFormatError.malformed(.revokedKeys, line: 1, expected: expected)) {
            try RevokedKeys(parsing: text.bytes)
        }
    }

    @Test func `a revocation list has keys, SHA-1 and SHA-256 fingerprints`() throws {
        for (type, value) in [(UInt8(2), key.blob), (3, sha1(key.blob)), (5, Digest(hashing: key.blob).bytes)] {
            let list = try RevokedKeys(parsing: header() + section(type, [value]))
            #expect(list.contains(key) && !list.contains(other))
            let both = try RevokedKeys(parsing: header() + section(type, []) + section(type, [value, value]))
            #expect(both.count == 1)
        }
    }

    @Test func `certificates, signatures and extensions that may be passed over are`() throws {
        let sections =
            section(1, ["anything".bytes, []]) + section(4, [key.blob]) + SSHWire.string([1, 2])
            + [255] + SSHWire.string(SSHWire.string("a@b".bytes) + [0] + SSHWire.string([1]))
        let list = try RevokedKeys(parsing: header() + sections + section(2, [other.blob]))
        #expect(list.contains(other) && !list.contains(key))
    }

    @Test func `what a revocation list must not have is refused`() {
        let critical = [255] + SSHWire.string(SSHWire.string("a@b".bytes) + [1] + SSHWire.string([]))
        let cases: [(String, [UInt8])] = [
            ("format version 1", header(version: 2)), ("no critical extension, found a@b", header() + critical),
            ("a section of type 1 to 5 or 255, found 6", header() + section(6, [])),
            ("a section of type 1 to 5 or 255, found 0", header() + section(0, [])),
            ("a fingerprint of 20 bytes", header() + section(3, [[UInt8](repeating: 0, count: 32)])),
            ("a fingerprint of 32 bytes", header() + section(5, [[UInt8](repeating: 0, count: 20)])),
            ("a section", header() + [2, 0xFF, 0xFF, 0xFF, 0xFF]), ("a key", header() + [2, 0, 0, 0, 4, 0, 0, 0, 9]),
            ("a signature", header() + section(4, [])),
            ("no bytes after an extension", header() + [255] + SSHWire.string([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
        ]
        for (expected, list) in cases {
            #expect(throws: SSHFormatError.malformed(.revocationList, expected: expected)) {
                try RevokedKeys(parsing: list)
            }
        }
    }

    @Test func `no cut and no changed bit of a list is a trap`() throws {
        let list =
            header() + section(1, [[], []]) + section(2, [key.blob]) + section(3, [sha1(other.blob)])
            + section(5, [Digest(hashing: other.blob).bytes])
        var read = 0
        for count in 0..<list.count {
            guard let cut = try? RevokedKeys(parsing: Array(list.prefix(count))) else { continue }
            #expect(count == 0 || cut.count < 3)
            read += 1
        }
        // Nothing at all, the header, and after each section but the last.
        #expect(read == 5)
        for bit in 0..<list.count * 8 {
            var changed = list
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = try? RevokedKeys(parsing: changed)
        }
        #expect(try RevokedKeys(parsing: list).count == 3)
    }

    @Test func `a list that is too long is refused, and one of the greatest length is read in good time`() throws {
        let limit = RevokedKeys.maximumLength
        for (start, format) in [([], SSHFormat.revokedKeys), (header(), .revocationList)] {
            let long = start + [UInt8](repeating: 0x0A, count: limit + 1 - start.count)
            #expect(throws: SSHFormatError.tooLong(format, bytes: limit + 1, limit: limit)) {
                try RevokedKeys(parsing: long)
            }
        }
        var keys: [UInt8] = []
        for number in 0..<limit / 1024 - 1 {
            keys += SSHWire.string([UInt8](repeating: UInt8(number % 256), count: 1020))
        }
        #expect(try RevokedKeys(parsing: header() + [2] + SSHWire.string(keys)).count == 256)
    }
}
