// Readers of the member types that several lines share: required members, digests, times, codes, paths.

import Bytes
import Cryptography

extension CanonicalJSONReader {
    mutating func required<Value>(
        _ key: String, _ value: Value?
    ) throws(CanonicalJSONError) -> Value {
        guard let value else { throw missing(key) }
        return value
    }

    mutating func requiredText(_ key: String) throws(CanonicalJSONError) -> RawText {
        try required(key, try text(key))
    }

    mutating func requiredNumber(_ key: String) throws(CanonicalJSONError) -> Int {
        Int(try required(key, try number(key)))
    }

    mutating func optionalNumber(_ key: String) throws(CanonicalJSONError) -> Int? {
        try number(key).map { Int($0) }
    }

    mutating func digest(_ key: String) throws(CanonicalJSONError) -> Digest? {
        guard let text = try text(key) else { return nil }
        guard let digest = Digest(hexadecimal: text) else { throw error("64 lower-case hex digits before this") }
        return digest
    }

    mutating func requiredDigest(_ key: String) throws(CanonicalJSONError) -> Digest {
        try required(key, try digest(key))
    }

    mutating func digests(_ key: String) throws(CanonicalJSONError) -> [Digest] {
        var digests: [Digest] = []
        for text in try texts(key) {
            guard let digest = Digest(hexadecimal: text) else { throw error("64 lower-case hex digits before this") }
            digests.append(digest)
        }
        return digests
    }

    mutating func time(_ key: String) throws(CanonicalJSONError) -> Timestamp? {
        guard let text = try text(key) else { return nil }
        guard let time = Timestamp(rfc3339: text), time.description.utf8.elementsEqual(text) else {
            throw error("a time such as 2017-05-05T18:00:00Z before this")
        }
        return time
    }

    /// A word of lower-case ASCII letters, digits and `-`.
    mutating func code(_ key: String) throws(CanonicalJSONError) -> String? {
        guard let text = try text(key) else { return nil }
        return try checkedCode(text)
    }

    /// An array of codes, sorted and distinct.
    mutating func codes(_ key: String) throws(CanonicalJSONError) -> [String] {
        var codes: [String] = []
        var last: RawText = []
        for text in try texts(key) {
            guard last.lexicographicallyPrecedes(text) else { throw error("sorted codes before this") }
            codes.append(try checkedCode(text))
            last = text
        }
        return codes
    }

    /// Numbers joined by dots, and `;uu` and a number for a uuencoded item: `2`, `1.3`, `1;uu2`.
    mutating func partNumber(_ key: String) throws(CanonicalJSONError) -> String? {
        guard let text = try text(key) else { return nil }
        return try checkedPartNumber(text)
    }

    /// An array of part numbers.
    mutating func partNumbers(_ key: String) throws(CanonicalJSONError) -> [String] {
        var numbers: [String] = []
        for text in try texts(key) { numbers.append(try checkedPartNumber(text)) }
        return numbers
    }

    private func checkedPartNumber(_ text: RawText) throws(CanonicalJSONError) -> String {
        let parts = text.split(separator: 0x3B, maxSplits: 1, omittingEmptySubsequences: false)
        var numbers = parts[0].split(separator: 0x2E, omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard parts[1].starts(with: "uu".utf8) else {
                throw error("a part number such as 1.2 or 1;uu2 before this")
            }
            numbers.append(parts[1].dropFirst(2))
        }
        guard numbers.allSatisfy({ !$0.isEmpty && $0.first != 0x30 && $0.allSatisfy(ASCII.isDigit) }) else {
            throw error("a part number such as 1.2 or 1;uu2 before this")
        }
        return text.displayText
    }

    mutating func path(_ key: String = "path") throws(CanonicalJSONError) -> SourcePath? {
        let levels = try textLists(key)
        guard !levels.isEmpty else { return nil }
        guard levels.count <= Format.levelLimit else { throw error("at most \(Format.levelLimit) levels before this") }
        return SourcePath(levels: levels)
    }

    func checkedCode(_ text: RawText) throws(CanonicalJSONError) -> String {
        let allowed = !text.isEmpty && text.allSatisfy { (0x61...0x7A).contains($0) || ASCII.isDigit($0) || $0 == 0x2D }
        guard allowed else { throw error("a code of lower-case letters, digits and - before this") }
        return text.displayText
    }
}

extension CanonicalJSONWriter {
    mutating func add(_ key: String, _ digest: Digest?) { add(key, digest?.hexadecimal) }

    mutating func add(_ key: String, _ digests: [Digest]) { add(key, digests.map(\.hexadecimal)) }

    mutating func add(_ key: String, _ time: Timestamp?) { add(key, time?.description.bytes) }

    mutating func add(_ key: String, code: String?) { add(key, code?.bytes) }

    mutating func add(_ key: String, codes: [String]) { add(key, codes.map(\.bytes)) }

    mutating func add(_ key: String, _ path: SourcePath?) { add(key, path?.levels ?? []) }
}

extension CanonicalJSONReader {
    mutating func retrieved() throws(CanonicalJSONError) -> Retrieval? {
        try object("retrieved") { (inner) throws(CanonicalJSONError) in try Retrieval(&inner) }
    }
}
