// Messages made by the tests.

import Bytes
import Mail

/// The message of a text whose lines end with LF, parsed with CRLF.
func message(_ text: String) -> Message { Message(parsing: crlf(text)) }

/// The bytes of a text, each LF made CRLF.
func crlf(_ text: String) -> [UInt8] {
    Array(text.utf8.map { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }.joined())
}

extension Message {
    /// Number and media type of each part, such as `1 text/plain`.
    var outline: [String] { parts.map { "\($0.number.displayText) \($0.mediaType.displayText)" } }

    /// The encoded body of each leaf.
    var leaves: [String] { parts.filter(\.isLeaf).map { text($0.body) } }

    /// The bytes of a range as text.
    func text(_ range: Range<Int>) -> String { bytes[range].displayText }
}

/// A message with a Date and a From field, so that only what a test is about can be a defect.
let plainHeader = "From: a@example.org\nDate: Fri, 5 May 2017 20:00:00 +0200\n"

/// A generator of random numbers that gives the same ones each time (SplitMix64).
struct RepeatableGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
