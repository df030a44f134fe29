// The order in which a message's signatures stand: DKIM, DomainKeys, then ARC sets by instance, the seal last.

/// A signature's place among the kinds.
struct SignatureOrder: Comparable {
    private let kind: Int
    private let instance: Int
    private let isSeal: Bool

    /// Before any signature.
    static let first = SignatureOrder(kind: 0, instance: 0, isSeal: false)

    private init(kind: Int, instance: Int, isSeal: Bool) {
        self.kind = kind
        self.instance = instance
        self.isSeal = isSeal
    }

    /// The place of a signature; nil when its kind is unknown, or its instance or chain validation does not belong to it.
    init?(of signature: DKIMLine) {
        switch (signature.kind, signature.instance) {
        case (nil, nil): self.init(kind: 0, instance: 0, isSeal: false)
        case ("domainkeys", nil): self.init(kind: 1, instance: 0, isSeal: false)
        case ("arc-message", let instance?) where instance > 0: self.init(kind: 2, instance: instance, isSeal: false)
        case ("arc-seal", let instance?) where instance > 0: self.init(kind: 2, instance: instance, isSeal: true)
        default: return nil
        }
        if signature.chainValidation != nil, !isSeal { return nil }
    }

    static func < (a: SignatureOrder, b: SignatureOrder) -> Bool {
        if a.kind != b.kind { return a.kind < b.kind }
        return a.instance == b.instance ? !a.isSeal && b.isSeal : a.instance < b.instance
    }
}
