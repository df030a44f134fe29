// What had to be undone before a signature fits: a known change of the message, named and located.

/// A change that was undone on a copy of the message.
public struct Repair: Hashable, Sendable {
    /// The changes that are known.
    public enum Name: String, CaseIterable, Sendable {
        // How the file was kept: nobody changed the message.
        /// Lines that end in a bare LF count as ending in CRLF.
        case lineEnds = "line-ends"
        /// A `>` before each `>From ` line, however many follow it.
        case mboxrdQuoting = "mboxrd-quoting"
        /// A `>` before each `From ` line.
        case mboxoQuoting = "mboxo-quoting"
        /// A `>` before some of the `>From ` lines.
        case mixedQuoting = "mixed-quoting"

        // Changes of content, made on the way.
        /// Lines that a mailing list put at the end.
        case listFooter = "list-footer"
        /// Lines of a virus scanner, or that warn of a sender outside the house.
        case banner
        /// A list's name in brackets before the subject.
        case subjectTag = "subject-tag"
        /// The header section's fields of the content, Content-Transfer-Encoding above all, written otherwise.
        case contentFields = "content-fields"
        /// Quoted-printable made 8bit.
        case quotedPrintableTo8Bit = "quoted-printable-to-8bit"
        /// 8bit made quoted-printable.
        case eightBitToQuotedPrintable = "8bit-to-quoted-printable"
        /// Base64 made 8bit.
        case base64To8Bit = "base64-to-8bit"
        /// 8bit made base64.
        case eightBitToBase64 = "8bit-to-base64"
    }

    /// What was undone.
    public let name: Name
    /// Ranges of the stored message's bytes, ascending, that are left out, or for the recodings recoded; `lineEnds` has none.
    public let edits: [Range<Int>]

    /// A repair of these bytes.
    public init(_ name: Name, edits: [Range<Int>] = []) {
        self.name = name
        self.edits = edits
    }

    /// Whether it says how the file was kept, not that anybody changed the message.
    public var isOfStorage: Bool {
        switch name {
        case .lineEnds, .mboxrdQuoting, .mboxoQuoting, .mixedQuoting: true
        case .listFooter, .banner, .subjectTag, .contentFields: false
        case .quotedPrintableTo8Bit, .eightBitToQuotedPrintable, .base64To8Bit, .eightBitToBase64: false
        }
    }

    /// Whether its edits are recoded rather than left out.
    var isRecoding: Bool {
        switch name {
        case .quotedPrintableTo8Bit, .eightBitToQuotedPrintable, .base64To8Bit, .eightBitToBase64: true
        case .lineEnds, .mboxrdQuoting, .mboxoQuoting, .mixedQuoting, .listFooter, .banner, .subjectTag,
            .contentFields:
            false
        }
    }
}
