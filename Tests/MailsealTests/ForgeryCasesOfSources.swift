// Lies about the sources and messages of later editions.

import Bytes
import Cryptography
import Manifest
import Testing

@testable import Mailseal

extension ForgeryCase {
    /// Changes of the bundle with four editions, each with the codes that it must be found under.
    static let continued: [ForgeryCase] = lies.map {
        var lie = $0
        lie.base = .continued
        return lie
    }

    private static let lies: [ForgeryCase] = [
        .altered("the id of a later source", ["number-sequence", "reference-unknown"]) { forgery in
            let place = forgery.places(of: "source")[2]
            guard case .source(var source) = try ManifestLine(forgery.lines[place]) else { return }
            source.id = 1
            forgery.lines[place] = ManifestLine.source(source).bytes
        },
        .altered("the number of a later message", ["number-sequence"]) { forgery in
            let place = try forgery.message(behind: forgery.places(of: "head")[1])
            guard case .message(var message) = try ManifestLine(forgery.lines[place]) else { return }
            message.number = 1
            forgery.lines[place] = ManifestLine.message(message).bytes
        },
        .altered("a later place of no message", ["reference-unknown"]) { forgery in
            let head = forgery.places(of: "head")[1]
            let known = Digest(hashing: Mails.attached)
            for place in forgery.places(of: "occurrence") where place > head {
                guard case .occurrence(var occurrence) = try ManifestLine(forgery.lines[place]),
                    occurrence.message == known
                else { continue }
                occurrence.message = Digest(hashing: [1])
                forgery.lines[place] = ManifestLine.occurrence(occurrence).bytes
            }
        },
        .altered("evidence behind a later source", ["line-order", "evidence-order"]) { forgery in
            let heads = forgery.places(of: "head")
            let group = try forgery.signatures(behind: heads[3] + 1)
            let lines = Array(forgery.lines[group])
            let end = try #require(forgery.places(of: "source-end").last)
            forgery.lines.insert(contentsOf: lines, at: end + 1)
            forgery.lines.removeSubrange(group)
            try forgery.settle()
        },
        .altered("evidence of keys that come later", ["reference-unknown", "dkim-differs"]) { forgery in
            let (first, renewed) = try forgery.renewedSignatures()
            let lines = Array(forgery.lines[renewed])
            forgery.lines.removeSubrange(renewed)
            forgery.lines.replaceSubrange(first, with: lines)
            try forgery.settle()
        },
        .underivable("a result of a later message", "dkim-differs", .soundAsNotRecomputed) { forgery in
            let (first, _) = try forgery.renewedSignatures()
            guard case .dkim(var signature) = try ManifestLine(forgery.lines[first.lowerBound]) else { return }
            signature.signedData = Digest(hashing: [1])
            forgery.lines[first.lowerBound] = ManifestLine.dkim(signature).bytes
        },
        .underivable("later evidence of a later message left out", "dkim-differs", .soundAsNotRecomputed) { forgery in
            forgery.lines.removeSubrange(try forgery.renewedSignatures().renewed)
            try forgery.settle()
        },
        .unseen("a place left out of a later source") { forgery in
            let head = try #require(forgery.places(of: "head").dropFirst().first)
            let known = Digest(hashing: Mails.attached)
            let place = try forgery.places(of: "occurrence").first { place in
                guard place > head, case .occurrence(let line) = try ManifestLine(forgery.lines[place]) else {
                    return false
                }
                return line.message == known
            }
            forgery.lines.remove(at: try #require(place))
            try forgery.lessenSource(from: head, by: Mails.attached.count)
            try forgery.settle()
        },
    ]
}

extension Forgery {
    /// Where the first message behind a line stands.
    fileprivate func message(behind place: Int) throws -> Int {
        try #require(places(of: "message").first { $0 > place })
    }

    /// Where signatures of one message stand, from a line on.
    fileprivate func signatures(behind start: Int) throws -> Range<Int> {
        func message(_ place: Int) throws -> Digest? {
            guard case .dkim(let line) = try ManifestLine(lines[place]) else { return nil }
            return line.message
        }
        let first = try #require(places(of: "dkim").first { $0 >= start })
        var end = first + 1
        while try message(end) == message(first) { end += 1 }
        return first..<end
    }

    /// Where the signatures of a message of the second edition stand that the third records anew, and where these do.
    fileprivate func renewedSignatures() throws -> (first: Range<Int>, renewed: Range<Int>) {
        let heads = places(of: "head")
        var firsts: [Digest: Range<Int>] = [:]
        var place = heads[1]
        while let next = places(of: "dkim").first(where: { $0 >= place }), next < heads[3] {
            let group = try signatures(behind: next)
            guard case .dkim(let line) = try ManifestLine(lines[next]) else { break }
            if next > heads[2], let first = firsts[line.message] { return (first, group) }
            if next < heads[2], case .dkim = try ManifestLine(lines[next]), try isNew(next) {
                firsts[line.message] = group
            }
            place = group.upperBound
        }
        throw MailsealError("the third edition records nothing anew of the second")
    }

    /// Whether a signature follows its message's line.
    private func isNew(_ place: Int) throws -> Bool {
        switch try ManifestLine(lines[place - 1]) {
        case .message, .attachment: true
        default: false
        }
    }

    /// Takes a message out of the balance of the first source behind a line.
    fileprivate mutating func lessenSource(from head: Int, by size: Int) throws {
        let place = try #require(places(of: "source-end").first { $0 > head })
        guard case .sourceEnd(var end) = try ManifestLine(lines[place]) else { return }
        end.items -= 1
        end.messages -= 1
        end.bytes.messages -= size
        end.bytes.read -= size
        lines[place] = ManifestLine.sourceEnd(end).bytes
    }
}
