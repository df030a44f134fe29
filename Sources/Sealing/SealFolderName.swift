// The names of the files in a seal's folder (Docs/seals.md).

import Bytes

/// Which time stamp a file belongs to: of which list, by which authority.
public struct SealFolderStamp: Hashable, Comparable, Sendable {
    /// The number of the list that was stamped: 1 is `SEAL`.
    public let list: Int
    /// What the file is called after: the host of the authority's address, which nothing covers.
    public let authority: String

    /// A stamp; whether its files can have names is for `SealFolderName` to say.
    public init(list: Int, authority: String) {
        self.list = list
        self.authority = authority
    }

    /// The older list first, authorities by their names.
    public static func < (a: SealFolderStamp, b: SealFolderStamp) -> Bool {
        (a.list, a.authority) < (b.list, b.authority)
    }
}

/// A file of a seal, by its name; there are no other names.
public enum SealFolderName: Hashable, CustomStringConvertible, Sendable {
    /// A file that belongs to a time stamp, by the end of its name.
    public enum StampPart: String, CaseIterable, Sendable {
        /// What was sent to the authority.
        case request = "tsq"
        /// What the authority answered.
        case reply = "tsr"
        /// Certificates of the signer and its issuers.
        case chain = "chain.pem"
        /// Revocation lists of these issuers.
        case revocationLists = "crls.pem"
    }

    /// `checkpoint`.
    case checkpoint
    /// `checkpoint.note`.
    case note
    /// `checkpoint.sshsig`.
    case signature
    /// `SEAL`, number 1, or a renewal: `SEAL-2` and so on.
    case list(Int)
    /// `SEAL.512`.
    case list512
    /// `SEAL.tsa.example.tsr` and the like.
    case stamp(SealFolderStamp, StampPart)
    /// `README.txt`, which is for people.
    case readMe

    /// The highest number of a list.
    public static let lastList = 999

    /// The file of a name, or nil when a seal has none of this name.
    public init?(_ name: [UInt8]) {
        guard name.count <= 255, let parsed = Self.parse(name.displayText), parsed.text == name else { return nil }
        self = parsed
    }

    /// The name.
    public var text: [UInt8] {
        switch self {
        case .checkpoint: "checkpoint".bytes
        case .note: "checkpoint.note".bytes
        case .signature: "checkpoint.sshsig".bytes
        case .list(let number): number == 1 ? "SEAL".bytes : "SEAL-\(number)".bytes
        case .list512: "SEAL.512".bytes
        case .stamp(let stamp, let part):
            Self.list(stamp.list).text + ".\(stamp.authority).\(part.rawValue)".bytes
        case .readMe: "README.txt".bytes
        }
    }

    /// The name, to be shown.
    public var description: String { text.displayText }

    /// The most bytes that the file may have.
    public var sizeLimit: Int {
        switch self {
        case .checkpoint: 1 << 12
        case .note, .signature: 1 << 16
        case .list, .list512, .readMe, .stamp(_, .request), .stamp(_, .reply): 1 << 20
        case .stamp(_, .chain), .stamp(_, .revocationLists): 1 << 24
        }
    }

    private static func parse(_ name: String) -> SealFolderName? {
        switch name {
        case "checkpoint": return .checkpoint
        case "checkpoint.note": return .note
        case "checkpoint.sshsig": return .signature
        case "SEAL.512": return .list512
        case "README.txt": return .readMe
        default: break
        }
        guard name.hasPrefix("SEAL") else { return nil }
        let list = name.dropFirst(4).prefix { $0 != "." }
        let number = list.isEmpty ? 1 : Int(list.dropFirst()) ?? 0
        guard list.isEmpty || (2...lastList).contains(number) else { return nil }
        let rest = name.dropFirst(4 + list.count)
        if rest.isEmpty { return .list(number) }
        for part in StampPart.allCases where rest.hasSuffix("." + part.rawValue) {
            let authority = rest.dropFirst().dropLast(part.rawValue.count + 1)
            guard isAuthority(authority) else { return nil }
            return .stamp(SealFolderStamp(list: number, authority: String(authority)), part)
        }
        return nil
    }

    /// The most characters of an authority's name.
    public static let longestAuthority = 200

    /// Whether a text can be the name of an authority: `[a-z0-9][a-z0-9.-]*` of at most 200 characters, and not `512`,
    /// which would make its files look like the list's.
    public static func isAuthority(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= longestAuthority, text != "512" else { return false }
        return first != 0x2D && first != 0x2E && text.utf8.allSatisfy(isAllowed)
    }

    /// The name of an authority by the host of its address.
    public static func authority(of url: String) -> String {
        var host = ASCII.lowercased(url.utf8)[...]
        if let colon = host.firstIndex(of: 0x3A) { host = host[(colon + 1)...].drop { $0 == 0x2F } }
        host = host.prefix { ![0x2F, 0x3F, 0x23].contains($0) }
        if let at = host.lastIndex(of: 0x40) { host = host[(at + 1)...] }
        // An address of IPv6 stands in brackets.
        let end = host.first == 0x5B ? 0x5D : 0x3A as UInt8
        host = host.prefix { $0 != end }
        let name = host.map { isAllowed($0) ? $0 : 0x2D }.drop { $0 == 0x2D || $0 == 0x2E }.prefix(longestAuthority)
        let text = String(decoding: name, as: UTF8.self)
        return isAuthority(text) ? text : "tsa-" + text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || ASCII.isDigit(byte) || byte == 0x2D || byte == 0x2E
    }
}
