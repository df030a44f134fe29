import Bytes
import ScratchFolders
import Testing

@testable import Intake

@Suite struct GzipTests {
    private func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
        let stream = GzipStream(Intake.Content(bytes), Allowance(of: 1 << 30))
        var all: [UInt8] = []
        while true {
            let more = try stream.read(upTo: 1000)
            if more.isEmpty { return all }
            all += more
        }
    }

    private func packed(_ bench: Workbench) throws -> (first: [UInt8], second: [UInt8]) {
        try bench.write("a", String(repeating: "a message that is long enough\n", count: 9000))
        try bench.write("b", "")
        try bench.run("gzip a; gzip -n b")
        return (try bench.read("a.gz"), try bench.read("b.gz"))
    }

    @Test func `members follow one another, and zeros may follow them`() throws {
        let bench = try Workbench()
        let (first, second) = try packed(bench)
        let text = String(repeating: "a message that is long enough\n", count: 9000).bytes
        #expect(try unpacked(first) == text)
        #expect(try unpacked(second) == [])
        #expect(try unpacked(first + second + first) == text + text)
        #expect(try unpacked(first + [UInt8](repeating: 0, count: 100_000)) == text)
    }

    @Test func `what was cut, changed or added is damage`() throws {
        let bench = try Workbench()
        let (first, second) = try packed(bench)
        for length in 1..<first.count { #expect(throws: ArchiveFault.self) { try unpacked(Array(first[..<length])) } }
        for place in (first.count - 8)..<first.count {
            var changed = first
            changed[place] ^= 1
            #expect(throws: ArchiveFault.self) { try unpacked(changed) }
        }
        #expect(throws: ArchiveFault.self) { try unpacked(second + [1]) }
        #expect(throws: ArchiveFault.self) { try unpacked(second + [0, 0, 1]) }
    }

    @Test func `headers with every optional field are passed over`() {
        let start: [UInt8] = [0x1F, 0x8B, 8]
        let fixed: [UInt8] = [0, 0, 0, 0, 0, 255]
        #expect(GzipStream.headerLength(start + [0] + fixed) == 10)
        #expect(GzipStream.headerLength(start + [31] + fixed + [2, 0, 9, 9] + "n\0c\0".bytes + [1, 2]) == 20)
        #expect(GzipStream.headerLength(start + [31] + fixed + [2, 0, 9, 9] + "n\0c\0".bytes + [1]) == nil)
        #expect(GzipStream.headerLength(start + [8] + fixed + "name".bytes) == nil)
        #expect(GzipStream.headerLength(start + [0x20] + fixed) == nil)
        #expect(GzipStream.headerLength(start) == nil)
    }
}
