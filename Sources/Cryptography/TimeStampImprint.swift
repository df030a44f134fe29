// What a time stamp is over: a digest, and the hash function that it is of.

import Bytes
import CCrypto

/// The digest that a time stamp is over (MessageImprint, RFC 3161 §2.4.1).
public struct TimeStampImprint: Hashable, Sendable {
    /// A hash function that is strong enough for a time stamp.
    public enum Algorithm: String, CaseIterable, Sendable {
        /// SHA-256.
        case sha256
        /// SHA-384.
        case sha384
        /// SHA-512.
        case sha512

        /// The length of its digest in bytes.
        public var digestLength: Int {
            switch self {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }

        /// The name that people write, such as `SHA-256`.
        public var name: String { "SHA-\(digestLength * 8)" }

        var identifier: ObjectIdentifier {
            let last: UInt8 =
                switch self {
                case .sha256: 1
                case .sha384: 2
                case .sha512: 3
                }
            return ObjectIdentifier(known: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last])
        }

        init?(_ identifier: ObjectIdentifier) {
            guard let found = Self.allCases.first(where: { $0.identifier == identifier }) else { return nil }
            self = found
        }

        /// The digest of the bytes.
        public func digest(of bytes: [UInt8]) -> [UInt8] { LibraryContext.digest(of: bytes, by: rawValue) }
    }

    /// The hash function.
    public let algorithm: Algorithm
    /// The digest.
    public let digest: [UInt8]

    /// An imprint, or nil when the digest is not as long as those of the hash function.
    public init?(_ algorithm: Algorithm, digest: [UInt8]) {
        guard digest.count == algorithm.digestLength else { return nil }
        self.algorithm = algorithm
        self.digest = digest
    }

    /// The imprint of the bytes.
    public init(_ algorithm: Algorithm, of bytes: [UInt8]) {
        self.algorithm = algorithm
        digest = algorithm.digest(of: bytes)
    }

    /// The imprints of the bytes by every hash function.
    public static func all(of bytes: [UInt8]) -> [TimeStampImprint] { Algorithm.allCases.map { Self($0, of: bytes) } }

    var der: [UInt8] {
        let identifier = DERWriter.value(.objectIdentifier, algorithm.identifier.contents)
        let algorithm = DERWriter.value(.sequence, identifier + DERWriter.value(.null, []))
        return DERWriter.value(.sequence, algorithm + DERWriter.value(.octetString, digest))
    }
}

extension TimeStampImprint: CustomStringConvertible {
    /// The hash function and the hexadecimal digits, such as `SHA-256 2cf2…`.
    public var description: String { algorithm.name + " " + Hexadecimal.encode(digest).displayText }
}

extension LibraryContext {
    /// The digest of the bytes by a hash function of libcrypto's name.
    static func digest(of bytes: [UInt8], by name: String) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            let done = unsafe bytes.withUnsafeBytes { bytes in
                unsafe EVP_Q_digest(shared, name, nil, bytes.baseAddress, bytes.count, buffer.baseAddress, &count)
            }
            precondition(done == 1, "libcrypto has no \(name)")
        }
    }
}
