// Bundles of several editions as they are verified, listed, shown and compared.

import Bytes
import Container
import Cryptography
import Foundation
import Manifest
import MerkleTree
import ScratchFolders
import Testing

import class Mailseal.Bundle

@testable import Mailseal

struct EditionReadingTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    private func open(_ bundle: [UInt8]) throws -> Bundle {
        try Bundle(path: bench.write("\(UUID().uuidString).tar.gz", bundle))
    }

    // MARK: Roots that the reader knows

    private static let named: [(pin: Int?, base: Int?, verdict: VerifyReport.Verdict, codes: [String])] = [
        (3, nil, .intact, []), (2, nil, .extended, ["earlier-edition"]), (1, nil, .extended, ["earlier-edition"]),
        (0, nil, .altered, ["pin-differs"]), (nil, 1, .extended, []), (nil, 2, .extended, []),
        (nil, 3, .intact, []), (nil, 0, .altered, ["pin-differs"]), (3, 1, .intact, []),
        (3, 0, .altered, ["pin-differs"]), (1, 2, .extended, ["earlier-edition"]),
        (0, 1, .altered, ["pin-differs"]),
    ]

    @Test(arguments: named.indices)
    func `a root of an earlier edition is told from the bundle's own`(place: Int) async throws {
        let (pin, base, verdict, codes) = Self.named[place]
        let bundle = try await SharedBundles.extended()
        let roots = [RootReference(size: 7, root: Digest(hashing: []))] + (try open(bundle).editions.map(\.root))
        let report = try await bench.verify(bundle) {
            $0.pin = pin.map { roots[$0] }
            $0.base = base.map { roots[$0] }
        }
        #expect(report.verdict == verdict)
        #expect(report.findings.map(\.code) == codes)
        #expect(report.namedEdition?.number == (pin ?? base).flatMap { $0 == 0 ? nil : $0 })
    }

    @Test(arguments: [0, 1, 2], [1, 99, 1 << 52])
    func `an end line that counts other keys than stand before it is refused, whatever is read`(
        edition: Int, keys: Int
    ) async throws {
        var forgery = try Forgery(of: try await SharedBundles.extended(), in: bench)
        let place = forgery.places(of: "end")[edition]
        guard case .end(var end) = try ManifestLine(forgery.lines[place]) else { return }
        #expect(end.keys != keys)
        end.keys = keys
        forgery.lines[place] = ManifestLine.end(end).bytes
        let bundle = try open(try forgery.assemble())
        #expect(throws: MailsealError.self) { try bundle.keys() }
        #expect(throws: MailsealError.self) { try Show.run(bundle, .number(1)) }
    }

    @Test func `a root of an earlier edition covers no lie of a later one`() async throws {
        for lie in ForgeryCase.editions where ["a result in a later edition", "evidence left out"].contains(lie.name) {
            let root = try open(try await SharedBundles.byEdition()[0]).root
            let report = try await bench.verify(try await lie.bundle(in: bench)) { $0.base = root }
            #expect(report.verdict == .evidenceDiffers, "\(lie.name)")
        }
    }

    @Test func `a folder extracted from a bundle of three editions is verified too`() async throws {
        let path = try bench.write("b.tar.gz", try await SharedBundles.extended())
        try bench.run("tar xzf \"$1\"", [path.displayText])
        var options = VerifyOptions(path: bench.path("sample"))
        options.base = try open(try await SharedBundles.byEdition()[1]).root
        let report = try await Verify.run(options)
        #expect(report.verdict == .extended && report.namedEdition?.number == 2)
        #expect(report.findings.map(\.code) == ["folder"])
    }

    @Test func `a bundle of three editions without an index is verified all the same`() async throws {
        var forgery = try Forgery(of: try await SharedBundles.extended(), in: bench)
        forgery.changeIndex = { $0.leafCount += 1 }
        let report = try await bench.verify(forgery.assemble())
        #expect(report.editions.count == 3)
        #expect(Set(report.findings.map(\.code)) == ["index-differs"])
    }

    // MARK: Lists and single messages

    @Test func `a list goes by the newest evidence`() async throws {
        func numbers(_ bundle: [UInt8], _ evidence: EvidenceClass) async throws -> [Int] {
            try await listed(try open(bundle)) { $0.evidence = [evidence] }.numbers
        }
        let editions = try await SharedBundles.byEdition()
        let once = try await SharedBundles.everything()
        for evidence in EvidenceClass.allCases {
            let (extended, expected) = (try await numbers(editions[2], evidence), try await numbers(once, evidence))
            #expect(extended == expected, "\(evidence)")
        }
        #expect(try await numbers(editions[0], .verified) == [])
        let (between, last) = (try await numbers(editions[1], .verified), try await numbers(editions[2], .verified))
        #expect(Set(between).isSubset(of: last) && !last.isEmpty)
    }

    @Test func `a message is shown with its newest evidence and what was said before`() async throws {
        let bundle = try open(try await SharedBundles.extended())
        let plain = try open(try await SharedBundles.everything())
        var renewed = 0
        for number in 1...bundle.end.messages {
            let shown = try #require(try Show.run(bundle, .number(number)))
            let once = try #require(try Show.run(plain, .number(number)))
            #expect(shown.findings == [])
            #expect(shown.signatures.map(\.line) == once.signatures.map(\.line))
            #expect(shown.signatures.map(\.verdict) == once.signatures.map(\.verdict))
            #expect(shown.edition > 1 || shown.earlier.isEmpty)
            #expect(
                shown.earlier.map(\.edition)
                    == Array(1..<max(1, shown.edition)).filter {
                        $0 == 1 || !shown.earlier.isEmpty && shown.earlier.map(\.edition).contains($0)
                    })
            if let first = shown.earlier.first {
                renewed += 1
                #expect(first.signatures.map(\.header).contains("no-key"))
            }
        }
        #expect(renewed > 1)
    }

    @Test func `a message whose later evidence is a lie is shown with a finding`() async throws {
        let lie = try #require(ForgeryCase.editions.first { $0.name == "a result in a later edition" })
        let bundle = try open(try await lie.bundle(in: bench))
        let found = try (1...bundle.end.messages).compactMap { try Show.run(bundle, .number($0)) }
            .filter { !$0.findings.isEmpty }
        #expect(found.count == 1 && found.first?.findings.map(\.code) == ["dkim-differs"])
        #expect(found.first?.edition == 3)
    }

    @Test func `keys are read by the edition that added them`() async throws {
        let bundle = try open(try await SharedBundles.extended())
        let keys = try bundle.keysByEdition()
        #expect(keys.map(\.isEmpty) == [true, false, false])
        #expect(try bundle.keys() == keys.flatMap(\.self) && keys.joined().count == bundle.end.keys)
    }

    @Test func `an end line that leads to no head is refused`() async throws {
        for head in [0, 1, 1 << 40] {
            var forgery = try Forgery(of: try await SharedBundles.extended(), in: bench)
            let last = forgery.lines.count - 1
            guard case .end(var end) = try ManifestLine(forgery.lines[last]) else { return }
            end.head = head
            forgery.lines[last] = ManifestLine.end(end).bytes
            let path = try bench.write("lost.tar.gz", forgery.assemble())
            if head == 0 {
                #expect(try Bundle(path: path).editions.count == 1)
            } else {
                #expect(throws: MailsealError.self) { try Bundle(path: path) }
            }
        }
    }

    // MARK: Comparisons

    @Test func `a comparison says which bundle extends the other`() async throws {
        let paths = try await SharedBundles.byEdition().enumerated()
            .map { try bench.write("edition-\($0 + 1).tar.gz", $1) }
        let report = try await Diff.run(DiffOptions(a: paths[0], b: paths[2]))
        #expect(report.extending == .b && report.verdict == .different)
        #expect(report.classes.same == report.a.counts.messages)
        #expect(Set(report.sections.map(\.kind)) == [.dkim, .keys])
        #expect(report.count(.keys) == report.b.counts.keys)
        #expect(report.transitions.allSatisfy { $0.a == .keyUnavailable })
        #expect(try await Diff.run(DiffOptions(a: paths[2], b: paths[1])).extending == .a)
        let other = try bench.write("other.tar.gz", try await SharedBundles.everything())
        #expect(try await Diff.run(DiffOptions(a: other, b: paths[2])).extending == nil)
    }

    @Test func `a bundle of three editions has all of its source`() async throws {
        try bench.fill()
        let path = try bench.write("b.tar.gz", try await SharedBundles.extended())
        let report = try await Diff.run(DiffOptions(a: bench.path("inbox"), b: path))
        #expect(report.verdict == .contained && report.count(.dkim) == 0)
    }
}
