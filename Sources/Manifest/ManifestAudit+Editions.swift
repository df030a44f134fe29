// The rules between editions: a later one repeats nothing, and changes only the evidence of messages that stand before.

import Bytes
import Cryptography

extension ManifestAudit {
    /// What is known of the edition whose lines come, and of those before it.
    struct OpenEdition {
        /// Its number; 0 before the first one.
        var number = 0
        /// The index of its head line.
        var start = 0
        /// Its head line.
        var head: HeadLine?
        /// Whether it says anything that those before it did not.
        var addsSomething = false
        /// Whether a line of it is withheld.
        var hasGap = false
        /// Whether a line has come that evidence of earlier messages does not stand behind.
        var isPastRenewals = false
        /// The number of the last message whose evidence it recorded anew.
        var lastRenewed: UInt32 = 0
    }

    /// The key records of all editions so far.
    struct KnownKeys {
        /// The digests of the records.
        private(set) var records: Set<Digest> = []
        /// The edition in which each line stands, by the digest of its text.
        private var editions: [Digest: Int] = [:]

        /// Adds a line; gives the earlier edition in which it stands already.
        mutating func add(_ key: KeyLine, record: Digest, edition: Int) -> Int? {
            records.insert(record)
            let line = Digest(hashing: ManifestLine.key(key).bytes)
            guard let known = editions[line] else {
                editions[line] = edition
                return nil
            }
            return known < edition ? known : nil
        }
    }

    mutating func open(_ head: HeadLine) {
        let last = edition
        edition = OpenEdition(number: last.number + 1, start: leaf, head: head)
        if head.edition != edition.number || edition.number > Format.editionLimit {
            fault("edition-unknown", "edition \(head.edition), expected \(min(edition.number, Format.editionLimit))")
        }
        guard let before = last.head else { return }
        for (what, now, then) in [("name", head.name, before.name), ("origin", head.origin, before.origin)]
        where now != then {
            fault("edition-differs", "\(what) \(now.displayText), \(then.displayText) in the edition before")
        }
        if head.salted != before.salted {
            fault("edition-differs", "salted lines in one edition only")
        }
        if head.rules < before.rules {
            fault("edition-differs", "rules \(head.rules), below rules \(before.rules) of the edition before")
        }
    }

    /// Follows a `dkim` line that records evidence of a message of an earlier edition anew.
    mutating func renew(_ signature: DKIMLine) {
        edition.addsSomething = true
        renewal = follow(signature, in: renewal ?? begin(signature.message))
    }

    private mutating func begin(_ message: Digest) -> OpenEvidence {
        if let known = messages[message] {
            if known.number <= edition.lastRenewed {
                fault("evidence-order", "evidence of message \(known.number) behind that of \(edition.lastRenewed)")
            }
            edition.lastRenewed = known.number
        } else {
            fault("reference-unknown", "message \(message) has no line")
        }
        return OpenEvidence(of: message, from: leaf)
    }

    /// Ends the evidence of a message with the first line that does not belong to it.
    mutating func closeRenewal(before line: ManifestLine) {
        if place == .renewed, case .dkim(let next) = line, next.message == renewal?.message { return }
        closeRenewal()
    }

    /// Ends the evidence of a message that was recorded anew.
    mutating func closeRenewal() {
        guard let renewal else { return }
        self.renewal = nil
        guard let known = messages[renewal.message] else { return }
        let (old, new) = (messages.evidence(at: known.place), tally.known(renewal))
        if old == new {
            fault("evidence-repeated", "message \(known.number) has just this evidence already", at: renewal.start)
        }
        counts.signatures += Int(new.standing.signatures) - Int(old.standing.signatures)
        counts[old.standing.evidence] -= 1
        counts[new.standing.evidence] += 1
        tally.count(old, by: -1)
        tally.count(new, by: 1)
        messages.setEvidence(new, at: known.place)
    }

    /// A later edition that adds nothing has no reason to be.
    mutating func checkAddition() {
        if edition.number > 1, !edition.addsSomething {
            fault("edition-empty", "edition \(edition.number) adds neither sources nor evidence nor keys")
        }
    }
}

extension ManifestLine {
    /// Whether a later edition's evidence of earlier messages can stand behind the line.
    var mayPrecedeRenewals: Bool {
        switch self {
        case .head, .dkim, .withheld: true
        default: false
        }
    }
}
