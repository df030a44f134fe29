// Docs/findings.md explains every code that `verify` gives, and every code is provoked by a test.

import Container
import Foundation
import Manifest
import Testing

@testable import Mailseal

struct VerifyFindingsTests {
    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func texts(in folder: String) throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(
            at: package.appendingPathComponent(folder), includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "swift" && $0.lastPathComponent != "VerifyFindingsTests.swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    private static func page() throws -> String {
        try String(contentsOf: package.appendingPathComponent("Docs/findings.md"), encoding: .utf8)
    }

    /// The codes of rules between lines, as the sources of Manifest have them.
    private static func codesBetweenLines() throws -> Set<String> {
        let pattern = try Regex(
            #"(?:fault\(\s*|Problem\(code: |evidenceCounts = )"([a-z-]+)""#, as: (Substring, Substring).self)
        return Set(try texts(in: "Sources/Manifest").flatMap { $0.matches(of: pattern).map { String($0.output.1) } })
    }

    private static func codes() throws -> Set<String> {
        // What these two say is the detail of index-unusable and index-differs.
        let container = Fault.Code.allCases.filter { $0 != .indexMissing && $0 != .indexText }
        return Set(Finding.Code.allCases.map(\.rawValue)).union(container.map(\.rawValue)).union(
            try codesBetweenLines())
    }

    @Test func `every code is documented, and every documented code exists`() throws {
        let heading = try Regex("(?m)^### `([a-z-]+)`$", as: (Substring, Substring).self)
        let documented = try Self.page().matches(of: heading).map { String($0.output.1) }
        let codes = try Self.codes()
        #expect(codes.count > 40)
        #expect(Set(documented).count == documented.count)
        #expect(codes.subtracting(documented).sorted() == [])
        #expect(Set(documented).subtracting(codes).sorted() == [])
    }

    @Test func `every code has an example of its line`() throws {
        for entry in try Self.page().split(separator: "\n### `").dropFirst() {
            let code = entry.prefix { $0 != "`" }
            #expect(entry.contains("\nFAIL  \(code)  ") || entry.contains("\nnote  \(code)  "), "\(code)")
        }
    }

    @Test func `every code is provoked by a test`() throws {
        let tests = try Self.texts(in: "Tests/MailsealTests").joined()
        for code in try Self.codes() { #expect(tests.contains("\"\(code)\""), "\(code)") }
    }
}
