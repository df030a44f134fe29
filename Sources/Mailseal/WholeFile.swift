// A file that is small enough to be held whole.

import Bytes
public import Files

extension ReadableFile {
    /// All bytes of the file at a path; throws when they are more than `limit`.
    public static func bytes(named path: [UInt8], limit: Int) throws -> [UInt8] {
        let file = try ReadableFile(named: path)
        guard file.size <= limit else {
            throw MailsealError("\(path.displayText) has \(file.size) bytes, expected at most \(limit)")
        }
        return try file.read(at: 0, count: file.size)
    }
}
