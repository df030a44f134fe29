import Bytes
import Foundation
import Mailseal
import ScratchFolders
import Testing

@testable import MailsealCommand

@Suite struct DiffReportTests {
    private static func report(_ change: String?) async throws -> DiffReport {
        let folder = try ScratchFolder()
        for side in ["a", "b"] {
            let extra = side == "b" ? change ?? "" : ""
            for number in 1...2 {
                let text = "From: a@example.org\nDate: Mon, 24 Apr 2017 10:00:00 +0200\nSubject: \(number)\n\nHello\n"
                try folder.write("\(side)/\(number).eml", text + (number == 2 ? extra : ""))
            }
            var options = CreateOptions(sources: [folder.path(side)])
            options.output = folder.path("\(side).tar.gz")
            _ = try await Create.run(options)
        }
        return try await Diff.run(DiffOptions(a: folder.path("a.tar.gz"), b: folder.path("b.tar.gz")))
    }

    @Test func `the first line is the answer`() async throws {
        let same = try await Self.report(nil).text.split(separator: "\n").first
        #expect(same == "same content: 2 messages")
        let altered = try await Self.report("more\n").text.split(separator: "\n").first
        #expect(altered == "different: 1 altered")
    }

    @Test func `text from mail reaches no terminal raw`() async throws {
        var report = try await Self.report("\u{1B}[31m\u{202E}\n")
        #expect(!report.text.contains("\u{1B}"))
        report = try await Self.report("x")
        #expect(report.text.contains("text of the body changed"))
    }

    @Test func `the document is JSON that others read`() async throws {
        for change in [nil, "more\u{1B}\n"] {
            let json = try await Self.report(change).json
            let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            let document = try #require(parsed)
            #expect(document["verdict"] as? String == (change == nil ? "same" : "different"))
            #expect((document["sections"] as? [Any])?.count == (change == nil ? 0 : 1))
            #expect((document["classes"] as? [String: Int])?["altered"] == (change == nil ? 0 : 1))
        }
    }

    @Test func `every reason has words`() {
        for code in DiffReason.Code.allCases {
            let reason = DiffReason(code, side: .b, ["one".bytes, "two".bytes, "three".bytes])
            #expect(!reason.sentence.isEmpty, "\(code)")
        }
    }
}
