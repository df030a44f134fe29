// Tar archives, read by ourselves: names stay the bytes that they are, whatever library is installed.

import Bytes

/// The members of a tar archive: old, ustar, pax and GNU.
final class TarReader: MemberReader {
    /// The longest long name or pax header that is read.
    static let extensionLimit = 1 << 20

    let kind: Intake.ContainerKind
    var library: String? { nil }
    private let stream: BufferedStream
    /// Bytes of the current member's data that were not read yet, and of the padding after it.
    private var left = 0
    private var padding = 0
    private var isDone = false

    /// The members in a stream that starts with a header block.
    init(_ stream: BufferedStream, _ kind: Intake.ContainerKind) {
        self.stream = stream
        self.kind = kind
    }

    /// What stands before a header to change it.
    private struct Changes {
        var name: [UInt8]?
        var linkName: [UInt8]?
        var pax: [[UInt8]: [UInt8]] = [:]
    }

    func next() throws(ArchiveFault) -> Member? {
        guard !isDone else { return nil }
        try finishData()
        var changes = Changes()
        while true {
            let block = try stream.take(TarHeader.length)
            guard block.count == TarHeader.length else {
                throw .damaged("it ends without an end-of-archive entry")
            }
            if block.allSatisfy({ $0 == 0 }) {
                try finishArchive()
                return nil
            }
            guard let header = TarHeader(block) else {
                throw .damaged("a header block has a wrong checksum, size or magic")
            }
            switch header.type {
            case UInt8(ascii: "L"): changes.name = try longName(header)
            case UInt8(ascii: "K"): changes.linkName = try longName(header)
            case UInt8(ascii: "x"): changes.pax = try Self.records(try extensionData(header))
            case UInt8(ascii: "g"): _ = try extensionData(header)
            default: return try member(header, changes)
            }
        }
    }

    func read() throws(ArchiveFault) -> [UInt8] {
        guard left > 0 else { return [] }
        let bytes = try stream.read(upTo: min(left, 1 << 16))
        guard !bytes.isEmpty else { throw .damaged("a member's data end \(left) bytes early") }
        left -= bytes.count
        return bytes
    }

    private func member(_ header: TarHeader, _ changes: Changes) throws(ArchiveFault) -> Member {
        var isExtended = header.isExtended
        while isExtended {
            let block = try stream.take(TarHeader.length)
            guard block.count == TarHeader.length else { throw .damaged("a sparse map is cut short") }
            isExtended = block[504] != 0
        }
        let name = changes.pax["path".bytes] ?? changes.name ?? header.name
        let target = changes.pax["linkpath".bytes] ?? changes.linkName ?? header.linkName
        var kind = Self.kind(header.type, name, target)
        if case .file = kind, header.isSparse || changes.pax.keys.contains(where: Self.isSparseKey) {
            kind = .unsupported("a sparse file")
        }
        var size = header.size
        if let stated = changes.pax["size".bytes] {
            guard let value = Self.decimal(stated), value >= 0 else { throw .damaged("a pax size is no number") }
            size = value
        }
        var mtime = header.mtime
        if let stated = changes.pax["mtime".bytes] { mtime = Self.seconds(stated) ?? mtime }
        // Links and folders have no data, whatever their size says; only pax hard links may.
        let hasData = header.type != UInt8(ascii: "2") && header.type != UInt8(ascii: "5")
        left = hasData ? size : 0
        if case .link = kind, header.type == UInt8(ascii: "1"), changes.pax["size".bytes] == nil { left = 0 }
        padding = (TarHeader.length - left % TarHeader.length) % TarHeader.length
        if try holdsHiddenData(kind, header.type) { kind = .hidingData }
        return Member(path: name, kind: kind, mtime: mtime)
    }

    /// Whether the current member has data although it is of a kind without any: other readers make a file of them.
    private func holdsHiddenData(_ kind: Member.Kind, _ type: UInt8) throws(ArchiveFault) -> Bool {
        switch kind {
        case .file, .unsupported: false
        case .directory where type == UInt8(ascii: "D"): try !isDumpDirectory()
        case .directory, .link, .special: left > 0
        }
    }

    /// Whether the current member's data are what GNU tar's incremental archives say of a folder: names, a letter
    /// before and a NUL after each, and one more NUL.
    private func isDumpDirectory() throws(ArchiveFault) -> Bool {
        guard left > 0 else { return true }
        var isWithinName = false
        var isComplete = false
        while true {
            let bytes = try read()
            if bytes.isEmpty { return isComplete }
            for byte in bytes {
                if isComplete { return false }
                if isWithinName {
                    isWithinName = byte != 0
                } else if byte == 0 {
                    isComplete = true
                } else {
                    guard Self.dumpLetters.contains(byte) else { return false }
                    isWithinName = true
                }
            }
        }
    }

    /// What GNU tar says of a name in a folder ("Dumpdir" in its manual).
    private static let dumpLetters = "DNRTXY".bytes

    /// GNU tar's, star's and Solaris' names of what only sparse members have; readers that know them give such a member another size.
    private static func isSparseKey(_ key: [UInt8]) -> Bool {
        key.starts(with: "GNU.sparse.".utf8) || key == "SCHILY.realsize".bytes || key == "SUN.holesdata".bytes
    }

    private static func kind(_ type: UInt8, _ name: [UInt8], _ target: [UInt8]) -> Member.Kind {
        switch type {
        case UInt8(ascii: "1"), UInt8(ascii: "2"): .link(target: target)
        case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): .special
        case UInt8(ascii: "5"), UInt8(ascii: "D"): .directory
        case UInt8(ascii: "M"): .unsupported("a part of a file that began in another volume")
        case UInt8(ascii: "V"): .directory
        case 0 where name.last == UInt8(ascii: "/"): .directory
        default: .file
        }
    }

    private func finishData() throws(ArchiveFault) {
        guard try stream.skip(left + padding) else { throw .damaged("a member's data are cut short") }
        (left, padding) = (0, 0)
    }

    /// After the end nothing but zeros may follow; anything else would be left out silently.
    private func finishArchive() throws(ArchiveFault) {
        isDone = true
        while true {
            let bytes = try stream.read(upTo: 1 << 16)
            if bytes.isEmpty { return }
            guard bytes.allSatisfy({ $0 == 0 }) else { throw .damaged("bytes follow its end") }
        }
    }

    private func extensionData(_ header: TarHeader) throws(ArchiveFault) -> [UInt8] {
        guard header.size <= Self.extensionLimit else { throw .damaged("an extended header of \(header.size) bytes") }
        let padded = (header.size + TarHeader.length - 1) / TarHeader.length * TarHeader.length
        let bytes = try stream.take(padded)
        guard bytes.count == padded else { throw .damaged("an extended header is cut short") }
        return Array(bytes.prefix(header.size))
    }

    private func longName(_ header: TarHeader) throws(ArchiveFault) -> [UInt8] {
        Array(try extensionData(header).prefix { $0 != 0 })
    }

    /// Pax records: `LENGTH KEY=VALUE` LF, the length counting all of it.
    static func records(_ bytes: [UInt8]) throws(ArchiveFault) -> [[UInt8]: [UInt8]] {
        var records: [[UInt8]: [UInt8]] = [:]
        var position = 0
        while position < bytes.count {
            let digits = bytes[position...].prefix { ASCII.isDigit($0) }
            guard let length = decimal(Array(digits)), length > digits.count + 1, length <= bytes.count - position,
                bytes[digits.endIndex] == ASCII.space, bytes[position + length - 1] == ASCII.lf
            else { throw .damaged("a pax record has a wrong length") }
            let record = bytes[(digits.endIndex + 1)..<(position + length - 1)]
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { throw .damaged("a pax record has no =") }
            records[Array(record[..<equals])] = Array(record[(equals + 1)...])
            position += length
        }
        return records
    }

    /// Decimal digits, up to 18 of them.
    private static func decimal(_ text: [UInt8]) -> Int? {
        guard (1...18).contains(text.count), text.allSatisfy(ASCII.isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// The whole seconds of a pax time such as `1495000000.25` or `-1.5`, rounded down.
    static func seconds(_ text: [UInt8]) -> Int? {
        let isNegative = text.first == UInt8(ascii: "-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first.flatMap({ decimal(Array($0)) }) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : []
        guard fraction.allSatisfy(ASCII.isDigit) else { return nil }
        guard isNegative else { return whole }
        return fraction.contains { $0 != 0x30 } ? -whole - 1 : -whole
    }
}
