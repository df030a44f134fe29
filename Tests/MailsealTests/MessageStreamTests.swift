import Bytes
import Cryptography
import Mailseal
import ScratchFolders
import Testing

@Suite struct MessageStreamTests {
    let bench: CreateWorkbench

    init() throws {
        bench = try CreateWorkbench()
        try bench.write("leak/1.eml", "From: a@example.org\r\nDate: x\r\n\r\none\r\n")
        try bench.write("leak/2.eml", "From: a@example.org\r\nDate: x\r\n\r\ntwo\r\n")
        try bench.write("leak/copy.eml", "From: a@example.org\r\nDate: x\r\n\r\none\r\n")
        try bench.write("leak/note.pdf", "no mail")
        try bench.write("more.mbox", "From a\nFrom: b@example.org\nDate: y\n\nthree\n")
    }

    private func bodies(_ names: [String]) async throws -> [String] {
        var bodies: [String] = []
        try await MessageStream.forEach(in: names.map(bench.path)) { bytes in
            Array(bytes.suffix(6)).displayText.filter(\.isLetter)
        } body: { _, body in
            bodies.append(body)
        }
        return bodies
    }

    @Test func `sources give each distinct message once and no other file`() async throws {
        #expect(try await bodies(["leak", "more.mbox"]) == ["one", "two", "three"])
    }

    @Test func `a bundle gives the same messages as the sources it was made of`() async throws {
        let made = try await bench.create("leak")
        var bodies: [Digest] = []
        try await MessageStream.forEach(in: [made.summary.path]) {
            Digest(hashing: $0)
        } body: { digest, computed in
            #expect(digest == computed)
            bodies.append(digest)
        }
        #expect(bodies.count == 2)
    }

    @Test func `a message in a bundle and in a source is given once`() async throws {
        let made = try await bench.create("leak")
        var count = 0
        try await MessageStream.forEach(in: [made.summary.path, bench.path("leak"), bench.path("more.mbox")]) {
            $0
        } body: { _, _ in
            count += 1
        }
        #expect(count == 3)
    }

    @Test func `an input that is not there is an error`() async throws {
        await #expect(throws: (any Error).self) { _ = try await bodies(["nothing"]) }
    }
}
