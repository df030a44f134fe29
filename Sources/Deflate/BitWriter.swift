// Bits into bytes, the least significant first (RFC 1951 §3.1.1), by way of a 64-bit accumulator.

/// Writes bits into memory that its owner keeps alive.
///
/// Safe because `reserve` is asked before anything is written.
@safe
struct BitWriter {
    private let start: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private var next: UnsafeMutablePointer<UInt8>
    private var pending: UInt64 = 0
    private var pendingCount: UInt64 = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>, start: UnsafeMutablePointer<UInt8>) {
        unsafe self.start = start
        unsafe next = start
        capacity = buffer.count
    }

    /// The number of whole bytes written.
    var byteCount: Int { unsafe next - start }

    /// The number of bits that a stored block's header leaves unused before its length, at the present place.
    var paddingAfterBlockHeader: Int { Int(truncatingIfNeeded: (8 &- (pendingCount &+ 3) & 7) & 7) }

    /// Traps unless `bits` more bits have room, and the eight bytes that a flush may touch beyond them.
    func reserve(bits: Int) { precondition(byteCount + (bits + 7) / 8 + 16 <= capacity, "deflate output has no room") }

    /// Appends the low `count` bits of `bits`, whose other bits are zero; at most 56 between two flushes.
    @inline(__always)
    mutating func append(_ bits: UInt64, count: UInt64) {
        pending |= bits &<< pendingCount
        pendingCount &+= count
    }

    /// Moves all whole bytes to memory; fewer than eight bits stay pending.
    @inline(__always)
    mutating func flush() {
        unsafe UnsafeMutableRawPointer(next).storeBytes(of: pending.littleEndian, as: UInt64.self)
        unsafe next += Int(truncatingIfNeeded: pendingCount &>> 3)
        pending &>>= pendingCount & ~7
        pendingCount &= 7
    }

    /// Appends one value and flushes; `count` is at most 56.
    mutating func write(_ bits: Int, count: Int) {
        append(UInt64(bits), count: UInt64(count))
        flush()
    }

    /// Appends zero bits up to the next byte boundary.
    mutating func align() {
        pendingCount = (pendingCount &+ 7) & ~7
        flush()
    }

    /// Copies whole bytes; the place must be a byte boundary.
    mutating func copy(_ bytes: UnsafePointer<UInt8>, count: Int) {
        unsafe next.update(from: bytes, count: count)
        unsafe next += count
    }
}
