import Bytes
import Files
import Foundation
import ScratchFolders
import Testing

@testable import Intake

@Suite struct TreeTests {
    @Test func `entries come in the order of the whole path's bytes`() throws {
        let bench = try Workbench()
        for name in ["b/z.eml", "b.eml", "b-c/y.eml", "B.eml", "b/a/x.eml", "b0.eml", "a.txt"] {
            try bench.write("in/" + name, mail(name))
        }
        try bench.write("in/a.txt", "no mail\n")
        #expect(
            try bench.lines("in") == [
                "message B.eml", "file a.txt", "message b-c/y.eml", "message b.eml", "message b/a/x.eml",
                "message b/z.eml", "message b0.eml",
            ])
    }

    @Test func `the order in which files were made does not matter`() throws {
        let bench = try Workbench()
        let names = (0..<40).map { "\($0 % 7)/\($0).eml" }
        for name in names { try bench.write("first/in/" + name, mail(name)) }
        for name in names.reversed() { try bench.write("second/in/" + name, mail(name)) }
        let first = try bench.items("first/in").compactMap { $0.message.map { ($0.place, $0.bytes) } }
        let second = try bench.items("second/in").compactMap { $0.message.map { ($0.place, $0.bytes) } }
        #expect(first.count == 40)
        #expect(first.map(\.0) == second.map(\.0))
        #expect(first.map(\.1) == second.map(\.1))
    }

    @Test func `a file is told by its name first and its bytes then`() throws {
        let bench = try Workbench()
        try bench.write("in/empty.EML", "")
        try bench.write("in/letter", mail("x"))
        try bench.write("in/notes.txt", "Dear all,\nFrom: me\n")
        try bench.write("in/box", "From a@b Thu Jan  1 00:00:00 1970\n" + mail("in box"))
        try bench.write("in/said", "From me to you:\nno header here\n")
        #expect(
            try bench.lines("in") == [
                "message box", "mbox box", "message empty.EML", "message letter", "file notes.txt", "file said",
            ])
    }

    @Test func `a Maildir's cur and new hold mail and its tmp holds files`() throws {
        let bench = try Workbench()
        for folder in ["in", "in/.Sent"] {
            try bench.write(folder + "/cur/1:2,S", "odd mail\n")
            try bench.write(folder + "/new/2", "")
            try bench.write(folder + "/tmp/3.eml", mail("half written"))
            try bench.write(folder + "/index", "1 V\n")
        }
        let items = try bench.items("in")
        #expect(items.first?.line == "source maildir in")
        #expect(
            items.dropFirst().dropLast().map(\.line) == [
                "message .Sent/cur/1:2,S", "file .Sent/index", "message .Sent/new/2", "file .Sent/tmp/3.eml",
                "message cur/1:2,S", "file index", "message new/2", "file tmp/3.eml",
            ])
    }

    @Test func `a folder with cur alone is no Maildir`() throws {
        let bench = try Workbench()
        try bench.write("in/cur/note", "no mail\n")
        try bench.write("in/box/cur/note", "no mail\n")
        try bench.write("in/box/new", "a file of that name\n")
        #expect(try bench.lines("in") == ["file box/cur/note", "file box/new", "file cur/note"])
    }

    @Test func `links are told and not followed, and special files are failures`() throws {
        let bench = try Workbench()
        try bench.write("out/secret.eml", mail("secret"))
        try bench.write("in/a.eml", mail("a"))
        try bench.run("cd in; ln -s ../out folder; ln -s a.eml z.eml; ln -s nowhere lost; mkfifo pipe")
        #expect(
            try bench.lines("in") == [
                "message a.eml", "link folder -> ../out", "link lost -> nowhere", "special-file pipe",
                "link z.eml -> a.eml",
            ])
    }

    @Test func `a source that is a link is refused, unless a slash follows it`() throws {
        let bench = try Workbench()
        try bench.write("in/a.eml", mail("a"))
        try bench.run("ln -s in link; ln -s in/a.eml a")
        for name in ["link", "a"] {
            let refusal = FileError("open", bench.root + "/" + name, reason: "it is a symbolic link")
            #expect(throws: IntakeError.source(refusal)) { try bench.items(name) }
        }
        #expect(throws: IntakeError.self) { try bench.items("missing") }
        #expect(try bench.items("link/").first?.line == "source tree link")
    }

    @Test func `names stay the bytes that they are`() throws {
        let bench = try Workbench()
        // Composed, decomposed, Latin-1, and a line feed.
        try bench.run(#"mkdir in; cd in; for n in $'\xc3\xbc' $'u\xcc\x88' $'\xfc' $'a\nb'; do echo hi > "$n"; done"#)
        let names = try bench.items("in").compactMap { $0.file?.place.path.first?.first }
        #expect(names == [[0x61, 0x0A, 0x62], [0x75, 0xCC, 0x88], [0xC3, 0xBC], [0xFC]])
    }

    @Test func `a single file is a source of its own name`() throws {
        let bench = try Workbench()
        try bench.write("in/a.eml", mail("a"))
        try bench.write("in/b.txt", "b")
        let items = try bench.items("in/a.eml", "in/b.txt", "in/.")
        #expect(
            items.map(\.line) == [
                "source file a.eml", "message a.eml", "end", "source file b.txt", "file b.txt", "end",
                "source tree in", "message a.eml", "file b.txt", "end",
            ])
        #expect(items.compactMap { $0.message?.place.source } == [1, 3])
    }

    @Test func `times are those of the files, and left out when asked for`() throws {
        let bench = try Workbench()
        try bench.write("in/a.eml", mail("a"))
        try bench.write("in/b.txt", "b")
        try bench.run("touch -d @-1.5 in/b.txt; touch -d @1494000000.9 in/a.eml")
        let items = try bench.items("in")
        #expect(items.compactMap(\.message).map(\.mtime) == [1_494_000_000])
        #expect(items.compactMap(\.file).map(\.mtime) == [-2])
        var options = Intake.Options()
        options.omitsTimes = true
        #expect(try bench.items("in", options: options).compactMap(\.message).map(\.mtime) == [nil])
    }

    @Test(arguments: ["echo more >> in/b.eml", "echo new > in/x; mv in/x in/b.eml", "truncate -s 3 in/b.eml"])
    func `a file that changes while it is read is a failure`(change: String) throws {
        let bench = try Workbench()
        for name in ["a", "b", "c"] { try bench.write("in/\(name).eml", mail(name)) }
        let intake = try Intake(sources: [bench.path("in")])
        intake.willRead = { place in
            if place.text == "b.eml" { _ = try? bench.run(change) }
        }
        var lines: [String] = []
        var last: Intake.Balance?
        while let item = try intake.next() {
            lines.append(item.line)
            last = item.balance ?? last
        }
        #expect(lines.dropFirst() == ["message a.eml", "changed-while-read b.eml", "message c.eml", "end"])
        #expect(last?.failedBytes == mail("b").utf8.count)
    }

    @Test func `every failure code is documented`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let page = try String(contentsOf: root.appendingPathComponent("Docs/sources.md"), encoding: .utf8)
        for code in FailureCode.allCases { #expect(page.contains("| `\(code.rawValue)` |"), "\(code)") }
    }

    @Test func `a folder that may not be read is a failure, and the rest is read`() throws {
        let bench = try Workbench()
        try bench.write("in/closed/a.eml", mail("a"))
        try bench.write("in/b.eml", mail("b"))
        try bench.run("chmod 000 in/closed in/b.eml")
        defer { _ = try? bench.run("chmod -R u+rwX in") }
        guard geteuid() != 0 else {
            print("running as root, to whom nothing is closed: the test steps aside")
            return
        }
        #expect(try bench.lines("in") == ["unreadable b.eml", "unreadable closed"])
    }

    @Test func `a folder too deep is a failure, and the rest is read`() throws {
        let bench = try Workbench()
        let deep = Array(repeating: "d", count: TreeWalk.depthLimit + 1).joined(separator: "/")
        try bench.write("in/\(deep)/lost.eml", mail("lost"))
        try bench.write("in/z.eml", mail("z"))
        #expect(try bench.lines("in") == ["nesting-too-deep \(deep)", "message z.eml"])
    }

    @Test func `a message of more than 2 GiB is a file`() throws {
        let bench = try Workbench()
        try bench.run("mkdir in; truncate -s \(Intake.messageLimit + 1) in/a.eml")
        let items = try bench.items("in")
        #expect(items.compactMap(\.file).map { $0.content?.size } == [Intake.messageLimit + 1])
        #expect(items.last?.line == "end")
    }

    @Test func `a large file that is no mail is not loaded`() throws {
        let bench = try Workbench()
        try bench.run("mkdir in; truncate -s 200M in/large; cp --sparse=always in/large in/large.zip")
        let before = try peakMemory()
        let items = try bench.items("in")
        let file = try #require(items.compactMap(\.file).first)
        #expect(items.count == 4)
        #expect(file.content?.size == 200 << 20)
        #expect(try file.content?.read(at: 199 << 20, count: 4) == [0, 0, 0, 0])
        #expect(try peakMemory() - before < 100 << 10)
    }

    /// The most memory that this process ever held, in KiB.
    private func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(separator: " ", omittingEmptySubsequences: true).dropFirst().first ?? ""))
    }
}
