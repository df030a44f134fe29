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
    ///
    /// Errors show `shown`, by default the path itself.
    init(_ path: [UInt8], for action: String, shown: String? = nil) throws(FileError) {
        self.shown = shown ?? path.displayText
        guard !path.isEmpty, !path.contains(0) else { throw FileError(action, self.shown, code: EINVAL) }
        characters = path.map { CChar(bitPattern: $0) } + [0]
    }

    /// The folder that the last component lies in (`.` when there is no slash) and that component.
    static func split(_ path: [UInt8]) -> (folder: [UInt8], name: [UInt8]) {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return ([UInt8(ascii: ".")], path) }
        let name = Array(path[(slash + 1)...])
        return (slash == 0 ? [UInt8(ascii: "/")] : Array(path[..<slash]), name)
    }

    /// Waits until a name that was just put into a folder is on the disk.
    static func synchronize(_ folder: Descriptor, holding target: CPath) throws(FileError) {
        do throws(FileError) {
            try folder.synchronize()
        } catch {
            throw FileError("bring to the disk the name of", target.shown, code: error.code)
        }
    }
}
