// A block that was compressed wrongly never reaches a bundle.

import Bytes
import Container
import Deflate
import Files
import ScratchFolders
import Testing

@testable import Mailseal

@Suite struct BundleSinkTests {
    @Test(arguments: [0, 1, 2])
    func `a wrongly compressed block is told by its number, and no file appears`(number: Int) async throws {
        let bench = try CreateWorkbench()
        let expected = ContainerError.wrongCompression(block: number)
        await #expect(throws: expected) {
            let output = try AtomicOutput(path: bench.path("out.tar.gz"))
            var sink = try BundleSink(name: "leak".bytes, output: .named(output), jobs: 2) { block, place in
                try BundleWriter.compress(block, number: place) { bytes in
                    Deflate.compress(block: place == number ? bytes.dropLast() : bytes)
                }
            }
            let content = [UInt8](repeating: 0x20, count: 2_500_000)
            try await sink.add(path: "data/1".bytes, content: content)
            _ = try await sink.finish(groups: [], manifestOffset: 0, leaves: 0)
            try output.commit(force: false)
        }
        #expect(try bench.names() == [])
        #expect(
            expected.description
                == "block \(number), from byte \(number * 1_048_576) of the tar stream on, was compressed to something "
                + "that does not inflate to it: this is a defect of mailseal, please report it")
    }
}
