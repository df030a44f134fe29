// The central directory of a ZIP archive (APPNOTE 6.3.10 §4.3.12): its names as bytes, and those times that are UTC.

import Bytes
import Files

/// What a ZIP archive says of its members, in the order in which their data lie.
struct ZipDirectory {
    /// One member.
    struct Entry: Equatable {
        /// The name's bytes, in whatever charset they are.
        let name: [UInt8]
        /// The UTC time of an extra field; the DOS time, in an unknown time zone, is not used.
        let mtime: Int?
        /// Where its data lie.
        let offset: Int
        /// The bytes of its data, and how many they are as they are stored.
        let size: Int, packedSize: Int
        /// How they are compressed (§4.4.5): what tells two members at one place apart.
        let method: Int
        /// Whether an extra field gives the name once more, in UTF-8 (Info-ZIP, 0x7075).
        let hasOtherName: Bool

        /// Whether this can be the member to which libarchive gives a path.
        ///
        /// Only ASCII names are compared: of others it changes charset and form. It also writes `\` as `/` at times, and
        /// a `/` behind folders.
        func mayBe(_ path: [UInt8]) -> Bool {
            hasOtherName || name.contains { $0 >= 0x80 } || Self.comparable(name) == Self.comparable(path)
        }

        /// Whether it has data that are not read when it is of this kind: libarchive reads those of files only.
        func hidesData(as kind: Member.Kind) -> Bool {
            switch kind {
            // However nothing is compressed, that takes a few bytes.
            case .directory, .special: size > 0 || packedSize > 32
            // A link's data are its target, which ends at a NUL; other than ASCII may have another length in UTF-8.
            case .link(let target): size != target.count && target.allSatisfy { $0 < 0x80 }
            case .file, .unsupported: false
            }
        }

        private static func comparable(_ path: [UInt8]) -> [UInt8] {
            let path = path.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
            return path.last == UInt8(ascii: "/") ? path.dropLast() : path
        }
    }

    /// A directory larger than this is not read.
    static let sizeLimit = 256 << 20

    /// Members with their own place, by that place.
    let entries: [Entry]
    /// Whether the directory names another member at a place where one of these lies.
    let isAmbiguous: Bool

    /// Reads the directory of content; nil when there is none that can be made sense of.
    init?(of content: Intake.Content) {
        guard let (offset, size) = try? Self.range(in: content), size <= Self.sizeLimit,
            let bytes = try? content.read(at: offset, count: size)
        else { return nil }
        var entries: [Entry] = []
        var position = 0
        while position + 46 <= bytes.count, bytes.u32(position) == 0x0201_4B50 {
            let (nameLength, extraLength) = (bytes.u16(position + 28), bytes.u16(position + 30))
            let end = position + 46 + nameLength + extraLength + bytes.u16(position + 32)
            guard end <= bytes.count else { return nil }
            let name = bytes[(position + 46)..<(position + 46 + nameLength)]
            let extra = bytes[name.endIndex..<(name.endIndex + extraLength)]
            // What does not fit into 32 bits stands in a field of its own, in this order (§4.5.3).
            var wide = (Self.field(0x0001, in: extra) ?? [])[...]
            let (size, packedSize, offset) = (
                Self.number(bytes.u32(position + 24), &wide), Self.number(bytes.u32(position + 20), &wide),
                Self.number(bytes.u32(position + 42), &wide)
            )
            entries.append(
                Entry(
                    name: Array(name), mtime: Self.mtime(in: extra), offset: offset, size: size,
                    packedSize: packedSize, method: bytes.u16(position + 10),
                    hasOtherName: Self.field(0x7075, in: extra) != nil))
            position = end
        }
        guard position == bytes.count else { return nil }
        (self.entries, isAmbiguous) = Self.inDataOrder(entries)
    }

    /// libarchive gives members by the place of their data, and only the first of several at one place.
    private static func inDataOrder(_ entries: [Entry]) -> (entries: [Entry], isAmbiguous: Bool) {
        let sorted = entries.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
        var (ordered, isAmbiguous) = ([Entry](), false)
        for (_, entry) in sorted {
            if let last = ordered.last, last.offset == entry.offset {
                isAmbiguous = isAmbiguous || entry != last
            } else {
                ordered.append(entry)
            }
        }
        return (ordered, isAmbiguous)
    }

    /// Where the directory lies, by the record at the archive's end (§4.3.16) or its 64-bit twin (§4.3.14).
    private static func range(in content: Intake.Content) throws(FileError) -> (offset: Int, size: Int)? {
        let tailStart = max(0, content.size - 22 - 0xFFFF)
        let tail = try content.read(at: tailStart, count: content.size - tailStart)
        var record = tail.count - 22
        while record >= 0, tail.u32(record) != 0x0605_4B50 || record + 22 + tail.u16(record + 20) > tail.count {
            record -= 1
        }
        guard record >= 0 else { return nil }
        var (size, offset) = (tail.u32(record + 12), tail.u32(record + 16))
        var directoryEnd = tailStart + record
        let locator = tailStart + record - 20
        if locator >= 0 {
            let bytes = try content.read(at: locator, count: 20)
            let place = bytes.u64(8)
            if bytes.u32(0) == 0x0706_4B50, place <= content.size - 56 {
                let twin = try content.read(at: place, count: 56)
                guard twin.u32(0) == 0x0606_4B50 else { return nil }
                (size, offset) = (twin.u64(40), twin.u64(48))
                directoryEnd = place
            }
        }
        guard size <= directoryEnd, offset <= content.size else { return nil }
        // Bytes before the archive shift it; the directory always ends where its end record starts.
        return (directoryEnd - size, size)
    }

    /// A number, or the next one of 64 bits when it says that there is one.
    private static func number(_ narrow: Int, _ wide: inout ArraySlice<UInt8>) -> Int {
        guard narrow == 0xFFFF_FFFF, wide.count >= 8 else { return narrow }
        defer { wide.removeFirst(8) }
        return Array(wide).u64(0)
    }

    private static func field(_ wanted: Int, in extra: ArraySlice<UInt8>) -> [UInt8]? {
        let extra = Array(extra)
        var position = 0
        while position + 4 <= extra.count {
            let end = position + 4 + extra.u16(position + 2)
            guard end <= extra.count else { return nil }
            if extra.u16(position) == wanted { return Array(extra[(position + 4)..<end]) }
            position = end
        }
        return nil
    }

    /// The time of the extended timestamp (Info-ZIP, 0x5455) or of the NTFS field (§4.5.5), both in UTC.
    private static func mtime(in extra: ArraySlice<UInt8>) -> Int? {
        if let stamp = field(0x5455, in: extra), stamp.count >= 5, stamp[0] & 1 == 1 {
            return Int(Int32(truncatingIfNeeded: stamp.u32(1)))
        }
        if let times = field(0x000A, in: extra), times.count >= 16, times.u16(4) == 1, times.u16(6) >= 8 {
            // 100 ns ticks since 1601.
            return times.u64(8) / 10_000_000 - 11_644_473_600
        }
        return nil
    }
}

extension [UInt8] {
    fileprivate func u16(_ offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }

    fileprivate func u32(_ offset: Int) -> Int { u16(offset) | u16(offset + 2) << 16 }

    /// A number of 8 bytes; numbers that do not fit are as large as can be.
    fileprivate func u64(_ offset: Int) -> Int {
        let high = u32(offset + 4)
        return high > 0x7FFF_FFFF ? Int.max : u32(offset) | high << 32
    }
}
