// Inputs as files, and the seeds beside the targets.

import Bytes
import Cryptography
import Files
import Glibc
import Synchronization

/// A file that holds an input, gone with the last reference.
final class InputFile: Sendable {
    let path: [UInt8]

    private static let next = Atomic<Int>(0)

    init(_ bytes: [UInt8], ending: String = "") throws {
        let number = Self.next.wrappingAdd(1, ordering: .relaxed).newValue
        path = "/dev/shm/mailseal-fuzz-\(getpid())-\(number)\(ending)".bytes
        let output = try AtomicOutput(path: path, isPrivate: true)
        try output.append(bytes)
        try output.commit(force: true)
    }

    deinit { unsafe _ = unlink(path.displayText) }
}

/// The inputs that are kept with the sources.
public enum Seeds {
    /// The folder of Corpus and Found.
    public static let folder = Array(#filePath.utf8.split(separator: 0x2F).dropLast(2).joined(separator: [0x2F]))

    /// The inputs of a target in Corpus or Found, in the order of their names.
    public static func read(_ kind: String, of target: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = "/".bytes + folder + "/\(kind)/\(target)".bytes
        let names: [[UInt8]]
        do { names = try SafeDirectory(path: folder).names() } catch {
            guard error.isMissing else { throw error }
            return []
        }
        return try names.sorted { $0.lexicographicallyPrecedes($1) }.map { name in
            let file = try ReadableFile(path: folder + "/".bytes + name)
            return (name.displayText, try file.read(at: 0, count: file.size))
        }
    }

    /// The digests of a target's seeds.
    static func digests(of target: String) -> Set<Digest> {
        Set((try? read("Corpus", of: target))?.map { Digest(hashing: $0.bytes) } ?? [])
    }
}
