// Why the container could not be written or read at all.

import Bytes
public import Files

/// What ends the writing or reading of a bundle.
public enum ContainerError: Error, Equatable, Sendable {
    /// A system call on the file failed, or the file was shorter than expected.
    case file(FileError)
    /// The bundle is damaged at a place that this reading needs.
    case damaged(Fault)
    /// The bundle's name is not 1 to 64 of `a-z 0-9 . _ -`, not starting with `.` or `-`.
    case invalidName([UInt8])
    /// A path below the bundle's name is not 1 to 100 bytes of plain components.
    case invalidPath([UInt8])
    /// A size does not fit the eleven octal digits of a tar header.
    case invalidSize(Int)
    /// An entry's content is not as long as its header promised; counts in bytes.
    case wrongSize(path: [UInt8], expected: Int, found: Int)
    /// index.txt is longer than a reader accepts or than it can be in this file, in bytes.
    case indexTooLarge(Int)
    /// What a block of this number was compressed to does not inflate to the block: a defect of the program.
    case wrongCompression(block: Int)
    /// What was asked for lies outside of what there is, both in bytes or both in entries.
    case outOfRange(asked: Range<Int>, available: Int)
}

extension ContainerError: CustomStringConvertible {
    /// A sentence that says what, where, what was expected and what was found.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .damaged(let fault): fault.description
        case .invalidName(let name):
            "\(name.displayText) cannot name a bundle: expected 1 to 64 of a-z 0-9 . _ - with no . or - in front"
        case .invalidPath(let path):
            "\(path.displayText) cannot be a path in a bundle: expected at most 100 of a-z 0-9 . _ - in components"
        case .invalidSize(let size): "an entry of \(size) bytes does not fit a tar header"
        case .wrongSize(let path, let expected, let found):
            "\(path.displayText): expected \(expected) bytes of content, found \(found)"
        case .indexTooLarge(let size):
            "index.txt of \(size) bytes: expected what the entries call for, and at most \(BundleIndex.maximumSize)"
        case .wrongCompression(let block):
            "block \(block), from byte \(block * BundleBlocks.size) of the tar stream on, was compressed to something that "
                + "does not inflate to it: this is a defect of mailseal, please report it"
        case .outOfRange(let asked, let available):
            "cannot read \(asked.lowerBound)..<\(asked.upperBound): expected a range within 0..<\(available)"
        }
    }
}
