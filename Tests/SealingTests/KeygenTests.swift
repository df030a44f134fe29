import Bytes
import Cryptography
import Foundation
import ScratchFolders
import Testing

@testable import Sealing

/// Our answers beside those of the installed ssh-keygen.
@Suite struct KeygenTests {
    private static let namespace = "file@mailseal"
    private static let message = "newsroom.example/archives/1\n1\nAAAA\n".bytes
    private static let kinds = [
        ("ed25519", "-t ed25519"), ("rsa", "-t rsa -b 2048"), ("ecdsa256", "-t ecdsa -b 256"),
        ("ecdsa384", "-t ecdsa -b 384"), ("ecdsa521", "-t ecdsa -b 521"),
    ]

    private static func verify(_ options: String) -> String {
        "ssh-keygen -Y verify -n \(namespace) -s message.sig \(options) < message"
    }

    @Test(arguments: kinds)
    func `both accept what ssh-keygen signs, and neither a tampered one`(name: String, options: String) throws {
        let shop = try Workshop()
        guard try ProgramRun.isInstalled("ssh-keygen") else { return }
        let key = try shop.makeKey(name, options)
        for hash in ["sha256", "sha512"] {
            try shop.write("message", Self.message)
            try shop.run(
                "rm -f message.sig; ssh-keygen -q -Y sign -O hashalg=\(hash) -f \(name) -n \(Self.namespace) message")
            let signature = try SSHSignature(armored: shop.read("message.sig"))
            #expect(signature.check(message: Self.message, namespace: Self.namespace.bytes).failure == nil)
            #expect(signature.key == key && SSHSignature.name(of: signature.hash) == hash.bytes)
            try shop.run("printf 'a@x %s\\n' \"$(cat \(name).pub)\" > allowed")
            #expect(try shop.attempt(Self.verify("-f allowed -I a@x")).status == 0)
            try shop.write("message", Self.message + [0x20])
            #expect(try shop.attempt(Self.verify("-f allowed -I a@x")).status != 0)
            let changed = signature.check(message: Self.message + [0x20], namespace: Self.namespace.bytes)
            #expect(changed.failure == .doesNotVerify)
        }
        let listed = try shop.run("ssh-keygen -l -f \(name).pub").displayText
        #expect(listed.split(separator: " ").dropFirst().first.map(String.init) == key.fingerprint.displayText)
    }

    @Test func `changed bits of what the larger curves sign are noticed`() throws {
        let shop = try Workshop()
        guard try ProgramRun.isInstalled("ssh-keygen") else { return }
        for (name, options) in Self.kinds.suffix(2) {
            _ = try shop.makeKey(name, options)
            try shop.write("message", Self.message)
            try shop.run("rm -f message.sig; ssh-keygen -q -Y sign -f \(name) -n \(Self.namespace) message")
            let blob = try SSHArmor.decode(shop.read("message.sig"))
            for bit in stride(from: 0, to: blob.count * 8, by: 5) {
                var changed = blob
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                let check = try? SSHSignature(blob: changed).check(
                    message: Self.message, namespace: Self.namespace.bytes)
                #expect(check?.isVerified != true, "\(name) bit \(bit)")
            }
        }
    }

    @Test func `ssh-keygen accepts what we refuse on purpose`() throws {
        let shop = try Workshop()
        guard try ProgramRun.isInstalled("ssh-keygen") else { return }
        let key = try SoftwareKey()
        let sound = key.sign(Self.message)
        let text = sound.armored.displayText
        var reserved = sound
        reserved.reserved = "anything".bytes
        var early = sound
        early.version = 0
        let authenticator = try SoftwareKey(application: "ssh:")
        let untouched = authenticator.sign(Self.message, flags: 0)
        try shop.write("message", Self.message)
        try shop.write("allowed", "a@x \(key.line)\na@x \(authenticator.line)\n".bytes)
        for (name, signature) in [
            ("text after", text + "text\n"), ("no final line feed", String(text.dropLast())),
            (
                "other lines",
                text.replacing("\n", with: "").replacing(
                    "-----BEGIN SSH SIGNATURE-----", with: "-----BEGIN SSH SIGNATURE-----\n"
                ).replacing("-----END", with: "\n-----END") + "\n"
            ),
            ("reserved", reserved.armored.displayText), ("version 0", early.armored.displayText),
            ("nobody touched it", untouched.armored.displayText),
        ] {
            try shop.write("message.sig", signature.bytes)
            #expect(try shop.attempt(Self.verify("-f allowed -I a@x")).status == 0, "\(name)")
            let read = try? SSHSignature(armored: signature.bytes)
            #expect(read?.check(message: Self.message, namespace: Self.namespace.bytes).isVerified != true, "\(name)")
        }
        // Both refuse text before the armor, and both accept a sound signature and one of a touched authenticator.
        for (signature, isAccepted) in [
            ("text\n" + text, false), (text, true), (authenticator.sign(Self.message).armored.displayText, true),
        ] {
            try shop.write("message.sig", signature.bytes)
            #expect((try shop.attempt(Self.verify("-f allowed -I a@x")).status == 0) == isAccepted)
            let read = try? SSHSignature(armored: signature.bytes)
            #expect(
                (read?.check(message: Self.message, namespace: Self.namespace.bytes).isVerified == true) == isAccepted)
        }
    }

    @Test func `ssh-keygen accepts short RSA keys and numbers in more than one form, which we refuse`() throws {
        let shop = try Workshop()
        guard try ProgramRun.isInstalled("ssh-keygen") else { return }
        for (name, options) in [("rsa", "-t rsa -b 1024"), ("ecdsa", "-t ecdsa")] {
            let key = try shop.makeKey(name, options)
            try shop.write("message", Self.message)
            try shop.run("rm -f message.sig; ssh-keygen -q -Y sign -f \(name) -n \(Self.namespace) message")
            try shop.run("printf 'a@x %s\\n' \"$(cat \(name).pub)\" > allowed")
            if case .ecdsa(let r, let s) = try SSHSignature(armored: shop.read("message.sig")).value {
                let numbers = SSHWire.string([0, 0] + r) + SSHWire.string([0] + s)
                let signature = SSHWire.string(key.type) + SSHWire.string(numbers)
                try shop.write("message.sig", SignatureParts(publicKey: key.blob, signature: signature).armored)
            }
            #expect(try shop.attempt(Self.verify("-f allowed -I a@x")).status == 0, "\(name)")
            let check = try? SSHSignature(armored: shop.read("message.sig"))
                .check(message: Self.message, namespace: Self.namespace.bytes)
            #expect(check?.failure == (name == "rsa" ? .shortKey(bits: 1024) : nil))
            #expect((check == nil) == (name == "ecdsa"))
        }
    }

    /// Files of allowed signers where both must agree: principal a@x, 2026-11-22, KEY the signing key, OTHER another one.
    private static let files = [
        "a@x KEY", "b@x KEY", "*@x KEY", "* KEY", "?@x KEY", "??@x KEY", "A@x KEY", "b@x,a@x KEY", "*@x,!a@x KEY",
        "!a@x,*@x KEY",
        "*@x,!b@x KEY", "!a@x KEY", "!b@x KEY", "a@x OTHER", "a@x OTHER\na@x KEY", "# a@x KEY",
        "  # c\n\n\ta@x\tKEY\tcomment", "a@x KEY\r",
        "a@x  KEY", "\"a@x\" KEY", "\"a@x\"KEY", "a\"@x\" KEY", "\"b c\",a@x KEY", "\"b c,a@x\" KEY", "a@x", "a@x ",
        "KEY",
        "a@x namespaces=\"file@mailseal\" KEY", "a@x namespaces=\"git\" KEY", "a@x namespaces=\"file@*\" KEY",
        "a@x NameSpaces=\"git,*seal\" KEY", "a@x namespaces=\"*,!file@mailseal\" KEY", "a@x namespaces=\"\" KEY",
        "a@x namespaces=\"a b,file@mailseal\" KEY", "a@x namespaces=\"a\\\"b,file@mailseal\" KEY",
        "a@x namespaces=file@mailseal KEY",
        "a@x namespaces=\"*\",namespaces=\"*\" KEY", "a@x namespaces=\"*\", KEY", "a@x namespaces=\"* KEY",
        "a@x unknown KEY",
        "a@x unknown=\"1\" KEY", "a@x cert-authority KEY", "a@x cert-authority KEY\na@x KEY",
        "a@x namespaces=\"git\" KEY\na@x KEY",
        "a@x valid-after=\"20261122Z\" KEY", "a@x valid-after=\"20261122000001Z\" KEY",
        "a@x valid-before=\"20261122Z\" KEY",
        "a@x valid-before=\"20261121235959Z\" KEY", "a@x valid-before=\"202611220000Z\" KEY",
        "a@x valid-before=\"202611220000z\" KEY",
        "a@x valid-after=\"20200101Z\",valid-before=\"20300101Z\" KEY",
        "a@x valid-after=\"20300101Z\",valid-before=\"20200101Z\" KEY",
        "a@x valid-after=\"20261122Z\",valid-before=\"20261122Z\" KEY", "a@x valid-after=\"2026\" KEY",
        "a@x valid-after=\"19700101Z\" KEY",
        "a@x valid-before=\"20261301Z\" KEY", "a@x valid-before=\"20200101Z\" KEY\na@x valid-after=\"20200101Z\" KEY",
        "a@x ssh-rsa BASE64", "a@x ssh-ed25519 BASE65", "a@x BASE64", "a@x options KEY extra", "", "\n\n", "#",
    ]

    @Test func `both give the same answer about who may sign`() throws {
        let shop = try Workshop()
        guard try ProgramRun.isInstalled("ssh-keygen") else { return }
        let key = try SoftwareKey()
        let base64 = try #require(key.line.split(separator: " ").last.map(String.init))
        try shop.write("message", Self.message)
        try shop.write("message.sig", key.sign(Self.message).armored)
        let time = try #require(Timestamp(rfc3339: "2026-11-22T00:00:00Z"))
        for file in Self.files {
            let text = file.replacing("KEY", with: key.line).replacing("OTHER", with: try SoftwareKey(seed: 2).line)
                .replacing("BASE64", with: base64).replacing("BASE65", with: base64.dropLast() + "!")
            try shop.write("allowed", (text + "\n").bytes)
            let theirs = try shop.attempt(Self.verify("-f allowed -I a@x -O verify-time=20261122000000Z")).status == 0
            let answer = try? AllowedSigners(parsing: (text + "\n").bytes)
                .answer(for: key.publicKey, namespace: Self.namespace.bytes, at: time, principal: "a@x".bytes)
            var ours = false
            if case .allowed = answer { ours = true }
            #expect(ours == theirs, "\(file)")
        }
    }

    @Test func `we refuse files that ssh-keygen reads in another way on another machine or not to the end`() throws {
        let shop = try Workshop()
        guard try ProgramRun.isInstalled("ssh-keygen") else { return }
        let key = try SoftwareKey()
        try shop.write("message", Self.message)
        try shop.write("message.sig", key.sign(Self.message).armored)
        for file in [
            "a@x valid-after=\"20200101\" KEY", "b@x nonsense\na@x KEY", "a@x KEY\na@x nonsense",
            "a@x valid-after=\"20200230Z\" KEY",
        ] {
            let text = (file + "\n").replacing("KEY", with: key.line).bytes
            try shop.write("allowed", text)
            #expect(try shop.attempt(Self.verify("-f allowed -I a@x")).status == 0, "\(file)")
            #expect(throws: SSHFormatError.self) { try AllowedSigners(parsing: text) }
        }
    }

    @Test func `both give the same answer about revoked keys`() throws {
        let shop = try Workshop()
        guard try ProgramRun.isInstalled("ssh-keygen") else { return }
        let key = try shop.makeKey("one", "-t ed25519")
        _ = try shop.makeKey("two", "-t ecdsa")
        _ = try shop.makeKey("authority", "-t ed25519")
        try shop.write("message", Self.message)
        try shop.run(
            "ssh-keygen -q -Y sign -f one -n \(Self.namespace) message; printf 'a@x %s\\n' \"$(cat one.pub)\" > allowed"
        )
        let lists = [
            "cp one.pub list", "cp two.pub list", "cat two.pub one.pub > list",
            "printf '# c\\n\\n' | cat - one.pub > list", ": > list",
            "(echo; sed 's/^/ \\t/' one.pub) > list", "echo nonsense > list",
            "ssh-keygen -l -f one.pub | cut -d' ' -f2 > list",
            "(cat one.pub; echo nonsense) > list", "sed 's/ed25519/rsa/' one.pub > list",
            "ssh-keygen -k -f list one.pub", "ssh-keygen -k -f list two.pub", "ssh-keygen -k -f list one.pub two.pub",
            "sed 's/^/sha1: /' one.pub > spec; ssh-keygen -k -f list spec",
            "sed 's/^/sha256: /' one.pub > spec; ssh-keygen -k -f list spec",
            "sed 's/^/sha256: /' two.pub > spec; ssh-keygen -k -f list spec",
            "ssh-keygen -l -f one.pub | awk '{print \"hash: \" $2}' > spec; ssh-keygen -k -f list spec",
            "printf 'serial: 1-9\\nid: a\\n' > spec; ssh-keygen -k -s authority.pub -f list spec; ssh-keygen -k -u -f list one.pub",
            "printf 'serial: 1-9\\nid: a\\n' > spec; ssh-keygen -k -s authority.pub -f list spec",
            "ssh-keygen -k -f list; head -c 40 list > cut; mv cut list",
            "ssh-keygen -s authority -I id -n a one.pub; cp one-cert.pub list",
        ]
        for script in lists {
            try shop.run("rm -f list; " + script)
            let theirs = try shop.attempt(Self.verify("-f allowed -I a@x -r list")).status != 0
            // A list that cannot be read accepts no key.
            let ours = (try? RevokedKeys(parsing: shop.read("list")))?.contains(key) ?? true
            #expect(ours == theirs, "\(script)")
        }
    }

    @Test func `the commands of the document say who signed`() throws {
        let shop = try Workshop()
        guard try ProgramRun.isInstalled("ssh-keygen") else { return }
        let page = URL(filePath: #filePath).appending(path: "../../../Docs/seals.md").standardized
        let text = try String(contentsOf: page, encoding: .utf8)
        let section = try #require(text.split(separator: "\n## The SSH signature\n").last)
        let commands = try #require(
            section.split(separator: "```sh\n").dropFirst().first?.split(separator: "```").first)
        let (name, key) = ("desk@newsroom.example", try SoftwareKey())
        try shop.write("allowed", "\(name) namespaces=\"file@mailseal\" \(key.line)\n".bytes)
        try shop.write("checkpoint", Self.message)
        try shop.write("checkpoint.sshsig", key.sign(Self.message).armored)
        let script = "SIGNERS=allowed; WHO=\(name); TIME=20261122140300Z\n\(commands)"
        let answer = try shop.attempt(script)
        #expect(answer.status == 0)
        let fingerprint = try key.publicKey.fingerprint.displayText
        #expect(
            answer.output == "\(name)\nGood \"file@mailseal\" signature for \(name) with ED25519 key \(fingerprint)\n")
        try shop.write("checkpoint", Self.message + [0])
        #expect(try shop.attempt(script).status != 0)
    }

    @Test func `a certificate is named, and its key not taken for it`() throws {
        let shop = try Workshop()
        guard try ProgramRun.isInstalled("ssh-keygen") else { return }
        let key = try shop.makeKey("one", "-t ed25519")
        _ = try shop.makeKey("authority", "-t ecdsa")
        try shop.run("ssh-keygen -q -s authority -I id -n a one.pub")
        let certificate = try SSHPublicKeyLine(parsing: Array(shop.read("one-cert.pub").dropLast())).key
        #expect(certificate.algorithm == .certificate)
        #expect(certificate != key)
    }
}
