// Who writes to whom, when, about what, and in answer to which message.

import Bytes

/// The facts of a message that others refer to.
struct Envelope {
    let date: Moment
    let sender: Person
    let recipients: [Person]
    let copies: [Person]
    /// The identifier with its angle brackets.
    let messageID: String
    /// The subject, UTF-8, with its `Re: ` or `TR: `.
    let subject: String
    /// The identifiers of the messages before it in the thread, the oldest first.
    let references: [String]
    /// The account it was collected from and the folder there.
    let account: Person
    let folder: String
}

/// Makes envelopes; a thread is followed back through the indexes of its messages.
struct Envelopes {
    let seed: UInt64
    let messageCount: Int
    let signedPercent: Int

    /// 2009-03-20T07:00:00Z, the oldest date of the archive.
    static let start = 1_237_532_400
    /// 2017-04-24T20:00:00Z, the newest.
    static let end = 1_493_064_000
    private static let longestThread = 8

    /// The plan of a message.
    func plan(_ index: Int) -> Plan { Plan(seed: seed, index: index, signedPercent: signedPercent) }

    /// The envelope of a message.
    func envelope(_ plan: Plan) -> Envelope {
        let thread = ancestors(of: plan)
        var random = RandomSource(seed, .envelope, plan.index)
        let date = date(plan.index)
        let newsletter = plan.kind == .newsletter
        let sender = newsletter ? Self.newsletterSender(random.below(12)) : random.pick(Vocabulary.people)
        let account = random.pick(Vocabulary.accounts)
        let recipients = [account] + (0..<random.below(3)).map { _ in random.pick(Vocabulary.people) }
        let copies = random.chance(250) ? (0..<random.within(1...4)).map { _ in random.pick(Vocabulary.people) } : []
        let folder = random.pick(Vocabulary.folders)
        let root = thread.first ?? plan.index
        let prefix = plan.isReply ? "Re: " : plan.kind == .forward ? "TR: " : ""
        var identifier = identifier(plan.index)
        if plan.flaw == .duplicateMessageID, let earlier = plan.earlier { identifier = self.identifier(earlier) }
        return Envelope(
            date: date, sender: sender, recipients: recipients, copies: copies, messageID: identifier,
            subject: prefix + subject(root), references: thread.map(self.identifier), account: account, folder: folder)
    }

    /// A moment for each index, never decreasing by more than the gap between two, denser in the later years.
    func date(_ index: Int) -> Moment {
        var random = RandomSource(seed, .date, index)
        let jitter = Double(random.below(1000)) / 1000
        let fraction = (Double(index) + jitter) / Double(max(messageCount, 1))
        let seconds = Double(Self.end - Self.start) * fraction * (2 - fraction)
        let zone = random.pick([60, 60, 60, 120, 120, 0, -240, 330])
        return Moment(seconds: Self.start + Int(seconds), zone: zone)
    }

    private func identifier(_ index: Int) -> String {
        var random = RandomSource(seed, .identifier, index)
        let domain = random.pick(Vocabulary.domains)
        return "<\(random.hexadecimal(16).displayText).\(index)@\(domain)>"
    }

    private func subject(_ index: Int) -> String {
        var random = RandomSource(seed, .subject, index)
        let subject = random.pick(Vocabulary.subjects)
        return random.chance(600) ? subject + " " + String(random.within(1...31)) : subject
    }

    private func ancestors(of plan: Plan) -> [Int] {
        var chain: [Int] = []
        var current = plan
        while current.isReply, chain.count < Self.longestThread, let earlier = current.earlier {
            chain.append(earlier)
            current = self.plan(earlier)
        }
        return chain.reversed()
    }

    private static func newsletterSender(_ number: Int) -> Person {
        Person(
            name: "La lettre n° \(number + 1)", local: "lettre\(number + 1)", domain: Vocabulary.newsletterDomain)
    }
}
