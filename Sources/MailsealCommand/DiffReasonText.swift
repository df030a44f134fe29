// The reasons of `mailseal diff` in words.

import Bytes
import Mailseal

extension DiffReason {
    /// The values, joined.
    private var list: String {
        let shown = values.map(\.displayText).joined(separator: ", ")
        return more > 0 ? "\(shown) and \(more) more" : shown
    }

    private var place: String { side == .a ? "A" : "B" }

    private func value(_ index: Int) -> String { index < values.count ? values[index].displayText : "" }

    /// The reason in words, not yet safe for a terminal.
    var sentence: String {
        messageSentence ?? evidenceSentence ?? factSentence
    }

    private var messageSentence: String? {
        switch code {
        case .lineEnds: "other line ends"
        case .finalLines: "other empty lines at the end"
        case .refolded: "folded or spaced otherwise: \(list)"
        case .transportAdded: "transport fields only in \(place): \(list)"
        case .mailboxState: "a mail program's notes: \(list)"
        case .transportChanged: "transport fields changed: \(list)"
        case .fieldAdded: "field only in \(place): \(list)"
        case .fieldChanged: "field changed: \(list)"
        case .fieldRecoded: "field encoded otherwise, same text: \(list)"
        case .fieldOrder: "fields in another order"
        case .strayLines: "lines in the header that are no field"
        case .tooManyFields: "more header fields than are compared"
        case .bodyText: "text of the body changed"
        case .bodyEncoding: "body encoded or built otherwise, same text and attachments"
        case .attachmentAdded: "attachment only in \(place): \(list)"
        case .attachmentChanged: "attachment changed: \(list)"
        case .moved: "\(value(0)) -> \(value(1))"
        case .placeAdded: "only in \(place) at: \(list)"
        case .sameMessageID: "\(place) has message \(list) with the same Message-ID"
        case .samePath: "\(place) has message \(list) at the same path"
        default: nil
        }
    }

    private var evidenceSentence: String? {
        switch code {
        case .signatureHolds: "the signature of \(list) verifies in both"
        case .signatureLost: "the signature of \(list) verifies only in \(place)"
        case .notCovered: "no signature covers \(list)"
        case .bodyNotCovered: "no signature covers the changed part of the body"
        case .evidenceClass:
            value(0) == value(1)
                ? "still \(Self.words(value(0)))" : "\(Self.words(value(0))) -> \(Self.words(value(1)))"
        case .keyKnown: "key known only in \(place): \(list)"
        case .keyOther: "another key in B: \(list)"
        case .recordedOtherwise: "the same key, other results: \(value(0)), \(value(1)) -> \(value(2))"
        case .signatureOnly: "signature recorded only in \(place): \(list)"
        case .derivedFacts: "attachments, header values or defects are recorded otherwise"
        default: nil
        }
    }

    private var factSentence: String {
        switch code {
        case .only: "only in \(place)"
        case .changed: "changed"
        case .retrieved: values.isEmpty ? "\(place): not stated" : "\(place): \(list)"
        default: list
        }
    }

    private static func words(_ evidence: String) -> String {
        switch evidence {
        case "headers_only": "headers only"
        case "not_verifying": "not verifying"
        case "key_unavailable": "key unavailable"
        default: evidence
        }
    }
}
