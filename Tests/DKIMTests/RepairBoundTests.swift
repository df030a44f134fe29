// Work that hostile messages can cause: linear in their size, whatever they are made of.

import Bytes
import DKIM
import Glibc
import Mail
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

    /// The seconds of this thread's time that the evidence of a broken message takes.
    private func seconds(_ unit: (name: String, text: String, content: String), bytes: Int) throws -> Double {
        let signer = try RepairSample.signer(.simple)
        let other = try RepairSample.signer(.relaxed)
        let message = RepairSample.message(["Content-Type: \(unit.content)"], body: "")
        let fields = try Sample.field(message, by: signer) + Sample.field(message + "x".bytes, by: other)
        let body = Array(repeatElement(unit.text.bytes, count: bytes / unit.text.utf8.count).joined())
        let stored = fields + message + "changed\n".bytes + body
        let start = Self.threadTime()
        let found = Sample.evidence(stored, signer.keyRecord).signatures
        let end = Self.threadTime()
        #expect(found.map(\.body.word).contains("altered"), "\(unit.name)")
        return end - start
    }

    private static func threadTime() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test(arguments: units.indices) func `four times the bytes take about four times the time`(number: Int) throws {
        let unit = Self.units[number]
        _ = try seconds(unit, bytes: 1_000)
        let small = try seconds(unit, bytes: 50_000)
        let large = try seconds(unit, bytes: 200_000)
        #expect(large < 8 * small + 0.05, "\(unit.name): \(small) s, then \(large) s")
    }
}
