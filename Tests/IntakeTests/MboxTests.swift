import Bytes
import Cryptography
import ScratchFolders
import Testing

@testable import Intake

@Suite struct MboxTests {
    static let line = "From a@b Thu Jan  1 00:00:00 1970\n"

    /// Names of mboxes, and their text.
    static let boxes: [(String, String)] = [
        ("one", line + mail("1")),
        ("two", line + mail("1") + "\n" + line + mail("2") + "\n"),
        ("no empty line at the end", line + mail("1") + "\n" + line + "From: x@y\nDate: now"),
        ("CRLF", line.dropLast() + "\r\n" + mail("1") + "\r\n" + line.dropLast() + "\r\n" + mail("2") + "\r\n\r\n"),
        ("quoted", line + "From: a@b\nTo: c\n\n>From here\nFrom there\n\n>From x\n\n" + line + mail("2")),
        ("Content-Length", line + "From: a@b\nContent-Length: 16\n\nx\n\nFrom inside\n\n\n" + line + mail("2")),
        ("wrong Content-Length", line + "From: a@b\nContent-Length: 9999\n\nx\n\n" + line + mail("2")),
        ("empty messages", line + "From: a\n\n" + line + "\n" + line + "\n" + line),
        ("many empty lines", line + mail("1") + "\n\n\n\n" + line + mail("2") + "\n\n\n"),
    ]

    /// What all parts of an mbox are, one after another, and its end.
    private func parts(_ items: [Intake.Item]) -> (bytes: [UInt8], end: Intake.ContainerEnd?) {
        var bytes: [UInt8] = []
        for item in items {
            if let message = item.message { bytes += (message.place.range?.before ?? []) + message.bytes }
            if let file = item.file, let range = file.place.range, let content = file.content {
                bytes += range.before + ((try? content.bytes()) ?? [])
            }
        }
        let end = items.lazy.compactMap(\.containerEnd).first
        return (bytes + (end?.after ?? []), end)
    }

    @Test(arguments: boxes)
    func `before, messages and after make up the whole, and the digest is the file's`(box: (String, String)) throws {
        let bench = try Workbench()
        try bench.write("box", box.1)
        let (bytes, end) = parts(try bench.items("box"))
        #expect(bytes == box.1.bytes)
        #expect(end?.kind == .mbox)
        #expect(end?.digest == Digest(hashing: box.1.bytes))
        #expect(try bench.items("box").last?.balance?.isEven == true)
    }

    @Test func `each message tells where it stands`() throws {
        let bench = try Workbench()
        let text = Self.line + mail("1") + "\n" + Self.line + mail("2")
        try bench.write("in/box", text)
        let items = try bench.items("in")
        for message in items.compactMap(\.message) {
            let range = try #require(message.place.range)
            #expect(Array(text.bytes[range.offset..<range.offset + range.length]) == message.bytes)
            #expect(message.mtime == nil)
        }
        #expect(items.map(\.line) == ["source tree in", "message box", "message box", "mbox box", "end"])
        #expect(items.compactMap(\.containerEnd).first?.members.messages == 2)
    }

    @Test func `an mbox is kept when asked for, after its messages`() throws {
        let bench = try Workbench()
        try bench.write("box", Self.line + mail("1"))
        var options = Intake.Options()
        options.keepContainers = true
        #expect(try bench.lines("box", options: options) == ["message box", "kept box", "mbox box"])
        #expect(try bench.items("box", options: options).last?.line == "end")
    }

    @Test func `a From_ line without an end is a file of its own`() throws {
        let bench = try Workbench()
        let long = "From " + String(repeating: "x", count: Intake.framingLimit) + "\n"
        let text = Self.line + mail("1") + "\n" + long + mail("2")
        try bench.write("box", text)
        let items = try bench.items("box")
        #expect(items.map(\.line) == ["source file box", "message box", "file box", "message box", "mbox box", "end"])
        let (bytes, end) = parts(items)
        #expect(bytes == text.bytes)
        #expect(end?.digest == Digest(hashing: text.bytes))
    }

    @Test func `a long rest behind the last message is a file of its own`() throws {
        let bench = try Workbench()
        let text = Self.line + mail("1") + "\nFrom " + String(repeating: "x", count: Intake.framingLimit)
        try bench.write("box", text)
        let items = try bench.items("box")
        let (bytes, end) = parts(items)
        #expect(bytes == text.bytes)
        #expect(items.allSatisfy { ($0.containerEnd?.after.count ?? 0) <= Intake.framingLimit })
        #expect(items.last?.line == "end")
        #expect(end?.digest == Digest(hashing: text.bytes))
    }

    @Test func `a letter that starts with From is no mbox`() throws {
        let bench = try Workbench()
        try bench.write("in/a", "From me to you\n")
        try bench.write("in/b", "From me to you\n\nFrom: the start\n")
        try bench.write("in/c", "From me\nto you\n")
        #expect(try bench.lines("in") == ["file a", "file b", "file c"])
    }

    @Test func `an mbox that is cut short while it is read is a failure and is not kept`() throws {
        let bench = try Workbench()
        // Larger than what is held in memory, so that reading takes more than one step.
        try bench.write("in/box", Self.line + mail("1") + "\n" + Self.line + mail("2") + "\n")
        try bench.run(
            "for i in $(seq 200); do head -c 50000 /dev/zero | tr '\\0' 'x' | fold -w 70; echo; done >> in/box")
        let intake = try Intake(sources: [bench.path("in")])
        var lines: [String] = []
        while let item = try intake.next() {
            if lines.count == 1 { try bench.run("truncate -s 300000 in/box") }
            lines.append(item.line)
        }
        #expect(lines == ["source tree in", "message box", "changed-while-read box", "mbox box", "end"])
    }

    @Test func `a message that was found and cannot be read any more has failed with all behind it`() throws {
        let bench = try Workbench()
        let first = Self.line + mail("1") + "\n"
        try bench.write("in/box", first + Self.line + mail("2") + "\n" + Self.line + mail("3") + "\n")
        try bench.run("head -c 9000000 /dev/zero | tr '\\0' 'x' | fold -w 70 >> in/box")
        let size = try bench.read("in/box").count
        let intake = try Intake(sources: [bench.path("in")])
        var items: [Intake.Item] = []
        while let item = try intake.next() {
            // Where the second message ends was seen by then.
            if items.count == 1 { try bench.run("truncate -s \(first.utf8.count + 60) in/box") }
            items.append(item)
        }
        #expect(items.map(\.line) == ["source tree in", "message box", "changed-while-read box", "mbox box", "end"])
        #expect(items.last?.balance?.failedBytes == size - first.utf8.count + 1)
        #expect(items.last?.balance?.inputs == 2)
    }
}
