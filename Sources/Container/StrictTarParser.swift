// A push parser for the tar stream of a bundle that reports every departure and goes on where it can.

import Bytes

/// Parses the inflated pieces of a tar stream, whatever their lengths.
///
/// After a header that cannot be followed it resumes at the next landmark, or without landmarks at the next canonical
/// header of the same bundle. It trusts no size: an entry ends with the stream at the latest, and nothing but a part of
/// a header is kept between pieces.
public struct StrictTarParser: Sendable {
    private enum State: Sendable {
        case header
        case content(left: Int, isWhole: Bool)
        case padding(left: Int, isFaulty: Bool)
        case firstZeros
        case ended
        /// Going over bytes that belong to no entry, since `start`.
        case lost(start: Int)
    }

    /// Where the next byte stands in the tar stream.
    public private(set) var offset = 0
    /// The bundle's name, once it is known.
    public private(set) var name: [UInt8]?
    private var state = State.header
    private var entry: TarEntry?
    private var partial: [UInt8] = []
    private let landmarks: [Int]
    private var landmark = 0
    private var endOfArchive = 0

    /// A parser at the start of a stream.
    ///
    /// `name` is the bundle's name when it is known, else the first header tells it. `landmarks` are the rising offsets
    /// at which headers are believed to begin and entries to end (see `BundleReader.landmarks`); they are used after
    /// damage only.
    public init(name: [UInt8]? = nil, landmarks: [Int] = []) {
        self.name = name
        self.landmarks = landmarks
    }

    /// Takes the next bytes of the stream and gives the events in them.
    public mutating func push<Failure: Error>(
        _ piece: [UInt8], _ emit: (TarEvent) throws(Failure) -> Void
    ) throws(Failure) {
        var rest = piece[...]
        while !rest.isEmpty {
            let before = rest.count
            switch state {
            case .header, .firstZeros, .lost: try takeHeader(&rest, emit)
            case .content(let left, let isWhole): try takeContent(&rest, left: left, isWhole: isWhole, emit)
            case .padding(let left, let isFaulty): try takePadding(&rest, left: left, isFaulty: isFaulty, emit)
            case .ended: rest = []
            }
            offset += before - rest.count
        }
    }

    /// Takes note that the next `count` bytes of the stream could not be inflated.
    public mutating func gap<Failure: Error>(
        _ count: Int, _ emit: (TarEvent) throws(Failure) -> Void
    ) throws(Failure) {
        var rest = count
        while rest > 0 {
            let part: Int
            switch state {
            case .header, .firstZeros:
                state = .lost(start: offset - partial.count)
                part = rest
            case .lost, .ended: part = rest
            case .content(let left, _):
                part = min(left, rest)
                try emit(.lost(part))
                state = .content(left: left - part, isWhole: false)
                offset += part
                rest -= part
                if part == left { try endContent(isWhole: false, emit) }
                continue
            case .padding(let left, let isFaulty):
                part = min(left, rest)
                state = part == left ? .header : .padding(left: left - part, isFaulty: isFaulty)
            }
            partial = []
            offset += part
            rest -= part
        }
    }

    /// Ends the stream; gives what is missing or too much.
    public mutating func finish<Failure: Error>(_ emit: (TarEvent) throws(Failure) -> Void) throws(Failure) {
        switch state {
        case .ended:
            if offset > endOfArchive {
                try emit(
                    .fault(
                        end("the end of the tar stream", found: "\(offset - endOfArchive) bytes more", at: endOfArchive)
                    ))
            }
            return
        case .lost(let start): try emit(.fault(lost(from: start, to: offset)))
        case .content(let left, _):
            try emit(.lost(left))
            try emit(.end(isWhole: false))
        case .header, .padding, .firstZeros: break
        }
        try emit(.fault(end("two blocks of 512 zero bytes", found: "the end of the tar stream", at: offset)))
        state = .ended
        endOfArchive = offset
    }

    // MARK: Content

    private mutating func takeContent<Failure: Error>(
        _ rest: inout ArraySlice<UInt8>, left: Int, isWhole: Bool, _ emit: (TarEvent) throws(Failure) -> Void
    ) throws(Failure) {
        let part = rest.prefix(left)
        rest = rest[part.endIndex...]
        if !part.isEmpty { try emit(.content(part)) }
        state = .content(left: left - part.count, isWhole: isWhole)
        if part.count == left { try endContent(isWhole: isWhole, emit) }
    }

    private mutating func endContent<Failure: Error>(
        isWhole: Bool, _ emit: (TarEvent) throws(Failure) -> Void
    ) throws(Failure) {
        try emit(.end(isWhole: isWhole))
        let padding = Tar.padding(after: entry?.size ?? 0)
        state = padding == 0 ? .header : .padding(left: padding, isFaulty: false)
    }

    private mutating func takePadding<Failure: Error>(
        _ rest: inout ArraySlice<UInt8>, left: Int, isFaulty: Bool, _ emit: (TarEvent) throws(Failure) -> Void
    ) throws(Failure) {
        let part = rest.prefix(left)
        let start = part.startIndex
        rest = rest[part.endIndex...]
        let wrong = isFaulty ? nil : part.firstIndex { $0 != 0 }
        if let wrong {
            try emit(
                .fault(
                    Fault(
                        .tarPadding, in: .tar, at: offset + wrong - start, expected: "00",
                        found: hexadecimal(part[wrong]))))
        }
        state = part.count == left ? .header : .padding(left: left - part.count, isFaulty: isFaulty || wrong != nil)
    }

    // MARK: Headers

    private mutating func takeHeader<Failure: Error>(
        _ rest: inout ArraySlice<UInt8>, _ emit: (TarEvent) throws(Failure) -> Void
    ) throws(Failure) {
        let phase = offset % Tar.unit
        if phase != partial.count {
            // Bytes between a gap and the next place where a header can stand.
            rest = rest.dropFirst(Tar.unit - phase)
        } else if phase == 0, rest.count >= Tar.unit {
            let header = rest.prefix(Tar.unit)
            rest = rest[header.endIndex...]
            try read(header, at: offset, emit)
        } else {
            let part = rest.prefix(Tar.unit - phase)
            rest = rest[part.endIndex...]
            partial += part
            guard partial.count == Tar.unit else { return }
            let header = partial[...]
            partial = []
            try read(header, at: offset - phase, emit)
        }
    }

    private mutating func read<Failure: Error>(
        _ header: ArraySlice<UInt8>, at offset: Int, _ emit: (TarEvent) throws(Failure) -> Void
    ) throws(Failure) {
        switch state {
        case .lost(let start):
            guard resumes(with: header, at: offset) else { return }
            try emit(.fault(lost(from: start, to: offset)))
        case .firstZeros:
            if isZero(header) {
                state = .ended
                endOfArchive = offset + Tar.unit
                return try emit(.endOfArchive)
            }
            try emit(.fault(end("a second block of zeros", found: "another header", at: offset)))
        default: break
        }
        if isZero(header) {
            state = .firstZeros
        } else {
            try begin(header, at: offset, emit)
        }
    }

    private mutating func begin<Failure: Error>(
        _ header: ArraySlice<UInt8>, at offset: Int, _ emit: (TarEvent) throws(Failure) -> Void
    ) throws(Failure) {
        let parsed = Tar.parse(header)
        if let departure = parsed.departure {
            try emit(.fault(Fault(departure, headerAt: offset)))
        } else if let name, parsed.name != name {
            try emit(.fault(Fault(name: parsed.name, insteadOf: name, headerAt: offset)))
        } else {
            name = parsed.name
        }
        guard let size = parsed.size, parsed.isSound || leadsToLandmark(size, from: offset) else {
            state = .lost(start: offset)
            return
        }
        let entry = TarEntry(path: parsed.path, size: size, tarOffset: offset)
        self.entry = entry
        try emit(.begin(entry))
        state = .content(left: size, isWhole: true)
        if size == 0 { try endContent(isWhole: true, emit) }
    }

    private mutating func leadsToLandmark(_ size: Int, from offset: Int) -> Bool {
        let next = nextLandmark(from: offset + Tar.unit)
        return next == offset + Tar.unit + size + Tar.padding(after: size)
    }

    /// Whether parsing goes on at this header after bytes were lost.
    private mutating func resumes(with header: ArraySlice<UInt8>, at offset: Int) -> Bool {
        if let next = nextLandmark(from: offset) { return next == offset }
        // Most of what is looked at here is content: go by the magic before building a header.
        guard header.dropFirst(257).prefix(5).elementsEqual("ustar".utf8) else { return false }
        let parsed = Tar.parse(header)
        return parsed.isCanonical && parsed.name == name ?? parsed.name
    }

    /// The first landmark at or after an offset; asked for with rising offsets only.
    private mutating func nextLandmark(from offset: Int) -> Int? {
        while landmark < landmarks.count, landmarks[landmark] < offset { landmark += 1 }
        return landmark < landmarks.count ? landmarks[landmark] : nil
    }

    private func isZero(_ header: ArraySlice<UInt8>) -> Bool { header.allSatisfy { $0 == 0 } }

    private func lost(from start: Int, to end: Int) -> Fault {
        Fault(.tarLost, in: .tar, at: start, expected: "an entry", found: "\(end - start) bytes of no entry")
    }

    private func end(_ expected: String, found: String, at offset: Int) -> Fault {
        Fault(.tarEnd, in: .tar, at: offset, expected: expected, found: found)
    }
}
