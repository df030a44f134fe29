// Bundles are ordinary tar.gz files to the tools that people have.

import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import Container

struct InteroperationTests {
    /// A tool that lists a bundle, path by path.
    struct Tool: CustomTestStringConvertible, Sendable {
        let command: [String]
        var testDescription: String { command.prefix(2).joined(separator: " ") }
    }

    private static let stream = """
        import sys, tarfile
        with tarfile.open(fileobj=sys.stdin.buffer, mode="r|gz") as bundle:
            for entry in bundle: print(entry.name)
        """

    private static let listers = [
        Tool(command: ["tar", "tzf", "-"]),
        Tool(command: ["bsdtar", "tzf", "-"]),
        Tool(command: ["busybox", "tar", "tzf", "-"]),
        Tool(command: ["python3", "-c", stream]),
    ]

    /// What a tool makes of a bundle on its standard input; nil when the machine does not have the tool.
    private func run(_ command: [String], input: [UInt8]) throws -> ProgramRun? {
        try ProgramRun.isInstalled(command[0]) ? ProgramRun(command, input: input) : nil
    }

    private var fixture: Fixture { Fixture([0, 1, 511, 512, 1_500_000, 700]) }

    @Test(arguments: listers)
    func `a tar program lists every entry`(tool: Tool) throws {
        let paths = fixture.entries.map(\.path) + [BundleReader.indexPath]
        guard let found = try run(tool.command, input: fixture.bundle()) else { return }
        #expect(found.status == 0)
        #expect(found.output == paths.map { "leak/\($0.displayText)\n" }.joined())
    }

    @Test(arguments: [["tar", "xzOf", "-"], ["bsdtar", "xzOf", "-"], ["busybox", "tar", "xzOf", "-"]])
    func `a tar program extracts an entry's content`(command: [String]) throws {
        guard let found = try run(command + ["leak/data/4"], input: fixture.bundle()) else { return }
        #expect(found.status == 0)
        #expect(found.bytes == fixture.entries[4].content)
    }

    @Test func `gzip finds nothing wrong`() throws {
        guard let found = try run(["gzip", "-t"], input: fixture.bundle()) else { return }
        #expect(found.status == 0)
    }

    @Test func `gzip inflates to the tar stream`() throws {
        let bundle = try fixture.bundle()
        let reader = try BundleReader(Scratch(bundle).open())
        guard let found = try run(["gzip", "-dc"], input: bundle) else { return }
        #expect(try found.bytes == reader.bytes(tarOffset: 0, count: reader.blocks.tarSize))
    }
}
