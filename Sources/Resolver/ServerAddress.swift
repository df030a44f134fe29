// Addresses of resolvers, checked before the library sees them.

public import Bytes
import Files
import Glibc

/// The address of a resolver that is asked.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// `ADDRESS@PORT`, such as `127.0.0.1@53` or `::1@53`.
    public let description: String

    /// Reads `ADDRESS` (port 53) or `ADDRESS@PORT`, of IPv4 or IPv6.
    public init(_ text: [UInt8]) throws(ResolverError) {
        let parts = text.split(separator: 0x40, maxSplits: 1, omittingEmptySubsequences: false)
        let port = parts.count == 2 ? Self.port(parts[1]) : 53
        guard let address = parts.first, let port, Self.isAddress(address) else { throw .notAnAddress(text) }
        description = "\(address.displayText)@\(port)"
    }

    /// The resolvers that the system is configured with: the `nameserver` lines of `/etc/resolv.conf`.
    public static func system(path: [UInt8] = "/etc/resolv.conf".bytes) throws(ResolverError) -> [ServerAddress] {
        let text = try contents(of: path, upTo: 64 << 10)
        var addresses: [ServerAddress] = []
        for line in text.split(separator: ASCII.lf) {
            let words = line.split(whereSeparator: ASCII.isWhiteSpace)
            guard words.count >= 2, words[0].elementsEqual("nameserver".utf8) else { continue }
            // As the system does, an address that is none is passed over.
            if let address = try? ServerAddress(Array(words[1])) { addresses.append(address) }
        }
        guard !addresses.isEmpty else { throw .noNameServer(path: path) }
        return addresses
    }

    private static func port(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...5).contains(digits.count), digits.allSatisfy(ASCII.isDigit), digits.first != 0x30 else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 & 0x0F) }
        return number <= 65_535 ? number : nil
    }

    private static func isAddress(_ text: ArraySlice<UInt8>) -> Bool {
        guard (2...45).contains(text.count), !text.contains(ASCII.nul) else { return false }
        let text = text.displayText
        var room: (UInt64, UInt64) = (0, 0)
        return unsafe inet_pton(AF_INET, text, &room) == 1 || inet_pton(AF_INET6, text, &room) == 1
    }
}

/// The first bytes of a file, `limit` at most.
func contents(of path: [UInt8], upTo limit: Int) throws(ResolverError) -> [UInt8] {
    do throws(FileError) {
        let file = try ReadableFile(named: path)
        return try file.read(at: 0, count: min(file.size, limit))
    } catch {
        throw .file(error)
    }
}
