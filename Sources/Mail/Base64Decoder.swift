// Base64 bodies, read leniently (RFC 2045 §6.8).

/// The decoder of base64 bodies.
///
/// Bytes outside the alphabet `A`–`Z a`–`z 0`–`9 + /` are skipped. Letters make groups of four, each three bytes. A `=`
/// after two or three letters of a group ends the data, and the group gives one or two bytes; any other `=` is skipped.
/// A group that the body's end leaves incomplete is dropped.
struct Base64Decoder: BodyDecoder {
    private(set) var defects: Set<Defect> = []

    private var position = 0
    private var group: UInt32 = 0
    private var letters = 0
    private let values = Self.values

    mutating func fill(_ piece: inout Piece, from coded: Span<UInt8>) -> Bool {
        let start = position
        let values = values
        piece.count = unsafe coded.withUnsafeBufferPointer { coded in
            unsafe piece.bytes.withUnsafeMutableBufferPointer { output in
                unsafe values.withUnsafeBufferPointer { values in unsafe decode(coded, to: output, values) }
            }
        }
        guard position == coded.count || position == start else { return true }
        if letters > 0 { defects.insert(.base64Incomplete) }
        return false
    }

    /// Decodes from `position` until the output is nearly full or the data ends; returns how many bytes it wrote.
    private mutating func decode(
        _ coded: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>,
        _ values: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var written = 0
        let room = output.count - 3
        while position < coded.count, written <= room {
            if letters == 0 {
                written += unsafe decodeGroups(coded, to: output, at: written)
                guard position < coded.count, written <= room else { break }
            }
            let byte = unsafe coded[position]
            position += 1
            let value = unsafe values[Int(byte)]
            if value < 64 {
                group = group << 6 | UInt32(value)
                letters += 1
                guard letters == 4 else { continue }
                for shift: UInt32 in [16, 8, 0] {
                    unsafe output[written] = UInt8(truncatingIfNeeded: group >> shift)
                    written += 1
                }
                letters = 0
            } else if byte == 0x3D, letters >= 2 {
                for place in 1..<letters {
                    unsafe output[written] = UInt8(truncatingIfNeeded: group >> UInt32(6 * letters - 8 * place))
                    written += 1
                }
                letters = 0
                unsafe skipRest(coded, values)
            } else if value == Self.junk {
                defects.insert(.base64Junk)
            }
        }
        return written
    }

    /// Decodes as long as groups of four letters follow each other, with line ends between them: nearly all of a body.
    private mutating func decodeGroups(
        _ coded: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) -> Int {
        guard let input = coded.baseAddress, let target = output.baseAddress else { return 0 }
        // A group is written as four bytes, the last of which the next group replaces.
        let inputEnd = coded.count - 4
        let outputEnd = output.count - 4
        var place = position
        var written = start
        unsafe Self.groups.withUnsafeBufferPointer { groups in
            guard let groups = groups.baseAddress else { return }
            while place <= inputEnd, written <= outputEnd {
                let letters = unsafe UInt32(
                    littleEndian: UnsafeRawPointer(input + place).loadUnaligned(as: UInt32.self))
                let a = unsafe groups[Int(letters & 255)]
                let b = unsafe groups[Int(256 | letters &>> 8 & 255)]
                let c = unsafe groups[Int(512 | letters &>> 16 & 255)]
                let group = unsafe a | b | c | groups[Int(768 | letters &>> 24)]
                if group & Self.noLetter == 0 {
                    unsafe UnsafeMutableRawPointer(target + written).storeBytes(of: group.bigEndian, as: UInt32.self)
                    place &+= 4
                    written &+= 3
                } else if letters & 0xFFFF == 0x0A0D {
                    place &+= 2
                } else if letters & 0xFF == 0x0A {
                    place &+= 1
                } else {
                    break
                }
            }
        }
        position = place
        return written - start
    }

    /// Passes over what follows the padded group.
    private mutating func skipRest(_ coded: UnsafeBufferPointer<UInt8>, _ values: UnsafeBufferPointer<UInt8>) {
        while position < coded.count {
            let byte = unsafe coded[position]
            if unsafe values[Int(byte)] < 64 { defects.insert(.base64AfterPadding) }
            if unsafe values[Int(byte)] == Self.junk, byte != 0x3D { defects.insert(.base64Junk) }
            position += 1
        }
    }

    private static let junk: UInt8 = 0xFF
    private static let whiteSpace: UInt8 = 0x80
    /// The value of each letter, `whiteSpace` for the bytes that may stand between lines, `junk` for any other.
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: junk, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, letter) in alphabet.utf8.enumerated() { table[Int(letter)] = UInt8(value) }
        for blank in " \t\r\n".utf8 { table[Int(blank)] = whiteSpace }
        return table
    }()

    private static let noLetter: UInt32 = 1
    /// For each place in a group the letters' values where they belong in the highest three bytes of a word, or `noLetter`.
    private static let groups: [UInt32] = [26, 20, 14, 8].flatMap { shift in
        values.map { $0 < 64 ? UInt32($0) << UInt32(shift) : noLetter }
    }
}
