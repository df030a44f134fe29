import Foundation
import ScratchFolders
import Testing

@testable import MailsealCommand

@Suite struct NamesTests {
    /// Every command over an archive whose names command terminals, spreadsheets and browsers.
    @Test func `no name reaches a terminal, a spreadsheet or a browser as a command`() throws {
        let bench = try CommandBench()
        let script = URL(filePath: #filePath).appending(path: "../../Hostile/names.py").standardized.path
        let outcome = try bench.run("python3 \"$SCRIPT\" \"$M\"", environment: ["SCRIPT": script])
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.hasSuffix(" 0 faults\n"))
    }

    @Test(arguments: [
        ("a<b", "a&lt;b"), ("\u{600}<b>", "\u{600}&lt;b>"), ("<\u{301}b", "&lt;\u{301}b"), ("\r\n<", "\r\n&lt;"),
    ])
    func `a character is replaced whatever stands around it`(text: String, expected: String) {
        let replaced = text.replacingScalar("<", by: "&lt;")
        #expect(replaced.unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test func `a formula stays a text, and a cell a cell`() {
        for start in ["=", "+", "-", "@", "＝", " =", "=\u{301}", "=\u{200D}"] {
            let cell = CSVListing.record([start + "1"])
            #expect(cell.unicodeScalars.starts(with: "\"'".unicodeScalars), "\(cell)")
        }
        let record = CSVListing.record(["x\"\u{301},\"=2", "\u{600}\""])
        #expect(record.unicodeScalars.elementsEqual("\"x\"\"\u{301},\"\"=2\",\"\u{600}\"\"\"\r\n".unicodeScalars))
    }

    @Test func `what a terminal would take for a command is an escape in JSON`() throws {
        let text = "a\u{9B}b\u{202E}\u{2028}\u{E0041}\u{FEFF}é"
        let safe = safeJSON("{\"a\":\"\(text)\"}\n")
        #expect(safe == "{\"a\":\"a\\u009bb\\u202e\\u2028\\udb40\\udc41\\ufeffé\"}\n")
        let value = try JSONDecoder().decode([String: String].self, from: Data(safe.utf8))
        #expect(value["a"]?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
    }
}
