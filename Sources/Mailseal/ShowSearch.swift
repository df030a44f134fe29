// Finding a message's lines: by the index when its number is known, else by a search of the manifest.

import Bytes
import Cryptography
import Manifest
import MerkleTree

/// The lines that belong to one message.
struct GatheredLines {
    var message: MessageLine
    var attachments: [AttachmentLine] = []
    var signatures: [DKIMLine] = []
    /// What later editions say of its signatures, in their order.
    var later: [RecordedEvidence] = []
    /// Where it stood, as far as that was looked for.
    var places: [OccurrenceLine] = []
}

/// What a search of the whole manifest found for one message.
struct ManifestSearch {
    var places: [OccurrenceLine] = []
    var sameMessageID: [Int] = []
}

extension Bundle {
    /// The index of the first message of that name, or nil when there is none.
    func leaf(of reference: MessageReference) throws -> Int? {
        switch reference {
        case .number(let number):
            return try leaf(ofMessage: number)
        case .digest(let digest):
            return try firstLeaf(holding: "\"sha256\":\"".bytes + digest.hexadecimal) { $0.sha256 == digest }
        case .messageID(let id):
            guard !id.isEmpty else { return nil }
            return try firstLeaf(holding: Self.canonicalText(id)) { $0.coreMessageID == id }
        }
    }

    /// The index of the first message line that holds these bytes and fits.
    private func firstLeaf(holding bytes: [UInt8], where fits: (MessageLine) -> Bool) throws -> Int? {
        var lines = unread()
        while let line = try lines.next() {
            guard line.isOf(.message), line.contains(bytes), case .message(let message) = try line.read(),
                fits(message)
            else { continue }
            return line.leaf
        }
        return nil
    }

    /// The message whose line stands at an index, the lines that follow it, and its first place.
    func gather(from leaf: Int) throws -> GatheredLines {
        var lines = unread(from: leaf)
        guard let first = try lines.next(), case .message(let message) = try first.read() else {
            throw MailsealError("manifest line \(leaf) is no message", hint: Self.hint)
        }
        try checkRoom(for: message, leaf: leaf)
        var gathered = GatheredLines(message: message)
        while let line = try lines.next() {
            switch try line.read() {
            case .attachment(let attachment): gathered.attachments.append(attachment)
            case .dkim(let signature): gathered.signatures.append(signature)
            case .occurrence(let place):
                gathered.places.append(place)
                return gathered
            default: return gathered
            }
        }
        return gathered
    }

    /// What later editions say of the signatures of messages: of all, or of one.
    func laterEvidence(of message: Digest? = nil) throws -> LaterEvidence {
        var evidence = LaterEvidence()
        guard editions.count > 1 else { return evidence }
        let start = "{\"type\":\"dkim\",\"message\":\"".bytes + (message?.hexadecimal ?? [])
        for edition in editions.dropFirst() {
            // It stands right behind the head line.
            var lines = unread(from: edition.first + 1)
            while let line = try lines.next(), line.isOf(.dkim) || line.isWithheld {
                guard line.starts(with: start), case .dkim(let signature) = try line.read() else { continue }
                try evidence.append(line.text, of: signature.message, edition: edition.number)
            }
        }
        try evidence.finish()
        return evidence
    }

    /// All places of a message, and other messages with the same Message-ID.
    func search(for message: MessageLine) throws -> ManifestSearch {
        var found = ManifestSearch()
        let place = "{\"type\":\"occurrence\",\"message\":\"".bytes + message.sha256.hexadecimal
        let id = message.coreMessageID
        let idText = id.map(Self.canonicalText)
        var lines = unread()
        while let line = try lines.next() {
            if line.starts(with: place) {
                if case .occurrence(let occurrence) = try line.read() { found.places.append(occurrence) }
            } else if let idText, line.isOf(.message), line.contains(idText),
                case .message(let other) = try line.read(), other.coreMessageID == id, other.number != message.number
            {
                found.sameMessageID.append(other.number)
            }
        }
        return found
    }

    /// The line of a source: its number rises through the manifest, so that a few groups are enough to find it.
    ///
    /// - Parameter leaf: the index of a line that is known to stand behind the one that is looked for.
    func source(_ id: Int, before leaf: Int = .max) throws -> SourceLine? {
        var low = 0
        var high = min(groups.count, leaf / Tree.groupSize + 1)
        // Most bundles have few sources, whose lines stand right at the start.
        if high > 1, try firstSource(from: 1) >= id { high = 1 }
        while high - low > 1 {
            let middle = (low + high) / 2
            if try firstSource(from: middle) < id { low = middle } else { high = middle }
        }
        var lines = unread(from: low * Tree.groupSize)
        while let line = try lines.next() {
            guard line.isOf(.source), case .source(let source) = try line.read(), source.id >= id else { continue }
            return source.id == id ? source : nil
        }
        return nil
    }

    /// The number of the first source that a group or a later one mentions; larger than any when there is none.
    private func firstSource(from group: Int) throws -> Int {
        var lines = unread(from: group * Tree.groupSize)
        while let line = try lines.next() {
            guard line.namesSource else { continue }
            switch try line.read() {
            case .source(let line): return line.id
            case .occurrence(let line): return line.source
            case .file(let line): return line.source
            case .container(let line): return line.source
            case .failure(let line): return line.source
            case .sourceEnd(let line): return line.source
            default: continue
            }
        }
        return .max
    }

    /// The bytes that a text becomes inside a JSON string.
    private static func canonicalText(_ text: RawText) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("x", [text])
        // Inside `{"x":["…"]}` or `{"x_hex":["…"]}`.
        return Array(writer.finish().dropFirst(isValidUTF8(text) ? 7 : 11).dropLast(3))
    }
}

extension UnreadLine {
    /// Whether its type has a source's number.
    fileprivate var namesSource: Bool {
        [Kind.source, .occurrence, .file, .container, .failure, .sourceEnd].contains(where: isOf)
    }
}

extension MessageLine {
    /// What stands between the angle brackets of Message-ID, else all of it; nil when there is none.
    var coreMessageID: RawText? {
        guard let messageID else { return nil }
        guard let open = messageID.firstIndex(of: 0x3C), let close = messageID[open...].firstIndex(of: 0x3E) else {
            return messageID
        }
        return Array(messageID[(open + 1)..<close])
    }
}
