// The forms of line ends of the test data of other projects.

import Bytes

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
