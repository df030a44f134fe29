// Every input of the corpora, and every one that ever broke something, through its target.

import Bytes
import FuzzTargets
import Testing

struct ReplayTests {
    @Test(arguments: FuzzTarget.all.map(\.name))
    func `the inputs kept with the sources break no target`(_ name: String) async throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let corpus = try Seeds.read("Corpus", of: name)
        #expect(corpus.count >= 5)
        for (file, bytes) in try corpus + Seeds.read("Found", of: name) {
            do { try await target.run(bytes) } catch { Issue.record("\(name)/\(file): \(error)") }
        }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func `no input at all breaks no target`(_ name: String) async throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        await #expect(throws: Never.self) { try await target.run([]) }
    }
}
