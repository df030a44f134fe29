// Why two messages, or facts about them, are not the same: codes with what they are about.

public import Bytes

/// One reason for a difference.
public struct DiffReason: Hashable, Sendable {
    /// The stable codes that Docs/diff.md explains.
    public enum Code: String, Sendable, CaseIterable {
        /// Lines end otherwise.
        case lineEnds = "line-ends"
        /// Empty lines, or the last line's end, at the end of the body.
        case finalLines = "final-lines"
        /// Header fields that are folded or spaced otherwise, by name.
        case refolded
        /// Transport fields that only one side has, by name.
        case transportAdded = "transport-added"
        /// Fields in which a mail program keeps state, by name.
        case mailboxState = "mailbox-state"
        /// A signature verifies on both sides; the values are signing domains.
        case signatureHolds = "signature-holds"
        /// Transport fields that were changed, by name.
        case transportChanged = "transport-changed"
        /// Header fields that only one side has, by name.
        case fieldAdded = "field-added"
        /// Header fields with another value, by name.
        case fieldChanged = "field-changed"
        /// Header fields that are encoded otherwise and decode to the same text, by name.
        case fieldRecoded = "field-recoded"
        /// Header fields stand in another order.
        case fieldOrder = "field-order"
        /// Lines in the header section that are no field.
        case strayLines = "stray-lines"
        /// More header fields than are looked at.
        case tooManyFields = "too-many-fields"
        /// The text of the body.
        case bodyText = "body-text"
        /// The body's encoding or structure; text and attachments decode to the same.
        case bodyEncoding = "body-encoding"
        /// Attachments that only one side has, by name.
        case attachmentAdded = "attachment-added"
        /// Attachments with another content, by name.
        case attachmentChanged = "attachment-changed"
        /// A signature that verifies on one side only, with the same key; the values are signing domains.
        case signatureLost = "signature-lost"
        /// No signature that verifies on both sides covers these changed fields.
        case notCovered = "not-covered"
        /// The signatures that verify on both sides cover the body in part only.
        case bodyNotCovered = "body-not-covered"
        /// It stood at the first value and stands at the second.
        case moved
        /// Only one side has it in these places.
        case placeAdded = "place-added"
        /// The other input has a message with the same Message-ID; the value is its number.
        case sameMessageID = "same-message-id"
        /// The other input has another message at the same path; the value is its number.
        case samePath = "same-path"
        /// The class of the message in the first and the second input.
        case evidenceClass = "evidence-class"
        /// A key that only one side knows, by name.
        case keyKnown = "key-known"
        /// The sides used different keys of one name.
        case keyOther = "key-other"
        /// Other results with the same key; the values are the key's name and the results of either side.
        case recordedOtherwise = "recorded-otherwise"
        /// A signature that is recorded on one side only.
        case signatureOnly = "signature-only"
        /// Attachments or other derived facts differ for the same bytes.
        case derivedFacts = "derived-facts"
        /// Only one side has it.
        case only
        /// Both have it, with another content.
        case changed
        /// What one side states of the retrieval: time, place, and further fields as `name=value`.
        case retrieved
        /// The code of a failure.
        case failure

        /// Whether the reason leaves two messages equivalent.
        public var isHarmless: Bool {
            switch self {
            case .lineEnds, .finalLines, .refolded, .transportAdded, .mailboxState, .signatureHolds, .moved,
                .placeAdded, .keyKnown, .keyOther:
                true
            default: false
            }
        }
    }

    /// The code.
    public let code: Code
    /// The side that has what the reason is about, where only one has it.
    public let side: DiffSide?
    /// Names, paths or results: see the codes.
    public let values: [RawText]
    /// How many more values there are.
    public let more: Int

    /// The most values that are kept.
    public static let valueLimit = 20

    /// A reason; values beyond the limit are counted, long ones are cut.
    public init(_ code: Code, side: DiffSide? = nil, _ values: [RawText] = []) {
        self.code = code
        self.side = side
        self.values = values.prefix(Self.valueLimit).map { $0.count <= 1024 ? $0 : Array($0.prefix(1024)) }
        more = max(0, values.count - Self.valueLimit)
    }
}
