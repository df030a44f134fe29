// zlib's raw inflate, stopped after each deflate block so that boundaries and padding can be looked at.

import CZlib

/// A raw deflate stream that is being inflated.
@safe
final class RawInflater {
    /// Why `run` came back.
    enum Stop: Equatable {
        /// A deflate block ended; it was the last one of the stream.
        case finalBlock
        /// A deflate block ended; it was an empty stored one, so the next begins at a byte boundary.
        case flush
        /// Another deflate block ended.
        case block
        /// All input was taken, or the output is full.
        case exhausted
        /// The bytes are no deflate data.
        case malformed
    }

    /// The number of bytes taken so far.
    private(set) var inputCount = 0
    /// The number of bytes given so far.
    private(set) var outputCount = 0
    /// The offset just after the first padding bits that are not all zero.
    private(set) var nonzeroPadding: Int?

    // zlib keeps a pointer back to the stream, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var lastByte: UInt8 = 0
    /// Those first bits of the present block that the block before it left in its last byte, nil once its type is known.
    private var head: (bits: UInt32, count: UInt32)? = (0, 0)
    private var isStored = false
    private var outputCountBeforeBlock = 0

    init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib does not inflate")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Inflates up to the end of a deflate block, of the input or of the output; at most 1 GiB of each at a time.
    func run(
        _ input: Span<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) -> (taken: Int, given: Int, stop: Stop) {
        let available = min(input.count, 1 << 30)
        let room = min(output.count, 1 << 30)
        examineHead(next: available > 0 ? input[0] : nil)
        let status = unsafe input.withUnsafeBufferPointer { bytes in
            // zlib's type is not const, but it does not write to its input.
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            unsafe stream.pointee.avail_in = UInt32(available)
            unsafe stream.pointee.next_out = output.baseAddress
            unsafe stream.pointee.avail_out = UInt32(room)
            return unsafe inflate(stream, Z_BLOCK)
        }
        let taken = unsafe available - Int(stream.pointee.avail_in)
        let given = unsafe room - Int(stream.pointee.avail_out)
        if taken > 0 { lastByte = input[taken - 1] }
        inputCount += taken
        outputCount += given
        guard status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END else {
            return (taken, given, .malformed)
        }
        return (taken, given, unsafe finishBlock(zlibState: Int(stream.pointee.data_type)))
    }

    /// What `data_type` says: bits 0–2 the unused bits of the last byte, 64 the final block, 128 the end of a block.
    private func finishBlock(zlibState: Int) -> Stop {
        guard zlibState & 128 != 0 else { return .exhausted }
        let unused = UInt32(zlibState & 7)
        let bits = UInt32(lastByte) >> (8 - unused)
        if zlibState & 64 != 0 {
            if bits != 0 { notePadding(endingAt: inputCount) }
            return .finalBlock
        }
        let wasEmpty = outputCount == outputCountBeforeBlock
        let wasStored = isStored
        head = (bits, unused)
        outputCountBeforeBlock = outputCount
        return wasStored && wasEmpty ? .flush : .block
    }

    /// Reads a block's three first bits as soon as they are there, and the padding after them if it is a stored one.
    private func examineHead(next: UInt8?) {
        guard var (bits, count) = head else { return }
        var end = inputCount
        if count < 3 {
            guard let next else { return }
            bits |= UInt32(next) << count
            count += 8
            end += 1
        }
        isStored = bits >> 1 & 3 == 0
        if isStored && bits >> 3 != 0 { notePadding(endingAt: end) }
        head = nil
    }

    private func notePadding(endingAt offset: Int) {
        if nonzeroPadding == nil { nonzeroPadding = offset }
    }
}
