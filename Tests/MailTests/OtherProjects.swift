// Where the test data of other projects lies, which is compared with and never kept here.

import Bytes
import Foundation

/// Clones of other projects, in the folder that the environment variable `MAILSEAL_OTHERS` names (Docs/reliability.md).
enum OtherProjects {
    /// A folder of a clone, or nil and a line that says so.
    static func folder(_ path: String) -> URL? {
        if let root = ProcessInfo.processInfo.environment["MAILSEAL_OTHERS"] {
            let folder = URL(filePath: root).appending(path: path)
            if FileManager.default.fileExists(atPath: folder.path) { return folder }
        }
        print("MAILSEAL_OTHERS has no \(path): the comparison with it steps aside")
        return nil
    }
}

/// The two forms of line ends in which a file is compared.
enum LineEndForm: CaseIterable {
    case feed
    case returnAndFeed

    /// The bytes without any CR, or with one before each LF.
    func applied(to bytes: [UInt8]) -> [UInt8] {
        if self == .feed { return bytes.filter { $0 != ASCII.cr } }
        var result: [UInt8] = []
        for byte in bytes {
            if byte == ASCII.lf, result.last != ASCII.cr { result.append(ASCII.cr) }
            result.append(byte)
        }
        return result
    }
}
