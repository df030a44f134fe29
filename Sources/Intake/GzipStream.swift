// Gzip files (RFC 1952), read by the house's own inflater: every check value is compared and no byte is left out.

import Bytes
import Deflate
import Files

/// The bytes that all members of a gzip file unpack to.
final class GzipStream: ByteStream {
    private static let window = 1 << 16
    private static let trailerLength = 8

    private let content: Intake.Content
    private let allowance: Allowance
    private var position = 0
    private var inflater: InflateStream?
    private var check = CRC32()
    private var output: [UInt8] = []
    private var given = 0

    /// A stream over a gzip file; what it unpacks to is taken off the allowance.
    init(_ content: Intake.Content, _ allowance: Allowance) {
        self.content = content
        self.allowance = allowance
    }

    func read(upTo count: Int) throws(ArchiveFault) -> [UInt8] {
        while given == output.count {
            guard inflater != nil || position < content.size else { return [] }
            output = try more()
            given = 0
            guard allowance.spend(output.count) else { throw .expanding }
        }
        let end = min(output.count, given + count)
        defer { given = end }
        return Array(output[given..<end])
    }

    /// The next output; none where a member or the file ends.
    private func more() throws(ArchiveFault) -> [UInt8] {
        guard let inflater else {
            try beginMember()
            return []
        }
        let step: InflateStream.Step
        do throws(DeflateError) {
            step = try inflater.next()
        } catch {
            throw .damaged("its deflate data are damaged at byte \(position - inflater.unconsumedCount)")
        }
        switch step {
        case .output(let bytes):
            check.update(bytes)
            return bytes
        case .flush: break
        case .needsInput: try feed(inflater)
        case .end: try endMember(inflater)
        }
        return []
    }

    private func feed(_ inflater: InflateStream) throws(ArchiveFault) {
        let bytes = try bytes(Self.window)
        guard !bytes.isEmpty else { throw .damaged("it is cut short") }
        inflater.feed(bytes)
        position += bytes.count
    }

    /// Reads a member's header (§2.3), or the zeros that may pad the file.
    private func beginMember() throws(ArchiveFault) {
        let header = try bytes(Self.window)
        if header.allSatisfy({ $0 == 0 }) {
            position += header.count
            return
        }
        guard let length = Self.headerLength(header) else { throw .damaged("no gzip header at byte \(position)") }
        position += length
        inflater = InflateStream()
        check = CRC32()
    }

    /// Compares the check values after a member's data.
    private func endMember(_ ended: InflateStream) throws(ArchiveFault) {
        position -= ended.unconsumedCount
        let trailer = try bytes(Self.trailerLength)
        guard trailer.count == Self.trailerLength else { throw .damaged("it is cut short") }
        let (crc, size) = (Self.little(trailer[..<4]), Self.little(trailer[4...]))
        guard crc == check.value, size == UInt32(truncatingIfNeeded: ended.outputCount) else {
            throw .damaged("its check values are not those of its data")
        }
        position += trailer.count
        inflater = nil
    }

    /// The length of the header that the bytes start with; nil when they start with none.
    static func headerLength(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 10, bytes.starts(with: [0x1F, 0x8B, 0x08]), bytes[3] & 0xE0 == 0 else { return nil }
        let flags = bytes[3]
        var length = 10
        if flags & 4 != 0 {
            guard bytes.count >= length + 2 else { return nil }
            length += 2 + Int(bytes[length]) + Int(bytes[length + 1]) << 8
        }
        for flag: UInt8 in [8, 16] where flags & flag != 0 {
            guard length < bytes.count, let end = bytes[length...].firstIndex(of: 0) else { return nil }
            length = end + 1
        }
        if flags & 2 != 0 { length += 2 }
        return length <= bytes.count ? length : nil
    }

    private func bytes(_ count: Int) throws(ArchiveFault) -> [UInt8] {
        do throws(FileError) {
            return try content.read(at: position, count: min(count, content.size - position))
        } catch {
            throw ArchiveFault(error)
        }
    }

    private static func little(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
