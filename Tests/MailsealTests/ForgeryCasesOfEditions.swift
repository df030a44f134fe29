// Lies about editions: in which order they stand, what they repeat, and what they leave out.

import Bytes
import Cryptography
import Manifest
import Testing

@testable import Mailseal

extension ForgeryCase {
    /// Changes of the bundle with three editions, each with the codes that it must be found under.
    static let editions: [ForgeryCase] = lies.map {
        var lie = $0
        lie.base = .extended
        return lie
    }

    private static let lies: [ForgeryCase] = [
        .altered("the number of a later edition", ["edition-unknown"]) {
            try $0.changeHead(2) { $0.edition = 2 }
        },
        .altered("the name of a later edition", ["edition-differs"]) {
            try $0.changeHead(1) { $0.name = "other".bytes }
        },
        .altered("the origin of a later edition", ["edition-differs"]) {
            try $0.changeHead(1) { $0.origin = "newsroom.example".bytes }
        },
        .altered("rules that fall", ["edition-differs", "other-rules"]) { try $0.changeHead(0) { $0.rules = 9 } },
        .altered("an edition that is left out", ["edition-unknown", "reference-unknown", "dkim-differs"]) { forgery in
            let heads = forgery.places(of: "head")
            forgery.lines.removeSubrange(heads[1]..<heads[2])
            try forgery.settle()
        },
        .altered("an edition that adds nothing", ["edition-empty"]) { forgery in
            let last = try #require(forgery.places(of: "head").last)
            forgery.lines.removeSubrange(last + 1..<forgery.lines.count - 2)
            try forgery.settle()
        },
        .altered("evidence that is not new", ["evidence-repeated"]) { forgery in
            let (group, place) = try forgery.unchangedEvidence()
            forgery.lines.insert(contentsOf: group, at: place)
            try forgery.settle()
        },
        .altered("evidence out of order", ["evidence-order"]) { forgery in
            let groups = try forgery.evidenceGroups(ofEdition: 3)
            let (first, second) = (groups[0], groups[1])
            let lines = Array(forgery.lines[second] + forgery.lines[first])
            forgery.lines.replaceSubrange(first.lowerBound..<second.upperBound, with: lines)
        },
        .altered("evidence of no message", ["reference-unknown", "dkim-differs"]) { forgery in
            let group = try #require(try forgery.evidenceGroups(ofEdition: 3).last)
            for place in group {
                guard case .dkim(var signature) = try ManifestLine(forgery.lines[place]) else { continue }
                signature.message = Digest(hashing: [1])
                forgery.lines[place] = ManifestLine.dkim(signature).bytes
            }
            try forgery.settle()
        },
        .altered("the place of a later signature", ["number-sequence", "dkim-differs"]) { forgery in
            let place = try #require(try forgery.evidenceGroups(ofEdition: 3).last).lowerBound
            guard case .dkim(var signature) = try ManifestLine(forgery.lines[place]) else { return }
            signature.index += 1
            forgery.lines[place] = ManifestLine.dkim(signature).bytes
        },
        .altered("a key of an earlier edition again", ["key-repeated"]) { forgery in
            let heads = forgery.places(of: "head")
            let old = try #require(forgery.places(of: "key").first { $0 > heads[1] && $0 < heads[2] })
            let place = try #require(forgery.places(of: "key").first { $0 > heads[2] })
            forgery.lines.insert(forgery.lines[old], at: place)
            try forgery.settle()
        },
        .altered("a key of a later edition left out", ["reference-unknown", "dkim-differs"]) { forgery in
            forgery.lines.remove(at: try forgery.usedKey(behind: forgery.places(of: "head")[2]))
            try forgery.settle()
        },
        .altered("the place of an edition's head", ["counts-differ"]) { try $0.changeEnd(2) { $0.head = 1 } },
        .altered("no place of an edition's head", ["counts-differ"]) { try $0.changeEnd(1) { $0.head = nil } },
        .altered("the place of the first head", ["counts-differ"]) { try $0.changeEnd(0) { $0.head = 0 } },
        .altered("the keys that an earlier edition counts", ["counts-differ"]) { try $0.changeEnd(1) { $0.keys += 1 } },
        .altered("the content of a later edition", ["content-root-differs"]) { forgery in
            let place = try #require(forgery.places(of: "content").last)
            guard case .content(var content) = try ManifestLine(forgery.lines[place]) else { return }
            content.root = Digest(hashing: [1])
            forgery.lines[place] = ManifestLine.content(content).bytes
        },
        .altered("a source that does not end", ["line-order"]) { forgery in
            let head = try #require(forgery.places(of: "head").last)
            forgery.lines.insert(
                ManifestLine.source(SourceLine(id: 4, name: "more".bytes, kind: "tree")).bytes, at: head + 1)
            try forgery.settle()
        },
        .underivable("the verified messages of an earlier edition", "evidence-counts-differ") {
            try $0.changeEnd(1) {
                $0.verified += 1
                $0.unsigned -= 1
            }
        },
        .underivable("evidence left out", "dkim-differs", .soundAsNotRecomputed) { forgery in
            forgery.lines.removeSubrange(try forgery.evidenceGroups(ofEdition: 2)[0])
            try forgery.settle()
        },
        .underivable("a result in a later edition", "dkim-differs", .soundAsNotRecomputed) { forgery in
            let place = try #require(try forgery.evidenceGroups(ofEdition: 3).first).lowerBound
            guard case .dkim(var signature) = try ManifestLine(forgery.lines[place]) else { return }
            signature.signedData = Digest(hashing: [1])
            forgery.lines[place] = ManifestLine.dkim(signature).bytes
        },
        .underivable("evidence that no key gives", "dkim-differs", .soundAsNotRecomputed) { forgery in
            let (group, place) = try forgery.unchangedEvidence()
            guard case .dkim(var signature) = try ManifestLine(group[0]) else { return }
            (signature.header, signature.key) = ("key-revoked", nil)
            forgery.lines.insert(ManifestLine.dkim(signature).bytes, at: place)
            try forgery.settle()
        },
        .unseen("the rules of the last edition", ["other-rules"], verdict: .bytesConsistent) { forgery in
            try forgery.changeHead(2) { $0.rules = 9 }
            let place = try #require(try forgery.evidenceGroups(ofEdition: 3).first).lowerBound
            guard case .dkim(var signature) = try ManifestLine(forgery.lines[place]) else { return }
            signature.signedData = Digest(hashing: [1])
            forgery.lines[place] = ManifestLine.dkim(signature).bytes
        },
        .unseen("the last edition left out") { forgery in
            let head = try #require(forgery.places(of: "head").last)
            forgery.lines.removeSubrange(head...)
        },
    ]
}

extension Forgery {
    fileprivate mutating func changeHead(_ number: Int, _ body: (inout HeadLine) -> Void) throws {
        let place = places(of: "head")[number]
        guard case .head(var head) = try ManifestLine(lines[place]) else { return }
        body(&head)
        lines[place] = ManifestLine.head(head).bytes
    }

    fileprivate mutating func changeEnd(_ number: Int, _ body: (inout EndLine) -> Void) throws {
        let place = places(of: "end")[number]
        guard case .end(var end) = try ManifestLine(lines[place]) else { return }
        body(&end)
        lines[place] = ManifestLine.end(end).bytes
    }

    /// Where the evidence of each message stands in a later edition.
    fileprivate func evidenceGroups(ofEdition number: Int) throws -> [Range<Int>] {
        let heads = places(of: "head") + [lines.count]
        var groups: [(message: Digest, range: Range<Int>)] = []
        for place in places(of: "dkim") where (heads[number - 1]..<heads[number]).contains(place) {
            guard case .dkim(let signature) = try ManifestLine(lines[place]) else { continue }
            if let last = groups.last, last.message == signature.message {
                groups[groups.count - 1].range = last.range.lowerBound..<place + 1
            } else {
                groups.append((signature.message, place..<place + 1))
            }
        }
        return groups.map(\.range)
    }

    /// The evidence of the last message with a signature that the third edition does not record anew, and where its lines
    /// would have to stand there.
    fileprivate func unchangedEvidence() throws -> (lines: [[UInt8]], place: Int) {
        var numbers: [Digest: Int] = [:]
        for place in places(of: "message") {
            if case .message(let message) = try ManifestLine(lines[place]) { numbers[message.sha256] = message.number }
        }
        func message(_ place: Int) throws -> Digest? {
            guard case .dkim(let signature) = try ManifestLine(lines[place]) else { return nil }
            return signature.message
        }
        let third = try evidenceGroups(ofEdition: 3)
        let renewed = Set(try third.map { try message($0.lowerBound) })
        for group in (try evidenceGroups(ofEdition: 1) + evidenceGroups(ofEdition: 2)).reversed() {
            guard let found = try message(group.lowerBound), !renewed.contains(found) else { continue }
            let next = try third.first {
                numbers[try message($0.lowerBound) ?? found, default: 0] > numbers[found, default: 0]
            }
            return (Array(lines[group]), next?.lowerBound ?? third.last?.upperBound ?? 0)
        }
        throw MailsealError("the third edition records all evidence anew")
    }

    /// Where the line of a key stands whose record is used by a signature, behind some line.
    fileprivate func usedKey(behind head: Int) throws -> Int {
        let used = Set(
            try places(of: "dkim").compactMap { place -> Digest? in
                guard case .dkim(let line) = try ManifestLine(lines[place]) else { return nil }
                return line.key
            })
        let place = try places(of: "key").first { place in
            guard place > head, case .key(let key) = try ManifestLine(lines[place]) else { return false }
            return used.contains(Digest(hashing: key.record))
        }
        return try #require(place)
    }
}
