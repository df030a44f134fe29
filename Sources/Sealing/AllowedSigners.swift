// Who may sign: OpenSSH's file of allowed signers (ssh-keygen(1), "ALLOWED SIGNERS").

public import Bytes

/// One line of the file: a key, who is meant by it, and what it is good for.
public struct AllowedSigner: Hashable, Sendable {
    /// The line, from 1.
    public let line: Int
    /// Who signs with the key: `USER@DOMAIN` patterns.
    public let principals: SSHPatternList
    /// The key.
    public let key: SSHPublicKey
    /// Whether the key is for certificates only (`cert-authority`), which are not supported.
    public let isCertificateAuthority: Bool
    /// The namespaces that the key may sign for (`namespaces`), or nil when it may for any.
    public let namespaces: SSHPatternList?
    /// The first second in which the key is valid (`valid-after`), or nil.
    public let validAfter: Timestamp?
    /// The last second in which the key is valid (`valid-before`), or nil.
    public let validBefore: Timestamp?
}

/// A file of allowed signers, read as a whole: a line that cannot be read is an error, wherever it stands.
public struct AllowedSigners: Hashable, Sendable {
    /// The lines that are neither empty nor comments, in their order.
    public let signers: [AllowedSigner]

    /// The most bytes of a file that are read.
    public static let maximumLength = 1 << 20

    /// Reads a file; lines end in LF or CRLF.
    public init(parsing text: [UInt8]) throws(SSHFormatError) {
        guard text.count <= Self.maximumLength else {
            throw .tooLong(.allowedSigners, bytes: text.count, limit: Self.maximumLength)
        }
        var signers: [AllowedSigner] = []
        var lines = SSHListLines(text)
        while let (number, line) = lines.next() {
            signers.append(try AllowedSignersLine(line, number: number).signer())
        }
        self.signers = signers
    }

    /// Whether the key may sign in a namespace at a time, for a principal when one is given.
    ///
    /// The time is that of the signature, so take it from a time stamp. Both ends of a validity period belong to it, as
    /// in OpenSSH.
    public func answer(
        for key: SSHPublicKey, namespace: [UInt8], at time: Timestamp, principal: [UInt8]? = nil
    ) -> AllowedSignersAnswer {
        var allowing: [AllowedSigner] = []
        var refusals: [AllowedSignersRefusal] = []
        for signer in signers where signer.key == key {
            if let reason = signer.reason(against: namespace, at: time, principal) {
                refusals.append(AllowedSignersRefusal(signer: signer, reason: reason))
            } else {
                allowing.append(signer)
            }
        }
        return allowing.isEmpty ? refusals.isEmpty ? .unknownKey : .refused(refusals) : .allowed(allowing)
    }
}

/// What a file of allowed signers says of a key.
public enum AllowedSignersAnswer: Hashable, Sendable {
    /// These lines allow it: one or more.
    case allowed([AllowedSigner])
    /// These lines have the key, and none allows it: one or more.
    case refused([AllowedSignersRefusal])
    /// No line has the key.
    case unknownKey
}

/// A line that has the key and does not allow it.
public struct AllowedSignersRefusal: Hashable, Sendable, CustomStringConvertible {
    /// Why a line does not allow a key that it has.
    public enum Reason: Hashable, Sendable {
        /// The line is for certificates only.
        case certificateAuthority
        /// No pattern of the line matches the principal, or a negated one does.
        case otherPrincipal
        /// The line does not allow the namespace.
        case otherNamespace
        /// The key was not valid yet, but is from this time on.
        case notYetValid(Timestamp)
        /// The key was no longer valid after this time.
        case expired(Timestamp)
    }

    /// The line.
    public let signer: AllowedSigner
    /// Why it does not allow the key.
    public let reason: Reason

    /// A sentence such as `line 3 allows the key until 2026-01-01T00:00:00Z`.
    public var description: String {
        let line = "line \(signer.line)"
        switch reason {
        case .certificateAuthority: return "\(line) allows certificates of the key only, which are not supported"
        case .otherPrincipal:
            return "\(line) is for \(safeForTerminal(signer.principals.description))"
        case .otherNamespace:
            return "\(line) allows the namespaces \(safeForTerminal(signer.namespaces?.description ?? ""))"
        case .notYetValid(let time): return "\(line) allows the key from \(time) on"
        case .expired(let time): return "\(line) allows the key until \(time)"
        }
    }
}

extension AllowedSigner {
    fileprivate func reason(
        against namespace: [UInt8], at time: Timestamp, _ principal: [UInt8]?
    ) -> AllowedSignersRefusal.Reason? {
        if let principal, !principals.matches(principal) { return .otherPrincipal }
        if isCertificateAuthority { return .certificateAuthority }
        if let namespaces, !namespaces.matches(namespace) { return .otherNamespace }
        if let validAfter, time < validAfter { return .notYetValid(validAfter) }
        if let validBefore, validBefore < time { return .expired(validBefore) }
        return nil
    }
}
