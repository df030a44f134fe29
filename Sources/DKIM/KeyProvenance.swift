// Where a key record is from: a key that its user wrote down proves less than one that DNS vouched for.

public import Bytes

/// How, when and from where a key record was obtained; facts that are not known are nil.
public struct KeyProvenance: Hashable, Sendable {
    /// What the record rests on.
    public enum Basis: String, Sendable, CaseIterable {
        /// A file that says no more.
        case file
        /// An answer of DNS.
        case dns
        /// An archive of DKIM keys, or a publication.
        case archive
        /// A record of answers that others saw (passive DNS).
        case passiveDNS = "passive-dns"
        /// Computed from signatures: the same signer, the domain not confirmed.
        case recovered
    }

    /// What DNSSEC validation said of the answer (RFC 4035 §4.3).
    public enum DNSSEC: String, Sendable, CaseIterable {
        /// Signed from the trust anchor down.
        case secure
        /// Proven not to be signed.
        case insecure
        /// Signed, and the signatures do not fit.
        case bogus
    }

    /// What the record rests on.
    public var basis: Basis
    /// When it was obtained.
    public var obtained: Timestamp?
    /// The resolver, archive or publication; any bytes.
    public var from: [UInt8]?
    /// When the source saw the record first.
    public var firstSeen: Timestamp?
    /// When the source saw the record last.
    public var lastSeen: Timestamp?
    /// What DNSSEC validation said, where it was done.
    public var dnssec: DNSSEC?
    /// Of a recovered key: how many messages it verifies.
    public var messages: Int?
    /// The earliest Date of these messages, a claim.
    public var firstDate: Timestamp?
    /// The latest Date of these messages, a claim.
    public var lastDate: Timestamp?

    /// Where a record is from.
    public init(
        _ basis: Basis = .file, obtained: Timestamp? = nil, from: [UInt8]? = nil, firstSeen: Timestamp? = nil,
        lastSeen: Timestamp? = nil, dnssec: DNSSEC? = nil, messages: Int? = nil, firstDate: Timestamp? = nil,
        lastDate: Timestamp? = nil
    ) {
        self.basis = basis
        self.obtained = obtained
        self.from = from
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.dnssec = dnssec
        self.messages = messages
        self.firstDate = firstDate
        self.lastDate = lastDate
    }

    /// How much it says about the domain, 0 for the most: DNS with a secure answer, DNS, what others kept, an answer
    /// that failed validation, a recovered key.
    public var rank: Int {
        switch (basis, dnssec) {
        case (.dns, .secure): 0
        case (.dns, .bogus): 3
        case (.dns, _): 1
        case (.archive, _), (.passiveDNS, _), (.file, _): 2
        case (.recovered, _): 4
        }
    }

    /// Different ones once each, the strongest first; equally strong ones in the order of their annotations.
    static func ordered(_ provenances: some Sequence<KeyProvenance>) -> [KeyProvenance] {
        Set(provenances).map { (provenance: $0, text: $0.annotation) }
            .sorted { a, b in
                a.provenance.rank == b.provenance.rank
                    ? a.text.lexicographicallyPrecedes(b.text) : a.provenance.rank < b.provenance.rank
            }
            .map(\.provenance)
    }
}
