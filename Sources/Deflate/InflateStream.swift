// Inflating a whole deflate stream whose blocks are not known beforehand, in bounded memory.

/// A raw deflate stream that is read from its start, chunk by chunk.
///
/// Give it bytes with `feed`, then call `next` until it asks for more:
///
///     while true {
///         switch try stream.next() {
///         case .output(let bytes): …
///         case .flush: …                  // stream.inputCount and stream.outputCount say where
///         case .needsInput: stream.feed(…)
///         case .end: …                    // stream.unconsumedCount bytes of the last chunk follow the deflate data
///         }
///     }
public final class InflateStream {
    /// What happened next in the stream.
    public enum Step: Equatable, Sendable {
        /// Inflated bytes, at least one, at most `InflateStream.largestOutput`.
        case output([UInt8])
        /// An empty stored block ended after all output so far: a new block may begin at this byte.
        case flush
        /// Everything that was fed has been used; the stream goes on.
        case needsInput
        /// The final block ended.
        case end
    }

    /// The largest number of bytes that one step gives.
    public static let largestOutput = 1 << 17

    /// The number of compressed bytes used so far; at the end, the length of the deflate stream.
    public var inputCount: Int { inflater.inputCount }
    /// The number of bytes given so far.
    public var outputCount: Int { inflater.outputCount }
    /// The number of bytes that were fed and not used: at the end of the stream, those that follow it.
    public var unconsumedCount: Int { chunk.count - place }
    /// The offset just after the first padding bits that are not all zero, nil when there were none so far.
    ///
    /// Padding is what follows the head of a stored block and the final block, up to the next byte.
    public var nonzeroPadding: Int? { inflater.nonzeroPadding }

    private let inflater = RawInflater()
    private var chunk: [UInt8] = []
    private var place = 0
    private var pending: Step?
    private var failure: DeflateError?

    /// A stream of which nothing was read yet.
    public init() {}

    /// Gives the next compressed bytes; those fed before must have been used up, or are kept in front of these.
    public func feed(_ bytes: [UInt8]) {
        chunk = place == chunk.count ? bytes : chunk[place...] + bytes
        place = 0
        if pending == .needsInput { pending = nil }
    }

    /// The next step; after an error it throws the same again.
    public func next() throws(DeflateError) -> Step {
        if pending == nil && failure == nil {
            let output = unsafe [UInt8](unsafeUninitializedCapacity: Self.largestOutput) { buffer, filled in
                unsafe fill(buffer, &filled)
            }
            guard output.isEmpty else { return .output(output) }
        }
        if let failure { throw failure }
        let step = pending ?? .needsInput
        if step != .end { pending = nil }
        return step
    }

    /// Checks that the stream did not end inside a deflate block; to be asked when there is nothing more to feed.
    public func finish() throws(DeflateError) {
        if let failure { throw failure }
        guard pending == .end else { throw .truncated(length: inputCount, inflated: outputCount) }
    }

    /// Inflates until the buffer is full or something is pending.
    private func fill(_ buffer: UnsafeMutableBufferPointer<UInt8>, _ filled: inout Int) {
        while filled < buffer.count {
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
            let (taken, given, stop) = unsafe inflater.run(chunk.span.extracting(place...), into: rest)
            place += taken
            filled += given
            switch stop {
            case .block: continue
            case .flush: pending = .flush
            case .finalBlock: pending = .end
            case .malformed: failure = .malformed(offset: inputCount, inflated: outputCount)
            case .exhausted:
                if filled == buffer.count { return }
                pending = .needsInput
            }
            return
        }
    }
}
