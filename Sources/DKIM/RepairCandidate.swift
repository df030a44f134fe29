// One body that a message may have had, the ways to write it, and what was undone to get there.

import Bytes
import Mail

/// A body in a source.
struct RepairCandidate {
    let source: RepairSource
    let entity: RepairEntity
    private let bodyStart: Int

    /// All bodies that a source may stand for.
    static func all(in source: RepairSource) -> [RepairCandidate] {
        let message = Message(parsing: source.bytes)
        return RepairEntity.all(in: message).map {
            RepairCandidate(source: source, entity: $0, bodyStart: message.header.bodyStart)
        }
    }

    private init(source: RepairSource, entity: RepairEntity, bodyStart: Int) {
        self.source = source
        self.entity = entity
        self.bodyStart = bodyStart
    }

    /// The whole body of a source, of which no parts are looked at.
    init(source: RepairSource, bodyStart: Int) {
        self.init(
            source: source, entity: RepairEntity(whole: bodyStart..<source.bytes.count), bodyStart: bodyStart)
    }

    /// The header section that the body had before it was wrapped.
    var innerHeader: [UInt8]? { entity.header.map { Array(source.bytes[$0]) } }

    /// The body with these ranges, which ascend, replaced.
    func bytes(_ changes: [(Range<Int>, [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entity.body.count)
        var place = entity.body.lowerBound
        for (range, replacement) in changes {
            bytes += source.bytes[place..<range.lowerBound]
            bytes += replacement
            place = range.upperBound
        }
        return bytes + source.bytes[place..<entity.body.upperBound]
    }

    /// What was undone when a version of the body, ended at a cut, is the one that was signed.
    func repairs(_ version: RepairVersion, cut: Int) -> [Repair] {
        var repairs = source.repairs
        if !entity.omitted.isEmpty { repairs.append(Repair(.listFooter, edits: stored(entity.omitted))) }
        if entity.header != nil {
            let around = [bodyStart..<entity.body.lowerBound, entity.body.upperBound..<source.bytes.count]
            repairs.append(Repair(.listFooter, edits: stored(around)))
        }
        if let parts = version.parts { return repairs + parts.map { Repair($0.name, edits: stored($0.edits)) } }
        let leaf = entity.leaves.first
        let encoding = leaf?.encoding ?? .identity
        let body = entity.isLeaf ? leaf?.body ?? entity.body : entity.body
        func place(_ place: Int) -> Int {
            version.coding == nil ? body.lowerBound + place : encoding.place(ofDecoded: place, in: source.bytes, body)
        }
        let name = version.ending(at: cut, encoding).flatMap(\.self)
        let start = place(version.start)
        let end = name == nil ? body.upperBound : place(version.place(ofCut: cut))
        if version.coding != nil, let name = encoding.decoding { repairs.append(Repair(name, edits: stored([body]))) }
        if version.start > 0 { repairs.append(Repair(.banner, edits: stored([body.lowerBound..<start]))) }
        if let name { repairs.append(Repair(name, edits: stored([end..<body.upperBound]))) }
        if let name = version.coding?.encoding { repairs.append(Repair(name, edits: stored([start..<end]))) }
        return repairs
    }

    private func stored(_ ranges: [Range<Int>]) -> [Range<Int>] {
        ranges.filter { !$0.isEmpty }.map(source.stored)
    }
}

/// A way to write a body.
struct RepairVersion {
    /// The text, as it is hashed.
    let text: RepairText
    /// Where it starts in the body as it stands or, when it is recoded, in the decoded body.
    let start: Int
    /// How it is coded; nil when it stays as it stands.
    let coding: RepairCoding?
    /// What was undone in the parts of a multipart; ranges are those of the source.
    let parts: [Repair]?

    /// A text from a place on; with a coding it is a decoded one.
    init(_ text: [UInt8], from start: Int, as coding: RepairCoding? = nil, mayEndEarlier: Bool) {
        self.text = RepairText(Array(text[start...]), as: coding ?? .identity, mayEndEarlier: mayEndEarlier)
        self.start = start
        self.coding = coding
        parts = nil
    }

    /// A multipart of which parts were changed.
    init(_ text: [UInt8], parts: [Repair]) {
        self.text = RepairText(text, as: .identity, mayEndEarlier: false)
        self.parts = parts
        start = 0
        coding = nil
    }

    /// What stands behind a cut: a name, nothing but white space (`.some(nil)`), or what must not be left out (nil).
    func ending(at cut: Int, _ encoding: TransferEncoding) -> Repair.Name?? {
        let added = text.added(behind: cut)
        if added.allSatisfy(ASCII.isWhiteSpace) { return .some(nil) }
        if let name = RepairTrailer.name(of: added) { return .some(name) }
        // As it stands, the text is still encoded, and what was added may be.
        guard coding == nil, encoding != .identity else { return nil }
        let name = RepairTrailer.name(of: encoding.decoded(Array(added).span)[...])
        return name.map { .some($0) } ?? nil
    }

    /// Where a cut stands in the text that `start` counts in.
    func place(ofCut cut: Int) -> Int { start + text.place(ofCut: cut) }
}

extension TransferEncoding {
    /// Where the byte stands in an encoded body that is the first after `count` decoded ones.
    func place(ofDecoded count: Int, in bytes: [UInt8], _ body: Range<Int>) -> Int {
        switch self {
        case .identity, .uuencode: return min(body.lowerBound + count, body.upperBound)
        case .base64:
            // The group of four letters that holds the byte.
            var letters = count / 3 * 4
            for place in body where RepairCoding.isLetter(bytes[place]) {
                if letters == 0 { return place }
                letters -= 1
            }
        case .quotedPrintable:
            var left = count
            var place = body.lowerBound
            while left > 0, place < body.upperBound {
                let end = min(
                    bytes.firstPlace(of: ASCII.lf, from: place).map { $0 + 1 } ?? body.upperBound, body.upperBound)
                let line = decoded(bytes.span.extracting(place..<end)).count
                if line > left { return place }
                left -= line
                place = end
            }
            return place
        }
        return body.upperBound
    }
}
