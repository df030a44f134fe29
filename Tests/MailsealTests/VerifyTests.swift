// `verify` on sound bundles: every kind of source, the verdicts, folders.

import Bytes
import Foundation
import Manifest
import MerkleTree
import Testing

@testable import Mailseal

struct VerifyTests {
    private let bench: VerifyBench

    init() throws { bench = try VerifyBench() }

    @Test(arguments: [false, true])
    func `a bundle of every kind of source is consistent`(keepingContainers: Bool) async throws {
        let report = try await bench.verify(SharedBundles.everything(keepingContainers: keepingContainers))
        #expect(report.findings == [])
        #expect(report.verdict == .consistent)
        let counts = report.counts
        #expect(counts.verified > 0 && counts.headersOnly > 0 && counts.notVerifying > 0)
        #expect(counts.qualified > 0 && counts.otherDomain > 0)
        #expect(counts.keyUnavailable > 0 && counts.unsigned > 0 && counts.attachments > 1)
        #expect(counts.containers == 4 && counts.failures == 0)
    }

    @Test func `a bundle taken apart and put together again is the same`() async throws {
        let bundle = try await SharedBundles.everything()
        #expect(try Forgery(of: bundle, in: bench).assemble() == bundle)
    }
}
