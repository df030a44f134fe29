import Bytes
import Cryptography
import Manifest
import ProcessorTime
import Testing

@Suite struct ManifestAuditTests {
    @Test func `the sample keeps every rule`() {
        #expect(ManifestSample.lines.faults == [])
    }

    @Test func `the sample has every kind of line`() {
        #expect(Set(ManifestSample.lines.map(\.typeName)).count == 13)
    }

    @Test func `key records are counted up to what a bundle can have, and no further`() {
        let record = [UInt8](repeating: 0x61, count: KeyLine.recordLimit)
        var audit = ManifestAudit()
        for line in ManifestSample.lines.prefix(27) { audit.follow(line) }
        let most = KeyLine.weightLimit / (record.count + 256 + 8)
        for number in 0..<most + 3 {
            let selector = String(10_000 + number).bytes
            audit.follow(
                .key(KeyLine(domain: "a.b".bytes, selector: selector, record: record, basis: "file")))
            #expect(audit.hasTooManyKeys == (number >= most), "\(number)")
        }
        #expect(audit.faults.map(\.code) == ["counts-differ"])
    }

    @Test func `what a fault says is cut`() {
        var lines = ManifestSample.lines
        lines.source(24) { $0.kind = String(repeating: "k", count: 100_000) }
        #expect(lines.faults.first.map { (1000...3000).contains($0.detail.utf8.count) } == true)
    }

    @Test(arguments: Change.all)
    func `one change makes these faults`(change: Change) {
        #expect(change.result != ManifestSample.lines)
        #expect(change.result.codes == change.codes)
    }

    @Test func `a manifest that stops anywhere has a fault`() {
        for length in 0..<ManifestSample.lines.count {
            let codes = Array(ManifestSample.lines.prefix(length)).faults.map(\.code)
            #expect(codes == ["line-order"], "\(length) lines")
        }
    }

    @Test func `a manifest without one of its lines has a fault`() {
        for place in ManifestSample.lines.indices {
            var lines = ManifestSample.lines
            lines.remove(at: place)
            #expect(!lines.faults.isEmpty, "line \(place)")
        }
    }

    @Test func `a manifest with a line twice has a fault`() {
        for place in ManifestSample.lines.indices {
            var lines = ManifestSample.lines
            lines.insert(lines[place], at: place)
            #expect(!lines.faults.isEmpty, "line \(place)")
        }
    }

    @Test func `a manifest with two neighbours swapped has a fault unless they are equals`() {
        // Files and failures of one place may stand in either order.
        let free: Set = [7, 8, 18]
        for place in ManifestSample.lines.indices.dropLast() {
            var lines = ManifestSample.lines
            lines.swapAt(place, place + 1)
            #expect(lines.faults.isEmpty == free.contains(place), "line \(place): \(lines.codes)")
        }
    }

    @Test func `a fault names its line`() {
        let lines = Change("", "") { $0.occurrence(12) { $0.offset = 27 } }.result
        #expect(lines.faults.map(\.leaf) == [12])
        #expect(lines.faults.first?.detail == "offset 27 in in/box, expected 28")
    }

    @Test func `a line that could not be read keeps its place`() {
        var audit = ManifestAudit()
        for (place, line) in ManifestSample.lines.enumerated() {
            if place == 7 { audit.skipLine() } else { audit.follow(line) }
        }
        audit.finish()
        #expect(audit.faults.map(\.code) == ["balance-differs", "counts-differ"])
        #expect(audit.faults.last?.detail == "end line files 4, expected 3")
    }

    @Test func `what is known of a message can be asked`() {
        var audit = ManifestAudit()
        for line in ManifestSample.lines.prefix(3) { audit.follow(line) }
        let known = audit.messages[digest("m1")]
        #expect(audit.messages.count == 1)
        #expect(known?.number == 1 && known?.size == 10 && known?.place == 0)
        #expect(audit.counts.messages == 1)
    }

    @Test func `faults without number take a bounded room`() {
        var audit = ManifestAudit()
        for _ in 0..<20_000 { audit.follow(ManifestSample.lines[3]) }
        #expect(audit.faults.count == ManifestAudit.faultLimit)
        #expect(audit.faultCount > ManifestAudit.faultLimit)
    }

    @Test func `sizes without bound do not overflow`() {
        var audit = ManifestAudit()
        var tags = TagFiles()
        var payload = Payload()
        let most = (1 << 53) - 1
        for number in 1...1100 {
            let message = MessageLine(number: number, sha256: digest("\(number)"), size: most, lineEnds: "lf")
            let file = FileLine(sha256: digest("\(number)"), size: most, source: most, path: path("f"))
            let place = OccurrenceLine(
                message: message.sha256, source: 1, path: path("box"), offset: most, before: "x".bytes)
            for line in [ManifestLine.message(message), .occurrence(place), .file(file)] {
                audit.follow(line)
                _ = tags.follow(line, files: payload.files(broughtBy: line))
            }
        }
        #expect(audit.faults.contains { $0.code == "message-too-large" })
    }

    @Test func `paths as deep as a line allows take time in proportion`() {
        let deep = SourcePath(levels: Array(repeating: ["a".bytes], count: 20_000))
        var audit = ManifestAudit()
        for line in ManifestSample.lines.prefix(2) { audit.follow(line) }
        let taken = processorTime {
            for _ in 0..<10 { audit.follow(.failure(FailureLine(source: 1, path: deep, code: "x"))) }
        }
        #expect(audit.faults.isEmpty)
        #expect(taken < .seconds(5))
    }
}
