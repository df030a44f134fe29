// The keys at which DNSSEC validation starts, read strictly: an anchor that is dropped makes everything below it insecure.

import Bytes
import Files

/// Trust anchors: DS or DNSKEY records of the zones that are trusted to sign (RFC 4033 §2).
public struct TrustAnchors: Hashable, Sendable {
    /// The longest text that is read, in bytes.
    public static let sizeLimit = 1 << 20
    /// The files where Debian and unbound keep the root's keys, in the order in which they are looked for.
    public static let rootFiles = ["/usr/share/dns/root.key".bytes, "/var/lib/unbound/root.key".bytes]

    /// The records, each as one line of a zone file without comments.
    public let records: [[UInt8]]

    /// None: every answer is insecure.
    public static let none = TrustAnchors(records: [])

    private init(records: [[UInt8]]) { self.records = records }

    /// Reads records in the form of a zone file, one on each line; comments start with `;` or `#`.
    ///
    /// In a file that a resolver keeps up to date (RFC 5011), keys that are not yet or no longer valid are left out.
    public init(parsing text: [UInt8]) throws(ResolverError) {
        guard text.count <= Self.sizeLimit else { throw .trustAnchorsTooLarge(text.count) }
        var records: [[UInt8]] = []
        for (index, line) in text.split(separator: ASCII.lf, omittingEmptySubsequences: false).enumerated() {
            let end = line.firstIndex { $0 == 0x3B || $0 == 0x23 } ?? line.endIndex
            let record = ASCII.trimmed(line[..<end])
            if record.isEmpty { continue }
            guard Self.isAnchor(record) else { throw .notATrustAnchor(line: index + 1) }
            if Self.isTrusted(comment: line[end...]) { records.append(Array(record)) }
        }
        guard !records.isEmpty else { throw .noTrustAnchor }
        self.records = records
    }

    /// Reads the records of a file.
    public init(path: [UInt8]) throws(ResolverError) {
        // One byte more than the limit tells too much from enough.
        try self.init(parsing: try contents(of: path, upTo: Self.sizeLimit + 1))
    }

    /// The root's keys of this system with the file that they are from, or nil when there is no such file.
    public static func root(
        among paths: [[UInt8]] = rootFiles
    ) throws(ResolverError) -> (anchors: TrustAnchors, path: [UInt8])? {
        for path in paths {
            do throws(ResolverError) {
                return (try TrustAnchors(path: path), path)
            } catch {
                if case .file(let error) = error, error.isMissing { continue }
                throw error
            }
        }
        return nil
    }

    // NAME [TTL] [CLASS] DS|DNSKEY, three numbers, and a digest or a key (RFC 4034 §2.2, §5.3).
    private static func isAnchor(_ record: ArraySlice<UInt8>) -> Bool {
        let words = record.split(whereSeparator: ASCII.isBlank)
        let isType = { (word: ArraySlice<UInt8>, type: String) in ASCII.equalIgnoringCase(word, type.utf8) }
        let types = words.dropFirst().prefix(3)
        guard let place = types.firstIndex(where: { isType($0, "DS") || isType($0, "DNSKEY") }) else { return false }
        let numbers = words[(place + 1)...].prefix(3)
        guard numbers.count == 3, numbers.allSatisfy({ $0.count <= 5 && $0.allSatisfy(ASCII.isDigit) }) else {
            return false
        }
        let data = words[(place + 4)...].joined()
        guard isType(words[place], "DS") else { return (Base64.decode(Array(data))?.count ?? 0) >= shortestKey }
        guard let digest = Hexadecimal.decode(ASCII.lowercased(data)) else { return false }
        return digestLengths[numbers.last?.displayText ?? ""] == digest.count
    }

    // Ed25519, the shortest keys that there are (RFC 8080).
    private static let shortestKey = 32
    // By the digest's number: SHA-1, SHA-256, SHA-384 (RFC 4034, 4509, 6605).
    private static let digestLengths = ["1": 20, "2": 32, "4": 48]

    // The states of RFC 5011 §4.2 as unbound writes them: 2 is valid, 3 is valid but not seen lately.
    private static func isTrusted(comment: ArraySlice<UInt8>) -> Bool {
        let mark = ";;state=".bytes
        guard let place = comment.indices.first(where: { comment[$0...].starts(with: mark) }) else { return true }
        let state = comment[(place + mark.count)...].first
        return state == 0x32 || state == 0x33
    }
}
