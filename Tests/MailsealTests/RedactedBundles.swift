// Redacted bundles of the bundle of everything, and lies in them.

import Bytes
import Cryptography
import Manifest
import MerkleTree
import ScratchFolders
import Testing

@testable import Mailseal

enum RedactedBundles {
    /// Keeps some messages of a bundle, one of them listed.
    static func redact(
        _ bundle: [UInt8], keeping numbers: [ClosedRange<Int>], listing listed: [ClosedRange<Int>] = [],
        in bench: VerifyBench
    ) async throws -> [UInt8] {
        var options = RedactOptions(
            bundle: try bench.write("to-redact.tar.gz", bundle), output: bench.path("redacted.tar.gz"),
            disclosure: .keep(MessageSelection(numbers: numbers)))
        options.listed = MessageSelection(numbers: listed)
        options.force = true
        _ = try await Redact.run(options)
        return try bench.read(options.output)
    }

    /// The bundle that is lied about: of everything, with signed messages and attachments, one message listed.
    static func sample(in bench: VerifyBench) async throws -> [UInt8] {
        try await redact(try await SharedBundles.everything(), keeping: [1...9, 12...12], listing: [3...3], in: bench)
    }

    /// Several choices, of bundles of one, three and four editions.
    static func all(in bench: VerifyBench) async throws -> [[UInt8]] {
        var bundles = [try await sample(in: bench)]
        for (whole, numbers) in [
            (try await SharedBundles.everything(keepingContainers: true), [2...4]),
            (try await SharedBundles.extended(), [1...1, 5...8]), (try await SharedBundles.extended(), [10...12]),
            (try await ContinuedBundles.last(), [15...16, 28...30]),
        ] { bundles.append(try await redact(whole, keeping: numbers, in: bench)) }
        return bundles
    }

    /// A lie in the sample.
    struct Lie: Sendable {
        let name: String
        /// Codes that are among those of the findings.
        let codes: Set<String>
        /// The verdict of the second verifier, which recomputes neither attachments nor DKIM.
        var second = "altered"
        let change: @Sendable (inout Forgery, _ whole: [[UInt8]]) throws -> Void

        func bundle(in bench: VerifyBench) async throws -> [UInt8] {
            var forgery = try Forgery(of: try await RedactedBundles.sample(in: bench), in: bench)
            let whole = try Forgery(of: try await SharedBundles.everything(), in: bench)
            try change(&forgery, whole.lines)
            return try forgery.assemble()
        }
    }

    /// Withholds the first line of a type.
    private static func withhold(_ type: String) -> @Sendable (inout Forgery, [[UInt8]]) throws -> Void {
        { forgery, _ in
            let place = try #require(forgery.places(of: type).first)
            forgery.lines[place] = ManifestLine.withheld(ManifestLine.leafHash(of: forgery.lines[place])).bytes
        }
    }

    /// Discloses the first withheld line of a type.
    private static func disclose(_ type: String) -> @Sendable (inout Forgery, [[UInt8]]) throws -> Void {
        { forgery, whole in
            let place = try #require(
                whole.indices.first {
                    forgery.lines[$0].first == ManifestLine.withheldMark
                        && whole[$0].starts(with: "{\"type\":\"\(type)\"".utf8)
                })
            forgery.lines[place] = whole[place]
        }
    }

    static let lies: [Lie] = [
        Lie(name: "two lines under one node", codes: ["counts-differ"]) { forgery, _ in
            let place = try #require(
                forgery.lines.indices.dropLast().first {
                    forgery.lines[$0].first == ManifestLine.withheldMark
                        && forgery.lines[$0 + 1].first == ManifestLine.withheldMark
                })
            let hashes = forgery.lines[place...(place + 1)].map { ManifestLine.leafHash(of: $0) }
            let node = ManifestLine.withheld(TreeHash.node(hashes[0], hashes[1]))
            forgery.lines.replaceSubrange(place...(place + 1), with: [node.bytes])
        },
        Lie(name: "a line more", codes: ["counts-differ"]) { forgery, _ in
            forgery.lines.insert(ManifestLine.withheld(TreeHash.empty).bytes, at: forgery.lines.count - 2)
        },
        Lie(name: "a withheld line of another form", codes: ["line-malformed"]) { forgery, _ in
            forgery.lines[forgery.lines.count - 2].append(0x20)
        },
        Lie(name: "the content line", codes: ["content-root-differs"], change: disclose("content")),
        Lie(name: "a source-end line", codes: ["redaction-invalid"], change: disclose("source-end")),
        Lie(name: "a container line", codes: ["redaction-invalid"], change: disclose("container")),
        Lie(name: "a message's attachment alone", codes: ["line-order"], change: disclose("attachment")),
        Lie(name: "no head", codes: ["line-order"], change: withhold("head")),
        Lie(name: "a key that a signature calls for", codes: ["reference-unknown"], change: withhold("key")),
        Lie(name: "an attachment withheld", codes: ["line-order"], change: withhold("attachment")),
        Lie(name: "bytes of a listed message", codes: ["entry-missing"]) { forgery, _ in
            let place = try #require(forgery.lines.firstIndex { $0.first == ManifestLine.listedMark })
            forgery.lines[place].removeFirst()
        },
        Lie(name: "a stored message listed", codes: ["entry-unexpected"]) { forgery, _ in
            let place = try #require(forgery.places(of: "message").first)
            forgery.lines[place].insert(ManifestLine.listedMark, at: 0)
        },
        Lie(name: "a file listed", codes: ["line-malformed"]) { forgery, whole in
            try disclose("file")(&forgery, whole)
            let place = try #require(forgery.places(of: "file").first)
            forgery.lines[place].insert(ManifestLine.listedMark, at: 0)
        },
        Lie(name: "fewer messages than are disclosed", codes: ["counts-differ"]) { forgery, _ in
            try forgery.change("end") { line in
                guard case .end(var end) = line else { return nil }
                end.messages = 3
                return .end(end)
            }
        },
        Lie(name: "more verified messages", codes: ["counts-differ"]) { forgery, _ in
            try forgery.change("end") { line in
                guard case .end(var end) = line else { return nil }
                end.verified += 1
                return .end(end)
            }
        },
    ]
}
