// A folder of its own for each test of `create`, and what was made there as text.

import Bytes
import Cryptography
import Foundation
import Mailseal
import Manifest
import ScratchFolders

/// A folder that goes with the test.
final class CreateWorkbench: ScratchFolder, @unchecked Sendable {
    /// What `create` said and made.
    struct Made {
        let summary: CreateSummary
        let notices: [String]
        /// The lines of the manifest, as they stand in the bundle.
        let lines: [String]

        /// The lines of a type.
        func lines(_ type: String) -> [String] { lines.filter { $0.hasPrefix("{\"type\":\"\(type)\"") } }
    }

    /// Packs sources of this folder into `out/mail.tar.gz` and reads the manifest back with tar.
    func create(
        _ sources: String..., to output: String = "out/mail.tar.gz",
        _ configure: (inout CreateOptions) -> Void = { _ in }
    ) async throws -> Made {
        var (made, notices) = try await attempt(sources, output, configure)
        notices.removeAll { $0.hasPrefix("warning: no retrieval time was stated") }
        let name = made.name.displayText
        let text = try run("tar xzOf '\(output)' '\(name)/manifest.jsonl'")
        let lines = text.dropLast().split(separator: ASCII.lf, omittingEmptySubsequences: false).map(\.displayText)
        return Made(summary: made, notices: notices, lines: lines)
    }

    /// The sentence with which packing is refused, and the notices before it; nil when it is not.
    func refusal(
        _ sources: String..., to output: String = "out/mail.tar.gz",
        _ configure: (inout CreateOptions) -> Void = { _ in }
    ) async -> String? {
        do {
            _ = try await attempt(sources, output, configure)
            return nil
        } catch {
            return "\(error)".replacing(root + "/", with: "")
        }
    }

    /// All notices of a run that ends with an error.
    func notices(_ sources: String...) async -> [String] {
        var notices: [String] = []
        var options = CreateOptions(sources: sources.map { path($0) })
        options.output = path("mail.tar.gz")
        _ = try? await Create.run(options, observer: Observer(notice: { notices.append(Self.text($0)) }))
        return notices
    }

    private func attempt(
        _ sources: [String], _ output: String, _ configure: (inout CreateOptions) -> Void
    ) async throws -> (CreateSummary, [String]) {
        try FileManager.default.createDirectory(atPath: root + "/out", withIntermediateDirectories: true)
        var options = CreateOptions(sources: sources.map { path($0) })
        options.output = path(output)
        configure(&options)
        var notices: [String] = []
        let summary = try await Create.run(options, observer: Observer(notice: { notices.append(Self.text($0)) }))
        return (summary, notices)
    }

    private static func text(_ notice: Observer.Notice) -> String {
        switch notice {
        case .failure(let sentence): sentence
        case .warning(let sentence, let hint): "warning: " + sentence + (hint.map { " (\($0))" } ?? "")
        }
    }

    /// What `verify` says of a bundle in this folder: the verdict and the codes of all findings.
    func verify(_ bundle: String = "out/mail.tar.gz") async throws -> String {
        let report = try await Verify.run(VerifyOptions(path: path(bundle)))
        return ([report.verdict.rawValue] + report.findings.map(\.code)).joined(separator: " ")
    }
}

/// A small message with a subject of its own.
func message(_ subject: String) -> String {
    "From: a@example.org\r\nDate: Fri, 5 May 2017 18:35:00 +0000\r\nSubject: \(subject)\r\n\r\nHello \(subject)\r\n"
}

extension String {
    /// The SHA-256 of the text's bytes, in hex.
    var sha256: String { Digest(hashing: bytes).description }

    /// What stands behind a key of a manifest line, up to the next comma or quotation mark; nil when there is no such key.
    func value(_ key: String) -> String? {
        guard let start = range(of: "\"\(key)\":")?.upperBound else { return nil }
        let rest = self[start...]
        return rest.hasPrefix("\"")
            ? String(rest.dropFirst().prefix { $0 != "\"" }) : String(rest.prefix(while: \.isNumber))
    }
}
