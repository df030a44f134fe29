import Bytes
import Cryptography
import Foundation
import ScratchFolders
import Testing

@Suite struct KeysRecoverCommandTests {
    let bench: CommandBench
    private let key: RSAPrivateKey

    init() throws {
        bench = try CommandBench()
        key = try RecoverableKey.key()
        try #require(bench.run(RecoverableKey.mailScript()).status == 0)
    }

    private var keyFile: String {
        "#: basis=recovered messages=4 first_date=2017-05-01T10:00:00Z last_date=2017-05-04T10:00:00Z\n"
            + "s1._domainkey.example.org v=DKIM1; k=rsa; p="
            + Base64.encode(key.publicKey.subjectPublicKeyInfo).displayText + "\n"
    }

    @Test func `the key file, the table and the caveat are written, and verify serves`() throws {
        let made = try bench.run("\"$M\" keys recover leak -o keys.txt")
        #expect(made.status == 0 && made.output.isEmpty)
        #expect(
            made.sentences == [
                "DOMAIN       SELECTOR   BITS      E  VERIFIES",
                "example.org  s1          512      3  4 of 4",
                "mailseal: 1 key recovered, written to keys.txt",
                "mailseal: each says: same signer as the messages that it verifies; key not confirmed by DNS",
            ])
        #expect(try bench.read("keys.txt").displayText.hasSuffix(keyFile))
        let counts = try bench.create("--keys keys.txt --json").output
        #expect(counts.contains("\"signatures\":4") && !counts.contains("\"key_unavailable\":4"))
    }

    @Test func `without -o the keys go to standard output`() throws {
        let made = try bench.run("\"$M\" keys recover leak 2>/dev/null")
        #expect(made.status == 0 && made.output.hasSuffix(keyFile))
    }

    @Test func `an existing file stays as it is unless it may be replaced`() throws {
        let refused = try bench.run("echo mine > keys.txt; \"$M\" keys recover leak -o keys.txt")
        #expect(refused.status == 2 && refused.errors.contains("keys.txt exists already"))
        #expect(try bench.read("keys.txt").displayText == "mine\n")
        #expect(try bench.run("\"$M\" keys recover leak -o keys.txt -f").status == 0)
        #expect(try bench.read("keys.txt").displayText.hasSuffix(keyFile))
    }

    @Test func `what is known already is not computed again, and nothing is written`() throws {
        _ = try bench.run("\"$M\" keys recover leak -o keys.txt")
        let again = try bench.run("\"$M\" keys recover leak --keys keys.txt -o more.txt")
        #expect(again.status == 0 && again.output.isEmpty)
        #expect(
            again.sentences == [
                "mailseal: 1 name left out: keys are known",
                "mailseal: nothing to recover: no name is left with signatures in enough messages",
            ])
        #expect(try bench.names() == ["keys.txt", "leak"])
    }

    @Test func `a name that nothing calls for makes the status 1`() throws {
        let made = try bench.run(
            "\"$M\" keys recover leak -o keys.txt --name s1._domainkey.example.org --name s2._domainkey.example.org")
        #expect(made.status == 1)
        #expect(made.errors.contains("no key of s2._domainkey.example.org: too few messages call for it"))
        #expect(try bench.read("keys.txt").displayText.hasSuffix(keyFile))
    }

    @Test func `the JSON document has the documented keys`() throws {
        let made = try bench.run("\"$M\" keys recover leak --json -o keys.txt 2>/dev/null")
        #expect(made.status == 0)
        let document = try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any]
        #expect(Set((document ?? [:]).keys) == ["output", "known", "absent", "names"])
        let name = try #require((document?["names"] as? [[String: Any]])?.first)
        #expect(Set(name.keys) == ["domain", "selector", "bits", "messages", "pairs", "keys"])
        #expect(name["bits"] as? Int == 512 && name["messages"] as? Int == 4 && name["pairs"] as? Int == 2)
        let key = try #require((name["keys"] as? [[String: Any]])?.first)
        #expect(Set(key.keys) == ["record", "bits", "exponent", "messages", "first_date", "last_date"])
        #expect(key["exponent"] as? Int == 3 && key["messages"] as? Int == 4)
        #expect(key["first_date"] as? String == "2017-05-01T10:00:00Z")
    }

    @Test(arguments: [
        "--json", "--at-least 2", "--limit 0", "--name example.org", "--name 's1._domainkey.*.example.org'",
        "--memory 1",
    ])
    func `wrong options are refused before anything is read`(options: String) throws {
        let refused = try bench.run("\"$M\" keys recover nowhere \(options)")
        #expect(refused.status == 2 && refused.output.isEmpty && refused.errors.contains("Usage:"))
    }

    @Test func `an interrupted run leaves no file`() throws {
        // A quarter of a minute's work: one name of which all signatures are broken, with the usual exponent.
        let script = """
            for day in 1 2 3 4; do sed -i 's/^Subject: ./Subject: other/' leak/signed$day.eml; done
            "$M" keys recover leak -o keys.txt & sleep 2; kill -INT $!; wait $!
            """
        let made = try bench.run("set -m; " + script)
        #expect(made.status == 130)
        #expect(try bench.names() == ["leak"])
        #expect(try bench.names(in: "leak").count == 7)
    }
}
