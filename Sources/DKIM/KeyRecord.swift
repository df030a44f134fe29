// What a key record says: the TXT record at selector._domainkey.domain.

import Bytes
public import Cryptography

/// A key record (RFC 6376 §3.6.1, RFC 8463 §4), parsed from the bytes of a TXT record.
public struct KeyRecord: Sendable {
    /// The key, or why there is none.
    enum State: Sendable {
        case rsa(RSAPublicKey)
        case ed25519(Ed25519PublicKey)
        case revoked
        case unusable(Violation)
    }

    let state: State
    /// h=, the hashes that are allowed; absent means all.
    let hashes: [UInt8]?
    /// s=, the services; absent means all.
    let services: [UInt8]?
    /// Whether t= has the flag `y`: the domain is testing.
    public let isTesting: Bool
    /// Whether t= has the flag `s`: i= must be exactly of the domain d=.
    public let isStrict: Bool
    /// n= as written: notes for people.
    public let notes: [UInt8]?
    /// g= as written: a restriction of RFC 4871 that RFC 6376 dropped; recorded, not applied.
    public let granularity: [UInt8]?

    /// Parses the joined strings of a TXT record; a record that cannot be used says so in its state.
    public init(parsing record: [UInt8]) {
        let tags = TagList(parsing: record[...])
        let flags = tags["t"].map { TagValue.items($0.value) } ?? []
        isTesting = flags.contains { $0.elementsEqual("y".utf8) }
        isStrict = flags.contains { $0.elementsEqual("s".utf8) }
        hashes = tags["h"].map { Array($0.value) }
        services = tags["s"].map { Array($0.value) }
        notes = tags["n"].map { Array($0.value) }
        granularity = tags["g"].map { Array($0.value) }
        state = Self.state(of: tags)
    }

    /// Whether p= is empty: the domain withdrew the key.
    public var isRevoked: Bool {
        guard case .revoked = state else { return false }
        return true
    }

    /// Why the record cannot be used, if it cannot.
    public var violation: Violation? {
        guard case .unusable(let violation) = state else { return nil }
        return violation
    }

    /// The key when it is one for RSA.
    public var rsaKey: RSAPublicKey? {
        guard case .rsa(let key) = state else { return nil }
        return key
    }

    /// Whether h= allows a hash, by its name there.
    public func allows(hash: String) -> Bool {
        hashes.map { TagValue.list($0[...], contains: hash) } ?? true
    }

    /// The strength in bits: of an RSA modulus, 256 for Ed25519; nil without a key.
    public var bits: Int? {
        switch state {
        case .rsa(let key): key.bits
        case .ed25519: 256
        case .revoked, .unusable: nil
        }
    }

    private static func state(of tags: TagList) -> State {
        if tags.isMalformed || tags.hasDuplicates { return .unusable(.keyMalformedTag) }
        if let version = tags["v"]?.value, !version.elementsEqual("DKIM1".utf8) { return .unusable(.keyWrongVersion) }
        let type = ASCII.lowercased(tags["k"]?.value ?? "rsa".bytes[...])
        guard let data = tags["p"]?.value else { return .unusable(.keyMissingData) }
        guard type == "rsa".bytes || type == "ed25519".bytes else { return .unusable(.keyUnknownType) }
        if data.isEmpty { return .revoked }
        guard let bytes = TagValue.base64(data) else { return .unusable(.keyMalformedData) }
        do {
            if type == "ed25519".bytes { return .ed25519(try Ed25519PublicKey(bytes)) }
            return .rsa(try rsaKey(bytes))
        } catch {
            return .unusable(.keyMalformedData)
        }
    }

    /// Why the numbers of a record's RSA key are refused, when it has any.
    public static func refusal(of record: [UInt8]) -> CryptographyError? {
        guard let data = TagList(parsing: record[...])["p"]?.value, let der = TagValue.base64(data) else { return nil }
        do { _ = try RSAPublicKey(subjectPublicKeyInfo: der) } catch {
            guard case .malformedKey = error else { return error }
        }
        do { _ = try RSAPublicKey(pkcs1: der) } catch {
            guard case .malformedKey = error else { return error }
        }
        return nil
    }

    /// RFC 6376 names the bare form and shows the other one (erratum 3017); both are in use.
    private static func rsaKey(_ der: [UInt8]) throws(CryptographyError) -> RSAPublicKey {
        do { return try RSAPublicKey(subjectPublicKeyInfo: der) } catch { return try RSAPublicKey(pkcs1: der) }
    }
}
