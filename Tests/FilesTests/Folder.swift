// What the tests of files ask of their folder.

import Foundation
import ScratchFolders

extension ScratchFolder {
    /// A file's text; nil when there is none.
    func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: root + "/" + name).map { String(decoding: $0, as: UTF8.self) }
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: root + "/" + name, withDestinationPath: target)
    }
}
