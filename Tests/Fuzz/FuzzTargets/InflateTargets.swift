// The inflater of blocks against zlib and libdeflate.

import Bytes
import CZlib
import Deflate

enum InflateTargets {
    /// Whatever our inflater takes, zlib and libdeflate take too, and give the same; and blocks of our own are read back.
    static func inflate(_ bytes: [UInt8]) throws {
        let peer = inflateByZlib(bytes)
        if let found = try? Deflate.inflate(block: bytes, size: peer.output.count) {
            try require(peer.isWhole, "zlib takes what our inflater takes")
            try require(found == peer.output, "zlib gives what our inflater gives")
            try require(Deflate.isStream(bytes + Deflate.end, of: found), "libdeflate gives what our inflater gives")
        }
        for size in [peer.output.count - 1, peer.output.count + 1] where size >= 0 {
            try require((try? Deflate.inflate(block: bytes, size: size)) == nil, "no size but one is taken")
        }
        try checkStream(bytes, peer)
        let own = Deflate.compress(block: Array(bytes.prefix(Deflate.blockSize)))
        try require(
            (try? Deflate.inflate(block: own, size: min(bytes.count, Deflate.blockSize))) == bytes,
            "what we compress is read back")
        try require(Deflate.isStream(own + Deflate.end, of: bytes), "libdeflate reads what we compress")
    }

    /// However the bytes are cut, a stream gives the same.
    private static func checkStream(_ bytes: [UInt8], _ peer: (output: [UInt8], isWhole: Bool)) throws {
        let step = bytes.count % 7 + 1
        let stream = InflateStream()
        var output: [UInt8] = []
        var place = 0
        reading: while output.count <= limit {
            guard let next = try? stream.next() else { break }
            switch next {
            case .output(let piece): output += piece
            case .flush: continue
            case .needsInput:
                if place == bytes.count { break reading }
                stream.feed(Array(bytes[place..<min(bytes.count, place + step)]))
                place = min(bytes.count, place + step)
            case .end: break reading
            }
        }
        let common = min(output.count, peer.output.count)
        try require(output.prefix(common) == peer.output.prefix(common), "a stream gives what zlib gives")
        if peer.isWhole { try require(output.count >= peer.output.count, "a stream gives all that zlib gives") }
    }

    /// So many bytes are taken out of one input at most.
    private static let limit = 1 << 20

    /// What zlib inflates, and whether it took all bytes without an error and without an end.
    private static func inflateByZlib(_ bytes: [UInt8]) -> (output: [UInt8], isWhole: Bool) {
        var stream = unsafe z_stream()
        guard
            unsafe inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return ([], false) }
        defer { unsafe inflateEnd(&stream) }
        var input = bytes
        var status = Z_OK
        let output = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            unsafe input.withUnsafeMutableBufferPointer { input in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = UInt32(buffer.count)
                status = unsafe CZlib::inflate(&stream, Z_SYNC_FLUSH)
            }
            filled = unsafe buffer.count - Int(stream.avail_out)
        }
        return unsafe (output, stream.avail_in == 0 && (status == Z_OK || status == Z_BUF_ERROR))
    }
}
