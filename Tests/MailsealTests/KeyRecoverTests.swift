import Bytes
import DKIM
import ScratchFolders
import Testing

@testable import Mailseal

@Suite struct KeyRecoverTests {
    let bench: CreateWorkbench

    init() throws { bench = try CreateWorkbench() }

    private func write(_ name: String, _ message: [UInt8]) throws { try bench.write("leak/\(name).eml", message) }

    private func recover(
        _ inputs: [String] = ["leak"], _ configure: (inout KeyRecoverOptions) -> Void = { _ in }
    ) async throws -> (survey: KeyRecover, results: [KeyRecoverResult]) {
        var options = KeyRecoverOptions(inputs: inputs.map(bench.path))
        options.exponents = [3, 17]
        configure(&options)
        let survey = try await KeyRecover(options)
        var results: [KeyRecoverResult] = []
        try await survey.run { results.append($0) }
        return (survey, results)
    }

    @Test func `a key comes back with the number and dates of the messages that it verifies`() async throws {
        let key = try LostKey(0)
        for day in 3...7 { try write("\(day)", key.message(day, "day \(day)")) }
        try write("plain", LostKey.plain(1, "unsigned"))
        var altered = try key.message(20, "altered")
        altered.replaceSubrange(altered.count - 7..<altered.count, with: "Other\r\n".bytes)
        try write("body", altered)
        try write("header", "Subject: added\r\n".bytes + key.message(21, "x"))
        try write("broken", key.message(22, "y").displayText.replacing("Subject: y", with: "Subject: z").bytes)
        let (survey, results) = try await recover()
        #expect(results.map(\.summary) == ["s1._domainkey.example.org 8 7 2017-05-03 2017-05-21 512 3"])
        #expect(results.first?.keys.first?.key.record.displayText == key.record)
        #expect(results.first?.keys.first?.key.provenance.basis == .recovered)
        #expect(survey.targets.map(\.messages) == [8] && survey.known == 0 && survey.absent == [])
    }

    @Test func `what is written is a key file that verifies the messages`() async throws {
        let key = try LostKey(0)
        for day in 3...7 { try write("\(day)", key.message(day, "day \(day)")) }
        let results = try await recover().results
        let text = try #require(
            try KeyFileOutput(path: nil, force: false).write(results.flatMap(\.keys).map(\.key)))
        let note =
            "#: basis=recovered messages=5 first_date=2017-05-03T10:00:00Z last_date=2017-05-07T10:00:00Z\n"
        #expect(text.displayText.hasSuffix(note + key.line))
        try bench.write("keys.txt", text)
        let made = try await bench.create("leak") { $0.keyFiles = [bench.path("keys.txt")] }
        #expect(made.lines("dkim").allSatisfy { $0.contains("\"header\":\"valid\",\"body\":\"intact\"") })
    }

    @Test func `names with a known key of that length are left out`() async throws {
        let (known, other) = (try LostKey(0), try LostKey(1, "s2"))
        for day in 1...3 {
            try write("a\(day)", known.message(day, "a"))
            try write("b\(day)", other.message(day, "b"))
        }
        try bench.write("keys.txt", known.line)
        let (survey, results) = try await recover { $0.keyFiles = [bench.path("keys.txt")] }
        #expect(results.map(\.summary) == ["s2._domainkey.example.org 3 3 2017-05-01 2017-05-03 512 3"])
        #expect(survey.known == 1)
    }

    @Test func `a name asked for is searched for what the known key does not verify`() async throws {
        let (known, other) = (try LostKey(0), try LostKey(1))
        for day in 1...6 {
            try write("a\(day)", known.message(day, "a"))
            try write("b\(day)", other.message(day + 12, "b"))
        }
        try bench.write("keys.txt", known.line)
        let found = try await recover {
            $0.keyFiles = [bench.path("keys.txt")]
            $0.names = [known.name]
        }
        #expect(found.results.map(\.summary) == ["s1._domainkey.example.org 12 6 2017-05-13 2017-05-18 512 3"])
        #expect(found.results.first?.keys.first?.key.record.displayText == other.record)
    }

    @Test func `names that are asked for and that nothing calls for are told`() async throws {
        let (key, other, never) = (try LostKey(0), try LostKey(1, "s2"), try LostKey(2, "s3"))
        for day in 1...3 { try write("a\(day)", key.message(day, "a")) }
        for day in 1...4 { try write("b\(day)", other.message(day, "b")) }
        let (survey, results) = try await recover { $0.names = [never.name, key.name] }
        #expect(results.map(\.name) == [key.name])
        #expect(survey.absent == [never.name])
    }

    @Test func `names of most messages come first, up to a number of names`() async throws {
        for (number, count) in [3, 5, 4].enumerated() {
            let key = try LostKey(number, "s\(number)")
            for day in 1...count { try write("\(number)-\(day)", key.message(day, "\(number)")) }
        }
        #expect(try await recover().results.map(\.messages) == [5, 4, 3])
        #expect(try await recover { $0.limit = 2 }.results.map(\.messages) == [5, 4])
        #expect(try await recover { $0.minimumMessages = 5 }.results.map(\.messages) == [5])
    }

    @Test func `the same message in several places counts once, in a bundle and in sources`() async throws {
        let key = try LostKey(0)
        for day in 1...3 {
            try write("\(day)", key.message(day, "a"))
            try write("copy/\(day)", key.message(day, "a"))
        }
        _ = try await bench.create("leak")
        let expected = ["s1._domainkey.example.org 3 3 2017-05-01 2017-05-03 512 3"]
        for inputs in [["leak"], ["out/mail.tar.gz"], ["leak", "out/mail.tar.gz"]] {
            #expect(try await recover(inputs).results.map(\.summary) == expected)
        }
    }

    @Test func `the keys that a bundle holds are known`() async throws {
        let key = try LostKey(0)
        for day in 1...3 { try write("\(day)", key.message(day, "a")) }
        try bench.write("keys.txt", key.line)
        _ = try await bench.create("leak") { $0.keyFiles = [bench.path("keys.txt")] }
        let (survey, results) = try await recover(["out/mail.tar.gz"])
        #expect(results.isEmpty && survey.known == 1)
    }

    @Test func `a key that serves several names is computed once`() async throws {
        let names = try ["a.example", "b.example", "c.example"].map { try LostKey(0, "s1", $0) }
        for (number, key) in names.enumerated() {
            for day in 1...(5 - number) { try write("\(number)-\(day)", key.message(day, "\(number)")) }
        }
        let results = try await recover { $0.jobs = 1 }.results
        #expect(results.map(\.pairs) == [2, 0, 0])
        #expect(results.map { $0.keys.map(\.key.record.displayText) } == names.map { [$0.record] })
    }

    @Test func `a known key of another name with the same selector is tried first`() async throws {
        let key = try LostKey(0, "s1", "tenant.example")
        for day in 1...3 { try write("\(day)", key.message(day, "a")) }
        try bench.write("keys.txt", try LostKey(0, "s1", "other.example").line)
        let results = try await recover { $0.keyFiles = [bench.path("keys.txt")] }.results
        #expect(results.map(\.summary) == ["s1._domainkey.tenant.example 3 3 2017-05-01 2017-05-03 512 3"])
        #expect(results.map(\.pairs) == [0])
    }

    @Test func `two keys of one name, one after the other, both come back`() async throws {
        let keys = [try LostKey(0), try LostKey(1)]
        for day in 1...30 { try write("\(day)", keys[day < 21 ? 0 : 1].message(day, "day \(day)")) }
        let results = try await recover().results
        #expect(
            results.map(\.summary) == [
                "s1._domainkey.example.org 30 20 2017-05-01 2017-05-20 512 3, 10 2017-05-21 2017-05-30 512 3"
            ])
        #expect(results.first?.keys.map(\.key.record.displayText) == keys.map(\.record))
    }

    @Test func `a name whose signatures are all broken is told at the end, with the reason`() async throws {
        let (broken, sound) = (try LostKey(0, "broken"), try LostKey(1, "sound"))
        for day in 1...9 {
            try write("b\(day)", broken.message(day, "x").displayText.replacing(": x", with: ": [list] x").bytes)
            if day < 5 { try write("s\(day)", sound.message(day, "y")) }
        }
        let results = try await recover().results
        #expect(
            results.map(\.summary) == [
                "sound._domainkey.example.org 4 4 2017-05-01 2017-05-04 512 3",
                "broken._domainkey.example.org 9 no-common-modulus",
            ])
        #expect(results.last?.pairs == 14)
    }

    @Test func `a name that no pair gives takes the key of a later name`() async throws {
        // Of nine, three that the attempts do not bring together are sound.
        let (hard, easy) = (try LostKey(0, "hard"), try LostKey(0, "easy"))
        for day in 1...30 {
            let message = try hard.message(day, "x")
            let isSound = [1, 15, 30].contains(day)
            try write("h\(day)", isSound ? message : message.displayText.replacing(": x", with: ": z").bytes)
            if day < 5 { try write("e\(day)", easy.message(day, "y")) }
        }
        let results = try await recover { $0.jobs = 1 }.results
        #expect(results.map(\.name) == [easy.name, hard.name])
        #expect(results.last?.summary == "hard._domainkey.example.org 30 3 2017-05-01 2017-05-30 512 3")
    }

    @Test func `the number of workers changes nothing but what is tried twice`() async throws {
        for number in 0..<3 {
            let key = try LostKey(number, "s\(number)")
            for day in 1...(3 + number) { try write("\(number)-\(day)", key.message(day, "\(number)")) }
        }
        let one = try await recover { $0.jobs = 1 }.results.map(\.summary)
        #expect(one.count == 3)
        #expect(try await recover { $0.jobs = 4 }.results.map(\.summary) == one)
        #expect(try await recover { $0.memory = 1 }.results.map(\.summary) == one)
    }

    @Test func `no signature and no input of any use is nothing to recover`() async throws {
        try write("plain", LostKey.plain(1, "unsigned"))
        try write("two", LostKey(0).message(1, "one"))
        let (survey, results) = try await recover()
        #expect(results.isEmpty && survey.targets.isEmpty && survey.known == 0)
    }
}

@Suite struct QuietRunTests {
    /// `x` is a signature that no key verifies.
    private func longest(_ text: String) -> Range<Int>? { QuietRun.longest(in: text.map { $0 == "x" }) }

    @Test(arguments: [
        ("....................xxxxxxxxxx", 20..<30), ("xxx" + String(repeating: ".", count: 200), 0..<3),
        (String(repeating: ".", count: 50) + "xxxxx" + String(repeating: ".", count: 50), 50..<55),
    ])
    func `a time in which a key verifies nothing is found`(text: String, expected: Range<Int>) {
        #expect(longest(text) == expected)
    }

    @Test(arguments: ["", ".", "x", "xxxxxxxx", "....", ".x.x.x.x.x.xxx.x.x.x", "..xx", "x.x.x.xxx.x.x..x.x.xxx.xx"])
    func `what may be by chance is not`(text: String) {
        #expect(longest(text) == nil)
    }
}
