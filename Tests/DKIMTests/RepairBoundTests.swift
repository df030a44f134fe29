// Work that hostile messages can cause: linear in their size, whatever they are made of.

import Bytes
import DKIM
import Mail
import ProcessorTime
import Testing

@Suite(.serialized) struct RepairBoundTests {
    private static let units: [(name: String, text: String, content: String)] = [
        ("marked lines", ">From x\n", "text/plain"), ("rules", "____________________\n", "text/plain"),
        ("empty lines", "\n", "text/plain"), ("blanks", " ", "text/plain"), ("equals signs", "=", "text/plain"),
        ("warnings", "CAUTION: do not click\n", "text/plain"), ("marks", ">", "text/plain"),
        ("parts", "--b\n\nmailing list\n", "multipart/mixed; boundary=b"),
        ("nested parts", "--b\nContent-Type: multipart/mixed; boundary=b\n\n", "multipart/mixed; boundary=b"),
        ("text parts", "--b\nContent-Transfer-Encoding: 8bit\n\n-- \nmailing list\n", "multipart/mixed; boundary=b"),
        ("footer words", "unsubscribe ", "text/plain"), ("carriage returns", "\r", "text/plain"),
    ]

    /// The time that the evidence of a broken message takes.
    private func time(_ unit: (name: String, text: String, content: String), bytes: Int) throws -> Duration {
        let signer = try RepairSample.signer(.simple)
        let other = try RepairSample.signer(.relaxed)
        let message = RepairSample.message(["Content-Type: \(unit.content)"], body: "")
        let fields = try Sample.field(message, by: signer) + Sample.field(message + "x".bytes, by: other)
        let body = Array(repeatElement(unit.text.bytes, count: bytes / unit.text.utf8.count).joined())
        let stored = fields + message + "changed\n".bytes + body
        return processorTime {
            let found = Sample.evidence(stored, signer.keyRecord).signatures
            #expect(found.map(\.body.word).contains("altered"), "\(unit.name)")
        }
    }

    @Test(arguments: units.indices) func `four times the bytes take about four times the time`(number: Int) throws {
        let unit = Self.units[number]
        _ = try time(unit, bytes: 1_000)
        let small = try time(unit, bytes: 50_000)
        let large = try time(unit, bytes: 200_000)
        #expect(large < small * 8 + .milliseconds(50), "\(unit.name): \(small), then \(large)")
    }

    @Test func `many signatures with one long header in a part take about the time of one`() throws {
        let signer = try RepairSample.signer(.relaxed, signing: ["content-type"])
        let type = "Content-Type: text/plain"
        let field = try Sample.field(RepairSample.message([type], body: "Hello\n"), by: signer)
        // Each has the hash of the part's body, and none is valid.
        let invalid = field.displayText.replacing("h=from:", with: "h=from:content-transfer-encoding:")
        let long = "Content-X: \(String(repeating: "x", count: 300_000))\n\(type)"
        let body = "--o\n\(long)\n\nHello\n--o\n\n\(RepairSample.mailmanFooter)--o--\n"
        let message = RepairSample.message(["Content-Type: multipart/mixed; boundary=o"], body: body).displayText
        let tagged = message.replacing("one two", with: "[a] [b] one two").bytes
        func time(_ count: Int) -> Duration {
            let stored = String(repeating: invalid, count: count).bytes + tagged
            return processorTime {
                let found = Sample.evidence(stored, signer.keyRecord).signatures
                #expect(found.allSatisfy { $0.header == .invalid && $0.body.word == "restored" })
            }
        }
        _ = time(1)
        let (one, many) = (time(1), time(60))
        #expect(many < one * 10 + .milliseconds(100), "\(one), then \(many)")
    }
}
