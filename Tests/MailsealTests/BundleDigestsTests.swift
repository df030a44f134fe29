// Digests of a file whose bytes come by while it is read for another reason.

import Bytes
import Cryptography
import Files
import Foundation
import ScratchFolders
import Testing

@testable import Mailseal

struct BundleDigestsTests {
    private func file(_ bench: CreateWorkbench, _ bytes: [UInt8]) throws -> ReadableFile {
        try bench.write("file", bytes)
        return try ReadableFile(path: bench.path("file"))
    }

    @Test func `whatever comes by, and in whatever order, the digests are those of the whole file`() throws {
        let bench = try CreateWorkbench()
        let bytes = (0..<97).map { UInt8($0 % 64 + 0x20) }
        let file = try file(bench, bytes)
        let expected = (HashFunction.sha256.digest(of: bytes), HashFunction.sha512.digest(of: bytes))
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let digests = PassingDigests(file)
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let start = Int.random(in: 0...bytes.count, using: &generator)
                let part = Array(bytes[start..<Int.random(in: start...bytes.count, using: &generator)])
                try digests.take(part, at: start)
            }
            let found = try digests.finish()
            #expect(found.sha256 == expected.0 && found.sha512 == expected.1)
            #expect(try digests.finish().sha256 == expected.0)
        }
    }

    @Test func `what comes by is what is hashed, and not read again`() throws {
        let bench = try CreateWorkbench()
        let digests = PassingDigests(try file(bench, Array(repeating: 0x61, count: 8)))
        try digests.take("bbbb".bytes, at: 2)
        #expect(try digests.finish().sha256 == HashFunction.sha256.digest(of: "aabbbbaa".bytes))
    }

    @Test func `a file that changed has no digests`() throws {
        let bench = try CreateWorkbench()
        let digests = PassingDigests(try file(bench, "one".bytes))
        try bench.write("file", "other")
        #expect(throws: FileError.self) { try digests.finish() }
    }
}
