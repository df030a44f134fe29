// The verification of DomainKeys signatures (RFC 4870), the ancestor of DKIM: common before 2012, historic since.

import Bytes
import Cryptography
import Mail

extension Verifier {
    /// The number of DomainKey-Signature fields of one message that are looked at; each needs the whole body hashed.
    static let maximumDomainKeys = 10

    /// The evidence of a message's DomainKey-Signature fields from the top, and how many more there are.
    func domainKeysEvidence(
        _ index: FieldIndex, _ header: HeaderSection, of message: Span<UInt8>, _ budget: inout TrialBudget
    ) -> (evidence: [Evidence], unexamined: Int) {
        let places = index.places(of: "domainkey-signature")
        let fields = places.prefix(Self.maximumDomainKeys).map { place in
            SignatureField(at: place, in: header, of: message, as: .domainKeys)
        }
        budget.admit(fields)
        let evidence = fields.filter { !$0.isPassedOver }.map { domainKeysEvidence(of: $0, index, header, message) }
        return (evidence, places.count - evidence.count)
    }

    private func domainKeysEvidence(
        of field: SignatureField, _ index: FieldIndex, _ header: HeaderSection, _ message: Span<UInt8>
    ) -> Evidence {
        let signature = field.signature
        guard !signature.isMalformed, let form = DomainKeysForm(name: signature.canonicalizationName?[...]) else {
            return Evidence(malformed: signature)
        }
        let signed = DomainKeysHeader(field, index, header, of: message)
        var evidence: Evidence?
        for order in signed.orders {
            var text: [UInt8] = []
            for place in order { form.append(header.fields[place], of: message, to: &text) }
            let body = message.extracting(header.bodyStart..<message.count)
            let found = domainKeysEvidence(of: field, signed, form, text, body)
            if evidence == nil || found.header == .valid { evidence = found }
            if [.valid, .noKey].contains(found.header) { break }
        }
        return evidence ?? Evidence(malformed: signature)
    }

    /// The evidence when the signed fields are presented as `text`.
    ///
    /// There is one hash over header and body, so that a body is intact or nothing is known of it.
    private func domainKeysEvidence(
        of field: SignatureField, _ signed: DomainKeysHeader, _ form: DomainKeysForm, _ text: [UInt8],
        _ body: Span<UInt8>
    ) -> Evidence {
        let signature = field.signature
        let hasKey = !keys.keys(selector: signature.selector ?? [], domain: signature.domain ?? []).isEmpty
        let (data, total) = form.digest(of: text, body, by: .sha256)
        let hashed = hasKey ? form.digest(of: text, body, by: .sha1).bytes : []
        let trial = trial(of: field, hashed) { record in
            signed.isAllowed(by: record.granularity) ? nil : .domainKeysGranularity
        }
        var evidence = Evidence(signature, trial, signedData: Digest(data))
        if evidence.header == .valid { evidence.body = .intact(total: total) }
        evidence.coverage = signed.coverage
        if signed.sender == nil {
            evidence.violations.append(.domainKeysSenderNotSigned)
        } else if !signed.isSender(in: signature.domain ?? []) {
            evidence.violations.append(.domainKeysSenderOutsideDomain)
        }
        evidence.violations.sort()
        return evidence
    }
}

extension DomainKeysForm {
    /// The digest of header fields that are in this form already, and of a body; and the octets of the body.
    func digest(of text: [UInt8], _ body: Span<UInt8>, by function: HashFunction) -> (bytes: [UInt8], total: Int) {
        var hash = PrefixHash(function, lengths: [])
        hash.append(text)
        let total = feed(body, to: &hash)
        return (hash.finish(), total)
    }
}

extension PrefixHash {
    /// Appends bytes.
    fileprivate mutating func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            unsafe append(start, buffer.count)
        }
    }
}
