// A bundle from standard input is kept in an unlinked temporary file, since verification reads it more than once.

import Files
import Glibc

/// Standard input.
enum StandardInput {
    /// Everything that comes, in an unlinked file.
    static func spooled() throws -> ReadableFile {
        let spool = try TemporaryFile()
        while true {
            let piece = try read()
            if piece.isEmpty { return try spool.readable(from: "standard input") }
            try spool.append(piece)
        }
    }

    private static func read() throws -> [UInt8] {
        var failure: FileError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
            while true {
                let step = unsafe Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                if step >= 0 {
                    count = step
                    return
                }
                guard errno == EINTR else {
                    failure = FileError("read", "standard input", code: errno)
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
