// What each message is to be, drawn from the seed and its index alone: any message can be made without the others.

/// What a message mainly holds.
enum Kind: Int {
    case attachments, newsletter, text, invitation, forward

    /// How many in a thousand messages are of each kind.
    static let perMille = [330, 250, 340, 40, 40]
    /// How much text each kind holds, in units of `Scale.textUnit`.
    static let textWeights = [1, 8, 1.5, 0.5, 2]
}

/// What happens to a signature on purpose.
enum Fate: Int {
    case headerAltered, bodyAltered, signedAgainByList, keyMissing, keyRevoked, wrongKey, lengthLimited
    case footerAppended
    case intact

    /// How many in a thousand signed messages share each fate; the rest is intact.
    static let perMille = [40, 60, 30, 40, 25, 30, 30, 30]
}

/// The sizes that follow from the average size of a message.
struct Scale {
    /// The average encoded size of all attachments of a message that has some.
    let attachments: Double
    /// The average size of one unit of text, see `Kind.textWeights`.
    let textUnit: Double

    init(averageSize: Int) {
        let average = Double(averageSize)
        // Header sections and boundaries weigh about 2 kB whatever the scale, so small messages hold less base64.
        let share = Self.base64Share * (1 - 3000 / average)
        attachments = average * share * 1000 / Double(Kind.perMille[0])
        let weight = zip(Kind.perMille, Kind.textWeights).reduce(0) { $0 + Double($1.0) * $1.1 } / 1000
        textUnit = max(60, (average * (1 - share) - Self.overhead) / weight)
    }

    private static let base64Share = 0.755
    private static let overhead = 2000.0
}

/// One message's plan.
struct Plan {
    let index: Int
    let kind: Kind
    /// Where the message stands among those of its kind, by size: 0 smallest, below 1 largest.
    let sizePosition: Double
    /// What becomes of its signatures; nil when it is not signed.
    let fate: Fate?
    /// How it is malformed, when it is.
    let flaw: SampleFlaw?
    /// The index of the message it answers, forwards or repeats; always below its own.
    let earlier: Int?
    /// Whether it answers the earlier message.
    let isReply: Bool

    /// Flaws that a message is given on purpose, each in 6 of a thousand messages.
    static let flaws: [SampleFlaw] = [
        .missingClosingBoundary, .bareCR, .nul, .eightBitHeader, .noMessageID, .duplicateBytes, .duplicateMessageID,
    ]

    init(seed: UInt64, index: Int, signedPercent: Int) {
        let spread = SpreadPositions(seed: seed, index: index)
        var random = RandomSource(seed, .plan, index)
        self.index = index
        let stratum = Stratum(spread.kind, perMille: Kind.perMille)
        kind = Kind(rawValue: stratum.index) ?? .text
        sizePosition = stratum.position
        let defect = Stratum(spread.defect, perMille: Self.flaws.map { _ in 6 }).index
        let distance = 1 + random.below(min(index, 40))
        let answers = random.chance(450)
        var flaw = defect < Self.flaws.count && index > 0 ? Self.flaws[defect] : nil
        if flaw == .missingClosingBoundary, kind != .attachments { flaw = .noMessageID }
        self.flaw = flaw
        earlier = index > 0 ? index - distance : nil
        isReply = index > 0 && answers && (kind == .attachments || kind == .text)
        let signed = Stratum(spread.signature, perMille: [signedPercent * 10])
        // What a lone CR or NUL means to a signature is not settled by RFC 6376.
        if signed.index == 0, flaw != .bareCR, flaw != .nul {
            let fate = Stratum(UInt64(signed.position * 0x1p53) << 11, perMille: Fate.perMille).index
            self.fate = Fate(rawValue: fate)
        } else {
            fate = nil
        }
    }
}
