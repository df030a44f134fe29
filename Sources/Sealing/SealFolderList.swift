// The lists of a seal, in the form that sha256sum and sha512sum write and read.

import Bytes

/// Why a list of digests is none; a digest that does not hold is a value, not an error.
public enum SealFolderError: Error, Equatable, CustomStringConvertible {
    /// A line, counted from 1, is not what must stand there.
    case malformedList(line: Int, expected: String)

    /// A sentence.
    public var description: String {
        switch self {
        case .malformedList(let line, let expected): "malformed list in line \(line), expected \(expected)"
        }
    }
}

/// Digests of files, one a line: lower-case hexadecimal digits, two spaces, the name, LF.
public struct SealFolderList: Hashable, Sendable {
    /// A line.
    public struct Line: Hashable, Sendable {
        /// The digest.
        public let digest: [UInt8]
        /// The name of a file in the folder, or `../` and that of the bundle.
        public let name: [UInt8]

        /// Whether the line is about the bundle, beside the folder.
        public var isOfBundle: Bool { name.starts(with: SealFolderList.beside) }
    }

    /// The most lines that are read.
    public static let mostLines = 1001

    /// The lines, each name once.
    public let lines: [Line]

    fileprivate static let beside = "../".bytes

    /// Reads exactly the text that such lines give, with digests of so many bytes.
    public init(parsing text: [UInt8], digestLength: Int) throws(SealFolderError) {
        guard text.last == ASCII.lf else { throw .malformedList(line: 1, expected: "lines that end in a line feed") }
        var lines: [Line] = []
        var names: Set<[UInt8]> = []
        for line in text.dropLast().split(separator: ASCII.lf, omittingEmptySubsequences: false) {
            let number = lines.count + 1
            guard number <= Self.mostLines else {
                throw .malformedList(line: number, expected: "at most \(Self.mostLines) lines")
            }
            let digits = line.prefix(2 * digestLength)
            let name = Array(line.dropFirst(2 * digestLength + 2))
            guard digits.count == 2 * digestLength, let digest = Hexadecimal.decode(digits),
                line.dropFirst(digits.count).starts(with: [ASCII.space, ASCII.space]), Self.isName(name)
            else {
                throw .malformedList(
                    line: number, expected: "\(2 * digestLength) hexadecimal digits, two spaces and a name")
            }
            guard names.insert(name).inserted else { throw .malformedList(line: number, expected: "each name once") }
            lines.append(Line(digest: digest, name: name))
        }
        self.lines = lines
    }

    /// A name without slash, or one right beside the folder; nothing that `sha256sum` would write in another way.
    private static func isName(_ name: [UInt8]) -> Bool {
        let last = name.starts(with: beside) ? name.dropFirst(beside.count) : name[...]
        return !last.isEmpty && last.allSatisfy { $0 >= ASCII.space && $0 != 0x7F && $0 != 0x5C && $0 != 0x2F }
            && !last.elementsEqual("..".utf8) && !last.elementsEqual(".".utf8)
    }
}
