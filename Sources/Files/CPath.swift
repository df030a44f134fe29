// A path as system calls take it: bytes with a NUL after them and none within.

import Bytes
import Glibc

/// A path or file name, ready for the system.
struct CPath {
    /// The characters, the NUL at the end included.
    let characters: [CChar]
    /// The path, for messages only.
    let shown: String

    /// The path of these bytes; a NUL within them would cut it short and is refused.
    init(_ path: [UInt8], for action: String) throws(FileError) {
        shown = path.displayText
        guard !path.isEmpty, !path.contains(0) else { throw FileError(action, shown, code: EINVAL) }
        characters = path.map { CChar(bitPattern: $0) } + [0]
    }

    /// The folder that the last component lies in (`.` when there is no slash) and that component.
    static func split(_ path: [UInt8]) -> (folder: [UInt8], name: [UInt8]) {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return ([UInt8(ascii: ".")], path) }
        let name = Array(path[(slash + 1)...])
        return (slash == 0 ? [UInt8(ascii: "/")] : Array(path[..<slash]), name)
    }
}
