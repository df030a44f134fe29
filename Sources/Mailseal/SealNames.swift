// The names of the files of a seal.

import Bytes

/// What a file in the folder of a seal is, going by its name.
enum SealFileName: Equatable {
    case checkpoint
    case note
    case sshSignature
    case readme
    /// A list: the first one, `SEAL`, has number 1.
    case list(Int)
    /// `SEAL.512`.
    case list512
    /// What belongs to a time stamp over a list.
    case stamp(list: Int, authority: String, StampFile)

    enum StampFile: String, CaseIterable {
        case reply = "tsr"
        case request = "tsq"
        case chain = "chain.pem"
        case revocationLists = "crls.pem"
    }

    /// What a name means, or nil when it is none of a seal.
    init?(_ name: [UInt8]) {
        guard name.count <= 255, let text = String(validating: name, as: UTF8.self) else { return nil }
        switch text {
        case "checkpoint": self = .checkpoint
        case "checkpoint.note": self = .note
        case "checkpoint.sshsig": self = .sshSignature
        case "README.txt": self = .readme
        case "SEAL.512": self = .list512
        default:
            let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard let list = Self.list(String(parts[0])) else { return nil }
            guard parts.count == 2 else {
                self = .list(list)
                return
            }
            let kinds = StampFile.allCases.filter { parts[1].hasSuffix("." + $0.rawValue) }
            guard let kind = kinds.first else { return nil }
            let authority = String(parts[1].dropLast(kind.rawValue.count + 1))
            guard Self.isAuthority(authority) else { return nil }
            self = .stamp(list: list, authority: authority, kind)
        }
    }

    /// The name.
    var text: String {
        switch self {
        case .checkpoint: "checkpoint"
        case .note: "checkpoint.note"
        case .sshSignature: "checkpoint.sshsig"
        case .readme: "README.txt"
        case .list(1): "SEAL"
        case .list(let number): "SEAL-\(number)"
        case .list512: "SEAL.512"
        case .stamp(let list, let authority, let kind): "\(Self.list(list).text).\(authority).\(kind.rawValue)"
        }
    }

    /// The most bytes of such a file.
    var limit: Int {
        switch self {
        case .checkpoint: 4096
        case .note, .sshSignature: 1 << 16
        case .list, .list512, .readme, .stamp(_, _, .reply), .stamp(_, _, .request): 1 << 20
        case .stamp(_, _, .chain), .stamp(_, _, .revocationLists): 16 << 20
        }
    }

    /// Whether a text can be the name of an authority: `[a-z0-9][a-z0-9.-]*` of at most 200 characters, and not `512`.
    static func isAuthority(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 200, text != "512" else { return false }
        return first != 0x2D && first != 0x2E && text.utf8.allSatisfy(isAllowed)
    }

    /// The name of an authority by the host of its address.
    static func authority(of url: String) -> String {
        var host = ASCII.lowercased(url.utf8)[...]
        if let colon = host.firstIndex(of: 0x3A) { host = host[(colon + 1)...].drop { $0 == 0x2F } }
        host = host.prefix { ![0x2F, 0x3F, 0x23].contains($0) }
        if let at = host.lastIndex(of: 0x40) { host = host[(at + 1)...] }
        // An address of IPv6 stands in brackets.
        let end = host.first == 0x5B ? 0x5D : 0x3A as UInt8
        host = host.prefix { $0 != end }
        let name = host.map { isAllowed($0) ? $0 : 0x2D }.drop { $0 == 0x2D || $0 == 0x2E }.prefix(200)
        let text = String(decoding: name, as: UTF8.self)
        return isAuthority(text) ? text : "tsa-" + text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (ASCII.isLetter(byte) && ASCII.lowercased(byte) == byte) || byte == 0x2D || byte == 0x2E
    }

    /// The number of a list by its name: `SEAL`, or `SEAL-` and a number from 2 to 999 in its only form.
    private static func list(_ text: String) -> Int? {
        if text == "SEAL" { return 1 }
        guard text.hasPrefix("SEAL-"), let number = Int(text.dropFirst(5)), (2...999).contains(number),
            text == "SEAL-\(number)"
        else { return nil }
        return number
    }
}
