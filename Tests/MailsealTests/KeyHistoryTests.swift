// What more key records of a name change, and what they must not.

import Bytes
import Cryptography
import DKIM
import Manifest
import ScratchFolders
import Testing

import class Mailseal.Bundle

@testable import Mailseal

struct KeyHistoryTests {
    private let bench: AccessBench

    init() throws { bench = try AccessBench() }

    private static let name = "s1._domainkey.example.org"

    /// Packs one signed message without keys.
    private func pack(keys: String = "") async throws {
        try bench.write("in/1.eml", try SigningKey().signed(mail("From: a@example.org", "Subject: x", "Date: x")))
        try bench.write("first.keys", keys)
        _ = try await bench.bundle("in", as: "1") { $0.keyFiles = [bench.path("first.keys")] }
    }

    /// Extends `1.tar.gz`, or the last one, by a text of keys; gives the header results, or nil when nothing was added.
    private func extend(_ number: Int, _ keys: String) async throws -> (edition: [DKIMLine], keys: [KeyLine])? {
        try bench.write("\(number).keys", keys)
        var options = ExtendOptions(
            bundle: bench.path("\(number - 1).tar.gz"), output: bench.path("\(number).tar.gz"))
        options.keyFiles = [bench.path("\(number).keys")]
        options.force = true
        guard try await Extend.run(options).written != nil else { return nil }
        let report = try await Verify.run(VerifyOptions(path: options.output))
        #expect(report.verdict == .consistent && report.findings.isEmpty, "\(report.findings)")
        let bundle = try Bundle(path: options.output)
        let later = try bundle.laterEvidence()
        var lines: [DKIMLine] = []
        try bundle.forEachLine { _, line in
            if case .message(let message) = line {
                lines = try later.evidence(of: message.sha256).last { $0.edition == number }?.signatures ?? []
            }
            return true
        }
        return (lines, try bundle.keysByEdition().last ?? [])
    }

    private var record: String { get throws { try SigningKey().record.displayText } }

    @Test func `the key that signed is found years later`() async throws {
        try await pack()
        let added = try #require(try await extend(2, try record))
        #expect(added.edition.map(\.header) == ["valid"] && added.keys.count == 1)
    }

    @Test func `another record of the name takes nothing away, whichever sorts first`() async throws {
        try await pack(keys: try record)
        for other in ["a=1; p=MIGf", "z=1; p=MIGf", "v=DKIM1; p="] {
            let added = try #require(try await extend(2, "\(Self.name) \(other)\n"))
            #expect(added.edition == [] && added.keys.map(\.record.displayText) == [other])
        }
    }

    @Test func `a record that failed stays the one that is named when another fails too`() async throws {
        try await pack(
            keys: "\(Self.name) v=DKIM1; k=ed25519; p=\(Base64.encode([UInt8](repeating: 9, count: 32)).displayText)\n")
        let added = try #require(try await extend(2, "\(Self.name) a=1; p=MIGf\n"))
        #expect(added.edition == [] && added.keys.count == 1)
        let last = try #require(try await extend(3, try record))
        #expect(last.edition.map(\.header) == ["valid"])
    }

    @Test func `a recovered key that DNS confirms loses its reservation`() async throws {
        let line = try record
        try await pack(keys: "#: basis=recovered messages=3\n\(line)")
        let added = try #require(
            try await extend(2, "#: basis=dns obtained=2026-11-22T10:00:00Z dnssec=secure\n\(line)"))
        #expect(added.edition.map(\.header) == ["valid"] && added.keys.map(\.basis) == ["dns"])
        #expect(added.edition.allSatisfy { !$0.reservations.contains("key-recovered") })
    }

    @Test func `a further provenance is an edition of its own, with no evidence`() async throws {
        let line = try record
        try await pack(keys: line)
        let added = try #require(
            try await extend(2, "#: basis=dns obtained=2026-11-22T10:00:00Z dnssec=secure\n\(line)"))
        #expect(added.edition == [] && added.keys.map(\.basis) == ["dns"])
        #expect(try await extend(3, line) == nil)
    }

    @Test func `one key for all names below a domain proves a signature, too`() async throws {
        try await pack()
        let wildcard = try record.replacing("_domainkey.example.org", with: "_domainkey.*.org")
        let added = try #require(try await extend(2, wildcard))
        #expect(added.edition.map(\.header) == ["valid"])
        #expect(added.keys.map(\.domain.displayText) == ["*.org"])
    }

    @Test func `no more records of a name are tried than one edition may have`() async throws {
        let many = (10..<10 + KeyStore.nameLimit).map { "\(Self.name) a=\($0); p=MIGf\n" }.joined()
        try await pack(keys: many)
        #expect(try await extend(2, try record) == nil)
    }

    @Test(arguments: [63, 64])
    func `the keys of 64 later editions can change a message's evidence, however many names match`(before: Int) throws {
        let bytes = try SigningKey().signed(mail("From: a@example.org", "Subject: x", "Date: x"))
        let text = try record.bytes
        let key = try #require(KeyFile(parsing: text).keys.first)
        let others = (0..<before).map { number in
            Key(
                selector: key.selector, domain: "*.org".bytes, record: "p=\(number)".bytes,
                provenance: KeyProvenance(.file))
        }
        let history = KeyHistory(([[]] + others.map { [$0] } + [[key]]).map { (rules: Format.rules, keys: $0) })
        let entry = ReadEntry(path: [], size: bytes.count, bytes: bytes)
        let first = MessageRecord(of: bytes, keys: KeyStore([]))
        var message = RecordedMessage(message: first.message, entry: entry, edition: 1)
        message.signatures = first.signatures
        let second = MessageRecord(of: bytes, keys: KeyStore([others[0]])).signatures
        message.later = [RecordedEvidence(edition: 2, signatures: second)]
        // Edition 1 has no key, and the last one the key that signed.
        #expect(history.additions(to: first.keyNames).count == before + 1)
        #expect(message.judge(by: history).findings.map(\.code) == (before < 64 ? ["dkim-differs"] : []))
    }

    @Test func `how often a result is derived again is bounded by the records of a name`() {
        func key(_ record: String, _ basis: KeyProvenance.Basis = .file) -> Key {
            Key(selector: "s".bytes, domain: "a".bytes, record: record.bytes, provenance: KeyProvenance(basis))
        }
        let name = key("x").name
        let editions = (0..<5000).map {
            (rules: Format.rules, keys: [key("r\($0 % 100)", $0 % 2 == 0 ? .recovered : .dns)])
        }
        let history = KeyHistory(editions)
        #expect(history.additions(to: [name]).count <= 2 * KeyStore.nameLimit)
        #expect(history.keys(of: [name], in: 5000).keys.count == KeyStore.nameLimit)
        #expect(history.keys(of: [name], in: 1).keys.count == 1)
    }
}
