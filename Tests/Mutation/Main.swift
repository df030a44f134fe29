// The command that `make mutate` runs: every bit of a bundle changed, one at a time, every length that it can be cut to, and
// bits of a larger one at places that a seed gives. Each must be reported, and nothing that opens what is changed may see
// anything but the archive that was made.

import Bytes
import Cryptography
import Files
import Glibc
import Mailseal
import Manifest
import MerkleTree

private let usage = "usage: MutationCommand SMALL-BUNDLE LARGE-BUNDLE COUNT"

/// What ends the command.
struct Trouble: Error, CustomStringConvertible {
    let description: String
}

/// A change of a bundle's bytes.
enum Change: Sendable {
    case flip(place: Int, bit: Int)
    case cut(length: Int)

    func applied(to bundle: [UInt8]) -> [UInt8] {
        var changed = bundle
        switch self {
        case .flip(let place, let bit): changed[place] ^= 1 << UInt8(bit)
        case .cut(let length): changed.removeLast(bundle.count - length)
        }
        return changed
    }
}

@main
enum MutationCommand {
    static func main() async {
        do {
            let arguments = CommandLine.arguments
            guard arguments.count == 4, let count = Int(arguments[3]), count > 0 else {
                throw Trouble(description: usage)
            }
            let small = try Subject(path: arguments[1])
            let every = small.bundle.indices.flatMap { place in (0..<8).map { Change.flip(place: place, bit: $0) } }
            var passed = try await judge(every, of: small, "every bit")
            let cuts = small.bundle.indices.map { Change.cut(length: $0) }
            passed += try await judge(cuts, of: small, "every length")
            let large = try Subject(path: arguments[2])
            passed += try await judge(places(count, in: large.bundle), of: large, "seeded bits")
            exit(passed == 0 ? 0 : 1)
        } catch {
            let line = Array("MutationCommand: \(error)\n".utf8)
            _ = unsafe write(STDERR_FILENO, line, line.count)
            exit(2)
        }
    }

    /// Places spread by SHA-256 of their number.
    private static func places(_ count: Int, in bundle: [UInt8]) -> [Change] {
        (0..<count).map { number in
            let digest = Digest(hashing: Array("mutation \(number)".utf8)).bytes
            let value = digest.prefix(7).reduce(0) { $0 << 8 | Int($1) }
            return .flip(place: value % bundle.count, bit: Int(digest[8] & 7))
        }
    }

    /// Judges all changes; tells each that passes, and how many there were.
    private static func judge(_ changes: [Change], of subject: Subject, _ what: String) async throws -> Int {
        let start = ContinuousClock.now
        let width = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let passed = try await withThrowingTaskGroup(of: [String].self) { group in
            for worker in 0..<width {
                group.addTask {
                    let bench = try Bench(worker)
                    var passed: [String] = []
                    for place in stride(from: worker, to: changes.count, by: width) {
                        let changed = changes[place].applied(to: subject.bundle)
                        if let fault = try await bench.fault(of: changed, subject) {
                            passed.append("\(changes[place]): \(fault)")
                        }
                    }
                    bench.remove()
                    return passed
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        for line in passed.prefix(100) { print(line) }
        print(
            "\(what) of \(subject.bundle.count) bytes: \(changes.count) changes, \(passed.count) unreported, "
                + "\(ContinuousClock.now - start)")
        return passed.count
    }
}

/// A sound bundle.
struct Subject: Sendable {
    let bundle: [UInt8]
    let root: RootReference
    /// Its first and its last message, by number.
    let messages: [Int: [UInt8]]

    init(path: String) throws {
        let file = try ReadableFile(path: Array(path.utf8))
        bundle = try file.read(at: 0, count: file.size)
        let opened = try Bundle(path: Array(path.utf8))
        root = opened.root
        messages = try [1, opened.end.messages].reduce(into: [:]) { $0[$1] = try Show.bytes(opened, .number($1)) }
    }
}

/// A worker's file.
struct Bench {
    private let path: [UInt8]

    init(_ number: Int) throws {
        path = Array("/dev/shm/mailseal-mutation-\(getpid())-\(number).tar.gz".utf8)
    }

    func remove() {
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        _ = unsafe unlink(terminated)
    }

    /// What is wrong with how a changed bundle is judged; nil when it is reported and nobody sees another archive.
    func fault(of changed: [UInt8], _ subject: Subject) async throws -> String? {
        let output = try AtomicOutput(path: path)
        try output.append(changed)
        try output.commit(force: true)
        var options = VerifyOptions(path: path)
        options.jobs = 1
        // What does not begin as a bundle does cannot be judged, and is refused.
        if let report = try? await Verify.run(options), report.verdict != .altered { return report.verdict.rawValue }
        guard let opened = try? Bundle(path: path) else { return nil }
        guard opened.root == subject.root else { return "opens with another root" }
        for (number, bytes) in subject.messages {
            if let shown = try? Show.bytes(opened, .number(number)), shown != bytes {
                return "message \(number) is another"
            }
        }
        return nil
    }
}
