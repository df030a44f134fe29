// Options that several commands share, and their parsing.

import ArgumentParser
import Bytes
import Glibc
import Mailseal
import MerkleTree

/// The program's version; it enters no bundle.
let programVersion = "0.1.0"
/// The format's name.
let formatName = Mailseal.formatName

/// Workers and memory.
struct ResourceOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("How many workers; the result does not depend on it.", valueName: "n"))
    var jobs: Int?

    @Option(help: ArgumentHelp("The memory to stay within, in MB.", valueName: "mb"))
    var memory: Int = 512

    func validate() throws {
        if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs must be from 1 to 256") }
        guard (64...1_048_576).contains(memory) else { throw ValidationError("--memory must be at least 64") }
    }

    /// The number of workers: as asked, else one for each processor.
    var workers: Int { jobs ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The memory in bytes.
    var memoryBytes: Int { memory << 20 }
}

/// Arguments of options that have a form of their own.
enum ArgumentForm {
    /// A time: RFC 3339, with any offset.
    static func time(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            throw ValidationError("expected an RFC 3339 time, such as 2017-05-05T18:35:00Z")
        }
        return time
    }

    /// A root, `SIZE:HASH`.
    static func root(_ text: String) throws -> RootReference {
        do { return try RootReference(parsing: text.bytes) } catch { throw ValidationError(error.description) }
    }

    /// A text that says something.
    static func text(_ text: String) throws -> [UInt8] {
        guard !text.isEmpty else { throw ValidationError("expected a text that is not empty") }
        return text.argumentBytes
    }
}
