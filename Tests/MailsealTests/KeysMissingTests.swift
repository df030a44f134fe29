import Bytes
import DKIM
import Mailseal
import SampleArchive
import ScratchFolders
import Testing

@Suite struct KeysMissingTests {
    let bench: CreateWorkbench
    private let archive: SampleArchive

    init() throws {
        bench = try CreateWorkbench()
        archive = try SampleArchive(seed: 7, messages: 40, averageSize: 4000, signedPercent: 80)
        for (number, message) in archive.messages(40).enumerated() {
            try bench.write("leak/\(number).eml", message.bytes)
        }
        try bench.write("keys.txt", archive.keyLines.joined(separator: "\n") + "\n")
    }

    private func missing(_ inputs: String..., keys: String...) async throws -> KeysMissing {
        var options = KeysMissingOptions(inputs: inputs.map(bench.path))
        options.keyFiles = keys.map(bench.path)
        return try await KeysMissing(options)
    }

    private func rows(_ found: KeysMissing) -> [String] {
        found.names.map { name in
            let dates = [name.firstDate, name.lastDate].map { $0?.description ?? "-" }.joined(separator: " ")
            return "\(name.messages) \(dates) \(name.state) \(name.name.text.displayText)"
        }
    }

    @Test func `names come by the number of messages, with the dates that these claim`() async throws {
        func message(_ name: String, _ date: String, _ signatures: [(selector: String, domain: String)]) throws {
            let fields = signatures.map {
                "DKIM-Signature: v=1; a=rsa-sha256; d=\($0.domain); s=\($0.selector); h=from; bh=; b=\r\n"
            }
            try bench.write("own/\(name).eml", "From: a@example.org\r\n\(date)\(fields.joined())\r\n\(name)\r\n")
        }
        try message(
            "1", "Date: Mon, 1 May 2017 10:00:00 +0000\r\n",
            [("s1", "Example.ORG"), ("s1", "example.org"), ("s2", "b.example")])
        try message("2", "Date: Tue, 2 May 2017 12:00:00 +0200\r\n", [("S1", "example.org")])
        try message("3", "", [("s2", "a.example"), ("s2", "b.example")])
        try message("4", "Date: Tue, 2 May 2017 12:00:00 +0200\r\n", [])
        try bench.write("some.txt", "s2._domainkey.a.example p=\ns2._domainkey.b.example p=!\n")
        let one = "2017-05-01T10:00:00Z"
        let expected = [
            "2 \(one) 2017-05-02T10:00:00Z none s1._domainkey.example.org",
            "2 \(one) \(one) unusable s2._domainkey.b.example",
            "1 - - revoked s2._domainkey.a.example",
        ]
        let found = try await missing("own", keys: "some.txt")
        #expect(rows(found) == [expected[1], expected[0], expected[2]])
        #expect(found.messages == 4 && found.affected == 3 && found.called == 3)
    }

    @Test func `a bundle and its sources give the same`() async throws {
        _ = try await bench.create("leak", to: "out/none.tar.gz")
        let sources = try await missing("leak")
        let bundle = try await missing("out/none.tar.gz")
        #expect(rows(sources) == rows(bundle) && !sources.names.isEmpty)
        #expect(sources.messages == bundle.messages && sources.affected == bundle.affected)
        let both = try await missing("out/none.tar.gz", "leak")
        #expect(rows(both) == rows(sources) && both.messages == sources.messages)
    }

    @Test func `keys of DomainKeys and ARC are called for too, in bundles as in sources`() async throws {
        let fields = [
            "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=seal.example; s=s; b=AAAA",
            "ARC-Message-Signature: i=1; a=rsa-sha256; d=arc.example; s=s; h=from; bh=AAAA; b=AAAA",
            "ARC-Authentication-Results: i=1; x.example; none",
            "DomainKey-Signature: a=rsa-sha1; q=dns; c=nofws; d=old.example; s=s; h=from; b=AAAA",
            "DKIM-Signature: v=1; a=rsa-sha256; d=new.example; s=s; h=from; bh=AAAA; b=AAAA",
        ]
        try bench.write("own/1.eml", fields.joined(separator: "\r\n") + "\r\nFrom: a@example.org\r\n\r\nHello\r\n")
        _ = try await bench.create("own", to: "out/own.tar.gz")
        for input in ["own", "out/own.tar.gz"] {
            let found = try await missing(input).names.map(\.name.domain.displayText)
            #expect(found == ["arc.example", "new.example", "old.example", "seal.example"], "\(input)")
        }
    }

    @Test func `keys of files and of the bundle are known`() async throws {
        let given = try await missing("leak", keys: "keys.txt")
        let all = try await missing("leak")
        #expect(given.names.count < all.names.count && given.called == all.called)
        _ = try await bench.create("leak", to: "out/keys.tar.gz") { $0.keyFiles = [bench.path("keys.txt")] }
        #expect(rows(try await missing("out/keys.tar.gz")) == rows(given))
    }

    @Test func `a wildcard key is known for every tenant`() async throws {
        let field = "DKIM-Signature: v=1; a=rsa-sha256; d=t1.gapps.example; s=s; h=from; bh=; b=\r\n"
        try bench.write("own/1.eml", "From: a@example.org\r\n\(field)\r\n")
        let key = archive.keyLines.first { $0.contains("k=rsa") }?.split(separator: " ", maxSplits: 1).last ?? ""
        try bench.write("wild.txt", "s._domainkey.*.gapps.example \(key)\n")
        #expect(try await missing("own").names.count == 1)
        #expect(try await missing("own", keys: "wild.txt").names.isEmpty)
    }
}

@Suite struct KeysImportTests {
    let bench: CreateWorkbench

    init() throws { bench = try CreateWorkbench() }

    private func imported(_ names: String..., configure: (inout KeysImportOptions) -> Void = { _ in }) throws
        -> KeysImport
    {
        var options = KeysImportOptions(files: names.map(bench.path))
        configure(&options)
        return try KeysImport(options)
    }

    @Test func `records of several files are merged with all their provenances`() throws {
        try bench.write(
            "a.json", #"[{"domain":"x","selector":"s","value":"p=1","firstSeenAt":"2016-01-01T00:00:00Z"}]"#)
        try bench.write(
            "b.zone", "$ORIGIN x.\ns._domainkey TXT \"p=1\"\nt._domainkey TXT \"p=2\"\n@ TXT \"v=spf1\"\nbad\n")
        let found = try imported("b.zone", "a.json")
        #expect(
            KeyFile.text(of: found.keys).displayText == """
                #: basis=archive first_seen=2016-01-01T00:00:00Z
                #: basis=file
                s._domainkey.x p=1
                t._domainkey.x p=2

                """)
        #expect(found.names == 2 && found.losesKeys)
        #expect(found.files.map(\.keys) == [2, 1] && found.files.map(\.leftAside) == [1, 0])
        #expect(found.files.map(\.form) == [.zone, .archive] && found.files[0].notes.map(\.line) == [5])
        let stated = try imported("b.zone") { $0.statement.from = "me".bytes }
        #expect(stated.keys.allSatisfy { $0.provenances == [KeyProvenance(.file, from: "me".bytes)] })
    }

    @Test func `a file of keys is written whole, and never over another unless forced`() throws {
        let key = Key(selector: "s".bytes, domain: "x".bytes, record: "p=1".bytes)
        #expect(try KeyFileOutput(path: nil, force: false).write([key]) == "s._domainkey.x p=1\n".bytes)
        let path = bench.path("keys.txt")
        let output = try KeyFileOutput(path: path, force: false)
        #expect(try output.write([key]) == nil)
        #expect(try bench.read("keys.txt") == "s._domainkey.x p=1\n".bytes)
        for attempt in [{ _ = try output.write([key]) }, { _ = try KeyFileOutput(path: path, force: false) }] {
            #expect { try attempt() } throws: {
                ($0 as? MailsealError)?.description.hasSuffix("keys.txt exists already") == true
            }
        }
        #expect(try KeyFileOutput(path: path, force: true).write([]) == nil)
        #expect(try bench.read("keys.txt") == [])
        #expect(try bench.names() == ["keys.txt"])
    }

    @Test(arguments: [("gone/keys.txt", "No such file or directory"), ("folder", "is a folder")])
    func `a place where no key file can be written is told before any work`(path: String, reason: String) throws {
        try bench.write("folder/a.txt", "")
        for force in [false, true] {
            #expect { _ = try KeyFileOutput(path: bench.path(path), force: force) } throws: {
                "\($0)".contains(reason)
            }
        }
        #expect(try bench.names() == ["folder"])
    }
}
