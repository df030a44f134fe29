// How likely a signature is still of the fields that it was made of, when there is no key to ask.

import Bytes
import Mail

/// What speaks against a signature's being sound: an altered body, fields that break easily, fields that were touched.
///
/// Measured on a mailing list that alters every body: of 937 signatures of one key, all 63 without a touched field were
/// sound, 193 of 586 with one, 16 of 288 with more; with one recipient in Cc 109 of 178, with eight and more 2 of 278.
struct KeyRecoveryRank {
    /// Whether the body is as signed: then most likely nobody changed the header fields either.
    let isBodyIntact: Bool
    /// Whether the fields are in the form simple, which breaks by other folding.
    let isSimple: Bool
    /// The signed fields that were likely written anew, and the addresses in them, up to 49 in all.
    let touched: Int

    /// 0 for the best; a body that was altered weighs more than everything else.
    var value: Int { (isBodyIntact ? 0 : 100) + (isSimple ? 50 : 0) + touched }

    /// Fields that mailing lists put into a message, below those that they leave as they were.
    private static let listFields = [
        "list-id", "list-post", "list-help", "list-archive", "list-subscribe", "list-unsubscribe", "x-beenthere",
        "x-mailman-version",
    ]

    /// Fields that mailing lists and gateways write anew.
    private static let fragileFields: Set<[UInt8]> = Set(
        ["cc", "sender", "reply-to", "content-type", "content-transfer-encoding"].map(\.bytes))

    /// How much of these fields was likely touched: those that lists write anew, or that stand below what a list added.
    static func touched(
        _ fields: [HeaderField], _ index: FieldIndex, _ header: HeaderSection, _ message: Span<UInt8>
    ) -> Int {
        let listStart = listFields.flatMap(index.places).min().map { header.fields[$0].whole.lowerBound } ?? .max
        var weight = 0
        for field in fields {
            let name = field.name.map { ASCII.lowercased(message[$0]) }
            guard fragileFields.contains(name) || field.whole.lowerBound > listStart else { continue }
            weight += 7
            // Lists leave out of Cc who gets the message anyway: the more there are, the more likely.
            if name == "cc".bytes { weight += min(6, field.value.count { message[$0] == 0x40 }) }
        }
        return min(49, weight)
    }
}
