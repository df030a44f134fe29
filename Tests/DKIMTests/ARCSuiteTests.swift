import Bytes
import DKIM
import Foundation
import Mail
import Testing

/// The validation tests of the ARC test suite, and ARC messages of another implementation.
@Suite struct ARCSuiteTests {
    @Test func `chains get the status that the suite of ARC tests expects`() throws {
        guard let file = SharedVectors.place("arc/validation-tests.yml") else { return }
        let scenarios = try ARCSuite(try String(contentsOf: file, encoding: .utf8)).scenarios
        #expect(scenarios.count == 10)
        // Four tests stand twice under one name.
        #expect(scenarios.map { Set($0.tests.map(\.name)).count }.reduce(0, +) == 171)
        #expect(scenarios.map(\.tests.count).reduce(0, +) == 175)
        for scenario in scenarios {
            let keys = KeyFile(parsing: scenario.records.map { "\($0.name) \($0.record)\n" }.joined().bytes)
            #expect(keys.notes == [])
            let verifier = Verifier(keys: KeyStore(keys.keys))
            for test in scenario.tests {
                for message in [test.message, test.message.replacing("\n", with: "\r\n")] {
                    let bytes = message.bytes
                    let found = verifier.evidence(of: bytes.span, header: HeaderSection(of: bytes.span))
                    // A chain that says of itself that it failed has no expectation: it stays failed.
                    let expected = test.status.isEmpty ? "fail" : test.status.lowercased()
                    #expect(found.chainStatus.rawValue == expected, "\(test.name): \(test.description)")
                }
            }
        }
    }

    @Test func `chains of mail-auth verify, set by set`() throws {
        guard let folder = SharedVectors.place("dkim/mail-auth-arc") else { return }
        for (name, algorithms) in [("001.txt", ["rsa-sha256"]), ("002.txt", ["ed25519-sha256", "rsa-sha256"])] {
            let text = try SharedVectors.read(folder, name)
            let (keys, message) = try #require(SharedVectors.splitAtEmptyLine(text))
            let verifier = Verifier(keys: KeyStore(KeyFile(parsing: keys).keys))
            let found = verifier.evidence(of: message.span, header: HeaderSection(of: message.span))
            #expect(found.chainStatus == .pass, "\(name)")
            let sets = found.signatures.filter(\.kind.isARC)
            #expect(sets.map(\.kind) == algorithms.flatMap { _ in [SignatureKind.arcMessage, .arcSeal] })
            #expect(sets.map(\.instance) == algorithms.indices.flatMap { [$0 + 1, $0 + 1] })
            #expect(sets.map(\.signature.algorithm?.rawValue) == algorithms.flatMap { [$0, $0] })
            #expect(sets.allSatisfy { $0.header == .valid && $0.violations.isEmpty }, "\(name)")
        }
    }
}

/// The part of YAML 1.2 that the suite of ARC tests is written in; anything else is refused.
private struct ARCSuite {
    struct Test {
        var name: String
        var description = ""
        var message = ""
        var status = ""
    }

    struct Scenario {
        var tests: [Test] = []
        var records: [(name: String, record: String)] = []
    }

    struct Unreadable: Error { let line: Int }

    private(set) var scenarios = [Scenario()]
    private let lines: [Substring]
    private var place = 0
    private var section = ""

    init(_ text: String) throws {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        while place < lines.count {
            let line = lines[place]
            place += 1
            if line.trimmingCharacters(in: .whitespaces).isEmpty { continue }
            if line.hasPrefix("---") {
                scenarios.append(Scenario())
            } else {
                try read(line)
            }
        }
    }

    private mutating func read(_ line: Substring) throws {
        let indent = line.prefix { $0 == " " }.count
        guard let colon = line.firstIndex(of: ":") else { throw Unreadable(line: place) }
        let key = line[..<colon].dropFirst(indent)
        let value = self.value(line[line.index(after: colon)...], deeperThan: indent)
        let last = scenarios.count - 1
        switch (indent, section, key) {
        case (0, _, _): section = String(key)
        case (2, "tests", _): scenarios[last].tests.append(Test(name: String(key)))
        case (2, "txt-records", _): scenarios[last].records.append((String(key), value))
        case (4, "tests", _):
            let test = scenarios[last].tests.count - 1
            guard test >= 0 else { throw Unreadable(line: place) }
            switch key {
            case "message": scenarios[last].tests[test].message = value
            case "cv": scenarios[last].tests[test].status = value.trimmingCharacters(in: .whitespacesAndNewlines)
            case "description": scenarios[last].tests[test].description = value
            case "spec", "comment": break
            default: throw Unreadable(line: place)
            }
        default: throw Unreadable(line: place)
        }
    }

    /// A plain scalar, or the block that follows: `|` keeps its lines, `>-` joins them by spaces.
    private mutating func value(_ text: Substring, deeperThan indent: Int) -> String {
        let style = text.trimmingCharacters(in: .whitespaces)
        guard style == "|" || style == ">-" else { return style }
        var block: [Substring] = []
        while place < lines.count {
            let isBlank = lines[place].allSatisfy { $0 == " " }
            guard isBlank || lines[place].prefix(while: { $0 == " " }).count > indent else { break }
            block.append(lines[place])
            place += 1
        }
        let margin = block.first { !$0.allSatisfy { $0 == " " } }?.prefix { $0 == " " }.count ?? 0
        let content = block.map { $0.dropFirst(margin) }
        if style == ">-" { return content.joined(separator: " ").trimmingCharacters(in: .whitespaces) }
        let end = content.lastIndex { !$0.isEmpty } ?? -1
        return content[..<(end + 1)].map { $0 + "\n" }.joined()
    }
}
