// How a message was kept does not change what it proves: line ends, mailbox quoting and archives are named and undone.

import Bytes
import DKIM
import Foundation
import Mailseal
import Manifest
import ScratchFolders
import Testing

@Suite struct StorageTests {
    let bench: CreateWorkbench

    init() throws { bench = try CreateWorkbench() }

    /// The `dkim` lines of the bundle of a source, by what they say of the repairs.
    private func lines(of source: String) async throws -> [DKIMLine] {
        let made = try await bench.create(source, to: "out/\(UUID()).tar.gz") { $0.keyFiles = [bench.path("keys.txt")] }
        return try made.lines.compactMap { line in
            guard case .dkim(let line) = try ManifestLine(line.bytes) else { return nil }
            return line
        }
    }

    @Test func `the same message with CRLF, with LF, in mailboxes and in a zip proves the same`() async throws {
        let key = try SigningKey()
        let body = "Hello\r\nFrom here on\r\n>From there on\r\n"
        let signed = key.signed(
            mail("From: a@example.org", "Subject: one", "Date: Fri, 5 May 2017 18:35:00 +0000", body: body)
        ).displayText
        let lf = signed.replacing("\r\n", with: "\n")
        let mboxrd = lf.replacing("\n>From ", with: "\n>>From ").replacing("\nFrom ", with: "\n>From ")
        let mboxo = lf.replacing("\nFrom ", with: "\n>From ")
        try bench.write("keys.txt", key.record)
        try bench.write("crlf/1.eml", signed)
        try bench.write("lf/1.eml", lf)
        for (name, text) in [("mboxrd", mboxrd), ("mboxo", mboxo)] {
            try bench.write("\(name)/box", "From a@example.org Fri May  5 18:35:00 2017\n\(text)\n")
        }
        try bench.run("python3 -m zipfile -c crlf.zip crlf/1.eml")
        let expected: [(source: String, repairs: [Repair.Name])] = [
            ("crlf", []), ("crlf.zip", []), ("lf", [.lineEnds]), ("mboxrd", [.lineEnds, .mboxrdQuoting]),
            ("mboxo", [.lineEnds, .mixedQuoting]),
        ]
        for (source, repairs) in expected {
            let line = try #require(try await lines(of: source).first, "\(source)")
            #expect(line.header == "valid" && line.body == "intact", "\(source)")
            #expect(line.repairs.map(\.name) == repairs.map(\.rawValue), "\(source)")
            #expect(EvidenceStanding(of: [line]).evidence == .verified, "\(source)")
        }
    }
}
