// Where a message's line stands, by its number: through the index, which says the first number of each group of lines.

import Container
import Manifest
import MerkleTree

extension Bundle {
    /// The index of a message's line, or nil when there is no such number or its lines are withheld; throws when the index does
    /// not lead to it.
    public func leaf(ofMessage number: Int) throws -> Int? {
        guard number >= 1, number <= end.messages else { return nil }
        guard isRedacted else { return try leaf(ofMessage: number, inGroup: group(ofMessage: number)) }
        guard let next = try disclosedMessage(from: number), next.number == number else { return nil }
        return next.leaf
    }

    /// The index of the line of the first message with this number or a later one whose lines are disclosed; nil when there is
    /// none.
    func leaf(ofMessageFrom number: Int) throws -> Int? {
        guard isRedacted, number <= end.messages else { return try leaf(ofMessage: number) }
        return try disclosedMessage(from: number)?.leaf
    }

    /// The group of lines in which the index has a message: the last one that begins with its number or an earlier one.
    private func group(ofMessage number: Int) -> Int {
        var low = 0
        var high = groups.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(groups[middle].firstMessage) <= number { low = middle } else { high = middle }
        }
        return low
    }

    /// Where all messages are disclosed: those before it need no parsing, since the index tells the number of the group's first.
    private func leaf(ofMessage number: Int, inGroup group: Int) throws -> Int {
        var count = number - Int(groups[group].firstMessage)
        for line in try lines(ofGroup: group) where line.isOf(.message) {
            guard count == 0 else {
                count -= 1
                continue
            }
            if case .message(let message) = try line.read(), message.number == number { return line.leaf }
            break
        }
        throw misled(number)
    }

    /// Where some may be withheld: the first that is disclosed from a number on.
    private func disclosedMessage(from number: Int) throws -> (number: Int, leaf: Int)? {
        let group = group(ofMessage: number)
        var lines = unread(from: group * Tree.groupSize)
        while let line = try lines.next() {
            guard let found = try line.messageNumber(), found >= number else { continue }
            if found > number { try checkEarlier(number, before: group) }
            return (found, line.leaf)
        }
        try checkEarlier(number, before: group)
        return nil
    }

    /// Throws when the index leads past a message: that it is withheld is said only when it does not stand in an earlier group.
    private func checkEarlier(_ number: Int, before group: Int) throws {
        for group in (0..<group).reversed() {
            for line in try lines(ofGroup: group).reversed() {
                guard let last = try line.messageNumber() else { continue }
                guard last < number else { throw misled(number) }
                return
            }
        }
    }

    private func misled(_ number: Int) -> MailsealError {
        MailsealError("the index does not lead to message \(number)", hint: Self.hint)
    }
}

extension UnreadLine {
    /// The number of the message whose line it is; nil for any other line.
    fileprivate func messageNumber() throws -> Int? {
        guard isOf(.message), case .message(let message) = try read() else { return nil }
        return message.number
    }
}
