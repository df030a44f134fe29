// Inflating one independent block at full speed, as long as nothing about it is unusual.

/// Inflates a block that is as it must be, and gives up on any other.
///
/// Safe because its memory is given back by `deinit` alone; the output has room for `size` bytes and `slack` more, and
/// between two looks at how many bytes are there, fewer than `slack` are written.
@safe
struct BlockInflater: ~Copyable {
    /// How many bytes behind the last one of a block may be overwritten.
    static let slack = 320

    /// What made `inflateSymbols` come back.
    private enum Stop { case endOfBlock, limit, malformed }

    /// After so many bytes of a block it pays to make a table for two literals at a time.
    private static let pairingDistance = 2048
    /// The order of the lengths of code length words (RFC 1951 §3.2.7).
    private static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    private var reader: BitReader
    private let inputCount: Int
    private let output: UnsafeMutablePointer<UInt8>
    private let size: Int
    private var written = 0
    // Base64 has words of six bits, mostly: two of them fit.
    private let literals = DecodingTable(rootBits: 12, symbolCount: 288)
    private let distances = DecodingTable(rootBits: 8, symbolCount: 32)
    private let codeLengths = DecodingTable(rootBits: 7, symbolCount: 19)
    private let lengths: UnsafeMutablePointer<UInt8>
    private var hasFixedCode = false
    private var isPaired = false

    private init(_ reader: BitReader, inputCount: Int, output: UnsafeMutablePointer<UInt8>, size: Int) {
        self.reader = reader
        self.inputCount = inputCount
        unsafe self.output = output
        self.size = size
        unsafe lengths = .allocate(capacity: 320)
    }

    deinit {
        literals.deallocate()
        distances.deallocate()
        codeLengths.deallocate()
        unsafe lengths.deallocate()
    }

    /// The block's bytes, if they are `size` and all rules of `Deflate.inflate(block:size:)` are kept.
    static func inflate(_ block: Span<UInt8>, size: Int) -> [UInt8]? {
        var isRegular = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size + slack) { buffer, filled in
            guard let output = buffer.baseAddress else { return }
            isRegular = unsafe block.withUnsafeBufferPointer { input in
                guard let start = input.baseAddress else { return false }
                let reader = unsafe BitReader(start, count: input.count)
                var inflater = unsafe BlockInflater(reader, inputCount: input.count, output: output, size: size)
                return inflater.inflate()
            }
            filled = isRegular ? size : 0
        }
        return isRegular ? bytes : nil
    }

    private mutating func inflate() -> Bool {
        while reader.byteCount <= inputCount {
            switch reader.take(3) {
            case 0b000:
                guard let count = copyStored() else { return false }
                // The first empty stored block behind the last byte ends the block.
                if count == 0 && written == size { return reader.byteCount == inputCount }
            case 0b010: guard readFixedCode(), inflateSymbols() else { return false }
            case 0b100: guard readDynamicCode(), inflateSymbols() else { return false }
            default: return false
            }
        }
        return false
    }

    /// The number of bytes of a stored block; nil if it is damaged or too long (RFC 1951 §3.2.4).
    private mutating func copyStored() -> Int? {
        guard reader.align() else { return nil }
        let count = reader.take(16)
        guard count == reader.take(16) ^ 0xFFFF, reader.align() else { return nil }
        guard count <= size - written, unsafe reader.copy(count, to: output + written) else { return nil }
        written += count
        return count
    }

    /// Makes the tables of the fixed code (RFC 1951 §3.2.6).
    private mutating func readFixedCode() -> Bool {
        if hasFixedCode { return true }
        for symbol in 0..<288 {
            unsafe lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
        }
        for symbol in 288..<320 { unsafe lengths[symbol] = 5 }
        hasFixedCode = buildTables(literalCount: 288, distanceCount: 32)
        return hasFixedCode
    }

    /// Makes the tables of the code at the head of a dynamic block (RFC 1951 §3.2.7).
    private mutating func readDynamicCode() -> Bool {
        hasFixedCode = false
        let literalCount = reader.take(5) + 257
        let distanceCount = reader.take(5) + 1
        let codeLengthCount = reader.take(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else { return false }
        unsafe lengths.update(repeating: 0, count: 19)
        for place in 0..<codeLengthCount {
            unsafe lengths[Self.codeLengthOrder[place]] = UInt8(truncatingIfNeeded: reader.take(3))
        }
        guard unsafe codeLengths.build(lengths, count: 19, entries: DecodingEntry.codeLengths, mayBeIncomplete: false)
        else { return false }
        var place = 0
        while place < literalCount + distanceCount {
            guard let (value, count) = takeLengths(after: place) else { return false }
            guard count <= literalCount + distanceCount - place else { return false }
            unsafe (lengths + place).update(repeating: value, count: count)
            place += count
        }
        // Without an end the code is of no use.
        guard unsafe lengths[256] != 0 else { return false }
        return buildTables(literalCount: literalCount, distanceCount: distanceCount)
    }

    /// The next code length, and how many symbols have it.
    private mutating func takeLengths(after place: Int) -> (value: UInt8, count: Int)? {
        reader.refill()
        let entry = unsafe codeLengths.entries[Int(truncatingIfNeeded: reader.bits & 0x7F)]
        reader.drop(UInt64(entry & 0xFF))
        switch entry >> 16 {
        case 16:
            guard place > 0 else { return nil }
            return (unsafe lengths[place - 1], reader.take(2) + 3)
        case 17: return (0, reader.take(3) + 3)
        case 18: return (0, reader.take(7) + 11)
        case let length: return (UInt8(truncatingIfNeeded: length), 1)
        }
    }

    private mutating func buildTables(literalCount: Int, distanceCount: Int) -> Bool {
        isPaired = false
        return unsafe literals.build(
            lengths, count: literalCount, entries: DecodingEntry.literals, mayBeIncomplete: true)
            && distances.build(
                lengths + literalCount, count: distanceCount, entries: DecodingEntry.distances, mayBeIncomplete: true)
    }

    /// Inflates up to the end of the deflate block.
    private mutating func inflateSymbols() -> Bool {
        var stop = inflateSymbols(upTo: min(size, written + Self.pairingDistance))
        if stop == .limit && written <= size {
            if !isPaired { literals.pairLiterals() }
            isPaired = true
            stop = inflateSymbols(upTo: size)
        }
        return stop == .endOfBlock && written <= size
    }

    /// Inflates up to the end of the deflate block, or until more bytes are there than the limit.
    private mutating func inflateSymbols(upTo limit: Int) -> Stop {
        var reader = reader
        var next = unsafe output + written
        defer {
            self.reader = reader
            unsafe written = next - output
        }
        let end = unsafe output + limit
        let literals = unsafe literals.entries
        let distances = unsafe distances.entries
        while unsafe next <= end {
            reader.refill()
            var entry = unsafe literals[Int(truncatingIfNeeded: reader.bits & 0xFFF)]
            if entry & DecodingEntry.isNoLiteral == 0 {
                guard let behind = unsafe putLiterals(entry, from: literals, &next, &reader) else { continue }
                entry = behind
                reader.refill()
            }
            if entry & DecodingEntry.isSpecial != 0 {
                entry = unsafe self.entry(behind: entry, in: literals, &reader)
                if entry & DecodingEntry.isNoLiteral == 0 {
                    unsafe put(entry, &next, &reader)
                    continue
                }
                if entry & DecodingEntry.isSpecial != 0 {
                    reader.drop(UInt64(entry & 0xFF))
                    return entry & DecodingEntry.isEndOfBlock != 0 ? .endOfBlock : .malformed
                }
            }
            let length = value(entry, &reader)
            entry = unsafe distances[Int(truncatingIfNeeded: reader.bits & 0xFF)]
            entry = unsafe self.entry(behind: entry, in: distances, &reader)
            guard entry & DecodingEntry.isSpecial == 0 else { return .malformed }
            let distance = value(entry, &reader)
            guard unsafe distance <= next - output else { return .malformed }
            unsafe copyMatch(length, distance, &next)
        }
        return .limit
    }

    /// Writes entries of literals, and gives the entry behind them; nil after the fourth, as 56 bits hold no fifth look.
    @inline(__always)
    private func putLiterals(
        _ first: UInt32, from literals: UnsafeMutablePointer<UInt32>, _ next: inout UnsafeMutablePointer<UInt8>,
        _ reader: inout BitReader
    ) -> UInt32? {
        var entry = first
        for _ in 0..<3 {
            unsafe put(entry, &next, &reader)
            entry = unsafe literals[Int(truncatingIfNeeded: reader.bits & 0xFFF)]
            if entry & DecodingEntry.isNoLiteral != 0 { return entry }
        }
        unsafe put(entry, &next, &reader)
        return nil
    }

    /// Writes one or two literals.
    @inline(__always)
    private func put(_ entry: UInt32, _ next: inout UnsafeMutablePointer<UInt8>, _ reader: inout BitReader) {
        let pair = UInt16(truncatingIfNeeded: entry &>> 16).littleEndian
        unsafe UnsafeMutableRawPointer(next).storeBytes(of: pair, as: UInt16.self)
        unsafe next += Int(UInt8(truncatingIfNeeded: entry &>> 8))
        reader.drop(UInt64(entry))
    }

    /// The entry that stands for the rest of a long code word.
    @inline(__always)
    private func entry(
        behind entry: UInt32, in entries: UnsafeMutablePointer<UInt32>, _ reader: inout BitReader
    ) -> UInt32 {
        guard entry & DecodingEntry.isSubtable != 0 else { return entry }
        reader.drop(UInt64(entry & 0xFF))
        let rest = reader.bits & (1 &<< UInt64(entry &>> 8 & 0xF) &- 1)
        return unsafe entries[Int(entry &>> 16) &+ Int(truncatingIfNeeded: rest)]
    }

    /// Takes a length or a distance with its extra bits.
    @inline(__always)
    private func value(_ entry: UInt32, _ reader: inout BitReader) -> Int {
        let taken = reader.bits & (1 &<< UInt64(entry & 0x3F) &- 1)
        reader.drop(UInt64(entry))
        return Int(entry &>> 16) &+ Int(truncatingIfNeeded: taken &>> UInt64(entry &>> 8 & 0xF))
    }

    /// Copies what stands `distance` before `next`, and up to 15 bytes more.
    @inline(__always)
    private func copyMatch(_ length: Int, _ distance: Int, _ next: inout UnsafeMutablePointer<UInt8>) {
        let end = unsafe next + length
        var place = unsafe next
        if distance >= 16 {
            repeat {
                let bytes = unsafe UnsafeRawPointer(place - distance).loadUnaligned(as: SIMD16<UInt8>.self)
                unsafe UnsafeMutableRawPointer(place).storeBytes(of: bytes, as: SIMD16<UInt8>.self)
                unsafe place += 16
            } while unsafe place < end
        } else if distance >= 8 {
            repeat {
                let bytes = unsafe UnsafeRawPointer(place - distance).loadUnaligned(as: UInt64.self)
                unsafe UnsafeMutableRawPointer(place).storeBytes(of: bytes, as: UInt64.self)
                unsafe place += 8
            } while unsafe place < end
        } else if distance == 1 {
            unsafe place.update(repeating: place[-1], count: length)
        } else {
            repeat {
                unsafe place.pointee = place[-distance]
                unsafe place += 1
            } while unsafe place < end
        }
        unsafe next = end
    }
}
