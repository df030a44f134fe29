// Why nothing can be asked.

import Bytes
public import Files

/// What ends the work of the resolver.
public enum ResolverError: Error, Equatable, Sendable {
    /// The text is no `ADDRESS` or `ADDRESS@PORT` of IPv4 or IPv6.
    case notAnAddress([UInt8])
    /// A file could not be read.
    case file(FileError)
    /// The file names no name server.
    case noNameServer(path: [UInt8])
    /// The text of trust anchors is longer than `TrustAnchors.sizeLimit`, in bytes.
    case trustAnchorsTooLarge(Int)
    /// A line of the trust anchors is neither a DS nor a DNSKEY record; the line's number, from 1.
    case notATrustAnchor(line: Int)
    /// There is no trust anchor in the text.
    case noTrustAnchor
    /// The library refused to be set up: what was tried, and its reason.
    case refused(String, reason: String)
}

extension ResolverError: CustomStringConvertible {
    /// A sentence that says what, where, what was expected and what was found.
    public var description: String {
        switch self {
        case .notAnAddress(let text):
            "\(text.displayText) is no address of a resolver: expected ADDRESS or ADDRESS@PORT, such as 127.0.0.1@53"
        case .file(let error): error.description
        case .noNameServer(let path): "\(path.displayText) names no name server"
        case .trustAnchorsTooLarge(let size):
            "trust anchors of \(size) bytes: expected at most \(TrustAnchors.sizeLimit)"
        case .notATrustAnchor(let line): "line \(line) is no trust anchor: expected a DS or DNSKEY record"
        case .noTrustAnchor: "no trust anchor found: expected a DS or DNSKEY record"
        case .refused(let what, let reason): "the resolver refused \(what): \(reason)"
        }
    }
}
