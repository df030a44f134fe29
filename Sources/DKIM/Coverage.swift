// Which of the fields that readers judge a message by a signature leaves uncovered, and which attachments.

import Bytes
import Mail

/// A header field that readers judge a message by, or that decides how its body is shown.
public enum ShownField: String, Comparable, Sendable, CaseIterable {
    case from
    case sender
    case to
    case cc
    case subject
    case date
    case messageID = "message-id"
    case replyTo = "reply-to"
    case inReplyTo = "in-reply-to"
    case references
    case mimeVersion = "mime-version"
    case contentType = "content-type"
    case contentTransferEncoding = "content-transfer-encoding"
    case contentDisposition = "content-disposition"

    /// Whether the name of `a` sorts before that of `b`, byte by byte.
    public static func < (a: ShownField, b: ShownField) -> Bool {
        a.rawValue.utf8.lexicographicallyPrecedes(b.rawValue.utf8)
    }
}

/// What a signature leaves open among the shown fields.
struct OpenFields {
    /// Those that stand in the message and are not covered at all, sorted; Sender is none of them.
    fileprivate(set) var uncovered: [ShownField] = []
    /// Those that stand more often than they are signed, sorted (RFC 6376 §8.15).
    fileprivate(set) var added: [ShownField] = []

    private static let fields = ShownField.allCases.sorted().map { ($0, $0.rawValue.bytes) }

    init(_ coverage: [FieldCoverage], in index: FieldIndex, of message: Span<UInt8>) {
        for (field, name) in Self.fields {
            let present = index.places(of: name).count
            if field == .contentDisposition, Self.saysNothing(index.fields(field.rawValue), message) { continue }
            let signed = coverage.first { $0.name == name }?.covered ?? 0
            if signed == 0 {
                if present > 0, field != .sender { uncovered.append(field) }
            } else if signed < present || !index.isComplete {
                // Among fields that nobody looked at may be any.
                added.append(field)
            }
        }
    }
}

extension OpenFields {
    /// Whether all of these Content-Disposition fields say `inline` and no more, which is what a message without them is.
    private static func saysNothing(_ fields: [HeaderField], _ message: Span<UInt8>) -> Bool {
        fields.allSatisfy { field in
            let value = field.value.count <= 64 ? message.bytes(in: field.value) : []
            return ASCII.equalIgnoringCase(ASCII.trimmed(value[...]), "inline".utf8)
        }
    }

    /// Adds what another header section leaves open.
    mutating func formUnion(_ other: OpenFields) {
        uncovered = Set(uncovered + other.uncovered).sorted()
        added = Set(added + other.added).sorted()
    }
}

/// How many octets of the canonical body stand before the end of each attachment.
struct AttachmentEnds {
    /// The most numbers of attachments that are given for one signature.
    static let limit = 1000

    private let lengths: [(attachment: Attachment, length: Int)]

    /// Measures a body that starts at `bodyStart`, without the bytes in `omitted`, which ascends; linear in time.
    init(
        _ attachments: [Attachment], of message: Span<UInt8>, from bodyStart: Int, form: CanonicalForm,
        omitting omitted: [Range<Int>]
    ) {
        var length = CanonicalLength(form)
        var place = bodyStart
        var edits = omitted[...]
        var lengths = [Int](repeating: 0, count: attachments.count)
        for index in attachments.indices.sorted(by: {
            attachments[$0].range.upperBound < attachments[$1].range.upperBound
        }) {
            let end = attachments[index].range.upperBound
            while place < end {
                while let edit = edits.first, edit.upperBound <= place { edits = edits.dropFirst() }
                if let edit = edits.first, edit.contains(place) {
                    place = min(edit.upperBound, end)
                } else {
                    length.add(message[place], before: place + 1 < message.count ? message[place + 1] : nil)
                    place += 1
                }
            }
            lengths[index] = length.octets
        }
        self.lengths = zip(attachments, lengths).map { ($0, $1) }
    }

    /// The numbers of the attachments that end behind the first `covered` octets or have bytes that are left out, in their
    /// order.
    func numbers(outside covered: Int, _ leftOut: LeftOutBytes) -> [[UInt8]] {
        let found = lengths.lazy.filter { $0.length > covered || leftOut.overlaps($0.attachment.range) }
        return Array(found.map(\.attachment.number).prefix(Self.limit))
    }
}

/// The bytes of a message that repairs of content leave out.
struct LeftOutBytes {
    /// Ascending, without overlaps.
    private var ranges: [Range<Int>] = []

    init(_ repairs: [Repair]) {
        let edits = repairs.lazy.filter { !$0.isOfStorage && !$0.isRecoding }.flatMap(\.edits)
        for edit in edits.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = ranges.last, edit.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, edit.upperBound)
            } else {
                ranges.append(edit)
            }
        }
    }

    /// Whether any of them lies in a range.
    func overlaps(_ range: Range<Int>) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].overlaps(range)
    }
}

/// The length of the canonical form of a body, as far as it has come in.
private struct CanonicalLength {
    private(set) var octets = 0
    private let form: CanonicalForm
    private var hasBlank = false

    init(_ form: CanonicalForm) { self.form = form }

    mutating func add(_ byte: UInt8, before next: UInt8?) {
        if byte == ASCII.lf {
            octets += 2
            hasBlank = false
        } else if byte == ASCII.cr, next == ASCII.lf {
            return
        } else if form == .relaxed, ASCII.isBlank(byte) {
            hasBlank = true
        } else {
            octets += hasBlank ? 2 : 1
            hasBlank = false
        }
    }
}
