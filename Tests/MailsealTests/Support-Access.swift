// Bundles of a few mails for the tests of `list`, `show` and `extract`.

import Bytes
import Cryptography
import DKIM
import Foundation
import Mail
import Mailseal
import Manifest
import ScratchFolders

import class Mailseal.Bundle

/// A folder that goes with the test: sources, bundles and what is extracted from them.
final class AccessBench: ScratchFolder, @unchecked Sendable {
    /// The paths of all that is in a folder, sorted.
    func paths(below folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: root + "/" + folder)?.compactMap { $0 as? String } ?? []).sorted()
    }

    /// A bundle of sources in this folder.
    func bundle(
        _ sources: String..., as name: String = "bundle", _ change: (inout CreateOptions) -> Void = { _ in }
    ) async throws -> Bundle {
        var options = CreateOptions(sources: sources.map { path($0) })
        options.output = path(name + ".tar.gz")
        options.name = "bundle".bytes
        options.force = true
        change(&options)
        return try Bundle(path: try await Create.run(options).path)
    }

    /// Extracts from a bundle into a folder here.
    func extract(
        _ bundle: Bundle, _ layout: ExtractOptions.Layout, into folder: String = "out",
        _ change: (inout ExtractOptions) -> Void = { _ in }
    ) async throws -> ExtractSummary {
        var options = ExtractOptions(folder: path(folder))
        options.layout = layout
        change(&options)
        return try await Extract.run(bundle, options)
    }
}

/// The numbers of the messages that a filter lets through, and the summary.
func listed(
    _ bundle: Bundle, _ change: (inout MessageFilter) -> Void = { _ in }
) async throws -> (numbers: [Int], summary: ListSummary) {
    var filter = MessageFilter()
    change(&filter)
    var numbers: [Int] = []
    let summary = try await List.run(bundle, filter) { numbers.append($0.line.number) }
    return (numbers, summary)
}

/// A message with these header lines and this body, CRLF at each line's end.
func mail(_ fields: String..., body: String = "Hello") -> String {
    (fields + ["", body, ""]).joined(separator: "\r\n")
}

/// A key that signs for example.org, and what it publishes.
struct SigningKey {
    private let signer: Signer
    let record: [UInt8]

    init(selector: String = "s1") throws {
        let key = try Ed25519PrivateKey(seed: [UInt8](repeating: 7, count: 32))
        signer = Signer(key: .ed25519(key), domain: "example.org".bytes, selector: selector.bytes)
        record =
            "\(selector)._domainkey.example.org v=DKIM1; k=ed25519; p=".bytes + Base64.encode(key.publicKey.bytes)
            + [ASCII.lf]
    }

    /// The message with a signature on top.
    func signed(_ message: String, _ change: (inout Signer) -> Void = { _ in }) -> [UInt8] {
        var signer = signer
        change(&signer)
        let bytes = message.bytes
        return (signer.field(for: bytes.span, header: HeaderSection(of: bytes.span)) ?? []) + bytes
    }
}
