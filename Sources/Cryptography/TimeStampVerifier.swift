// Verification of a time stamp, check by check; Docs/seals.md has the list.

import CCrypto

extension TimeStampReply {
    /// Verifies the reply for something that was stamped, as of the time of its token and not of today.
    ///
    /// - Parameters:
    ///   - imprints: The digests of what was stamped; the one by the token's hash function must be among them.
    ///   - nonce: The nonce of the request; nil when it is not known, and then not compared.
    ///   - chain: Certificates that may lead from the signer to an anchor, beside those in the token. None is trusted.
    ///   - revocationLists: Revocation lists, beside those in the token, no matter when they were fetched.
    ///   - anchors: The certificates that are trusted: roots, issuers or the authority's own. The machine's own trust
    ///     store is never asked.
    public func verify(
        _ imprints: [TimeStampImprint], nonce: [UInt8]? = nil, chain: CertificateList = CertificateList(),
        revocationLists: RevocationLists = RevocationLists(), anchors: CertificateList = CertificateList()
    ) -> TimeStampVerification {
        guard let token else {
            var refused = TimeStampVerification()
            refused.failures = [.notGranted(status, texts: statusTexts, failures: failures)]
            return refused
        }
        var verifier = TimeStampVerifier(
            token: token, others: chain.certificates, anchors: anchors.certificates,
            lists: (token.signed.revocationLists + revocationLists.der).compactMap(RevocationList.init(der:)))
        verifier.checkRequest(imprints, nonce)
        verifier.checkSigner()
        return verifier.found
    }
}

/// One verification as it goes on.
struct TimeStampVerifier {
    let token: TimeStampToken
    let others: [Certificate]
    let anchors: [Certificate]
    let lists: [RevocationList]
    var found = TimeStampVerification()

    init(token: TimeStampToken, others: [Certificate], anchors: [Certificate], lists: [RevocationList]) {
        self.token = token
        self.others = others
        self.anchors = anchors
        self.lists = lists
    }

    /// What the token says that it answers.
    mutating func checkRequest(_ imprints: [TimeStampImprint], _ nonce: [UInt8]?) {
        if let imprint = token.imprint {
            let expected = imprints.first { $0.algorithm == imprint.algorithm }
            if let expected, expected != imprint {
                found.failures.append(.otherImprint(expected: expected, found: imprint))
            } else if expected == nil {
                found.failures.append(.imprintNotGiven(imprint.algorithm))
            }
        } else {
            found.failures.append(.weakImprint(algorithm: token.imprintAlgorithm))
        }
        if let expected = nonce.map({ Array($0.drop { $0 == 0 }) }), expected != token.nonce {
            found.failures.append(.otherNonce(expected: expected, found: token.nonce))
        }
        found.failures += token.criticalExtensions.map(TimeStampFailure.criticalExtension)
    }

    /// Who signed it, how, and by which right.
    mutating func checkSigner() {
        let pool = token.signed.certificates.compactMap(Certificate.init(der:)) + others
        guard let signer = Self.signer(of: token.signed, in: pool + anchors) else {
            found.failures.append(.signerNotFound(name: token.signed.signer.description))
            return
        }
        found.signer = signer.facts
        checkAttributes()
        checkBinding(signer)
        checkSignature(signer)
        found.failures += signer.unfitness.map { .unfitCertificate($0, subject: signer.facts.subject) }
        if let name = token.authorityName, !signer.isCalled(name) {
            found.failures.append(.otherAuthority(named: name.text, subject: signer.facts.subject))
        }
        let chain = checkChain(signer, CertificateChain.reachable(from: signer, in: pool))
        found.chain = chain.map(\.facts)
        checkStrength(chain)
        checkRevocation(chain)
    }

    /// The certificate that the signer names, by what it names and not by its place.
    ///
    /// Somebody may have put another certificate of the same name and number beside it: the attributes tell which it is.
    static func signer(of signed: SignedData, in pool: [Certificate]) -> Certificate? {
        let named = pool.filter { $0.isNamed(by: signed.signer) }
        return named.first { certificate in signed.bindings.contains { $0?.binds(certificate) == true } } ?? named.first
    }

    private mutating func checkAttributes() {
        let attributes = token.signed.signedAttributes
        let contentType = DERWriter.value(.objectIdentifier, ObjectIdentifier.timeStampInfo.contents)
        if attributes[.contentType] != contentType { found.failures.append(.otherContentType) }
        guard let algorithm = TimeStampImprint.Algorithm(token.signed.digestAlgorithm) else {
            found.failures.append(.weakSignature(algorithm: token.signed.digestAlgorithm))
            return
        }
        let digest = DERWriter.value(.octetString, algorithm.digest(of: token.signed.content))
        if attributes[.messageDigest] != digest { found.failures.append(.otherMessageDigest) }
    }

    /// Each of the two attributes that is there must bind the certificate (RFC 5816 §2.2.1, RFC 5035 §5.4.1).
    private mutating func checkBinding(_ signer: Certificate) {
        let subject = signer.facts.subject
        for (place, attribute) in token.signed.bindings.enumerated() {
            if let attribute, attribute.binds(signer) {
                found.binding = attribute.binding
            } else {
                let version = token.signed.bindingVersions[place]
                found.failures.append(.otherCertificateBound(version: version, subject: subject))
            }
        }
        if token.signed.bindings.isEmpty { found.failures.append(.unboundCertificate) }
    }

    private mutating func checkSignature(_ signer: Certificate) {
        if !token.signed.isKnownSignature {
            found.failures.append(.weakSignature(algorithm: token.signed.signatureAlgorithm))
        }
        if let hash = token.signed.signatureHash, hash.identifier != token.signed.digestAlgorithm {
            found.failures.append(.otherSignatureHash(algorithm: token.signed.signatureAlgorithm))
        }
        if !signer.signed(token) { found.failures.append(.invalidSignature(subject: signer.facts.subject)) }
    }

    /// The way to an anchor, or else to the topmost certificate that there is.
    private mutating func checkChain(_ signer: Certificate, _ issuers: [Certificate]) -> [Certificate] {
        let time = token.time.second
        if !anchors.isEmpty {
            // Nothing above an anchor is asked, so nothing above the signer when it is one itself.
            let isAnchor = anchors.contains { $0.der == signer.der }
            let (others, ends) = isAnchor ? ([], [signer]) : (issuers, anchors)
            let chain = CertificateChain(from: signer, over: others, to: ends, .timeStamping(at: time))
            if let last = chain.certificates.last, anchors.contains(where: { $0.der == last.der }) {
                report(chain.problem, in: chain.certificates)
                found.anchoring = .anchored(last.facts)
                return chain.certificates
            }
        }
        let ascent = CertificateChain.ascent(from: signer, over: issuers, at: time)
        let top = ascent[ascent.count - 1]
        if !anchors.isEmpty { found.failures.append(.otherAnchor(topmost: top.facts.subject)) }
        let chain = CertificateChain(
            from: signer, over: Array(ascent.dropFirst()), to: [top], .timeStamping(at: time))
        report(chain.problem, in: chain.certificates)
        found.anchoring = .notAnchored(topmost: top.facts, isSelfSigned: top.isIssuer(of: top))
        return ascent
    }

    private mutating func report(_ problem: (code: Int32, depth: Int)?, in chain: [Certificate]) {
        guard let problem else { return }
        let subject = chain.indices.contains(problem.depth) ? chain[problem.depth].facts.subject : ""
        found.failures.append(.invalidChain(subject: subject, problem: CertificateChain.words(for: problem.code)))
    }

    /// Keys of all, signatures of all but the topmost, and purposes of those between.
    private mutating func checkStrength(_ chain: [Certificate]) {
        for (place, certificate) in chain.enumerated() {
            let subject = certificate.facts.subject
            let isTopmost = place == chain.count - 1
            let weaknesses = [certificate.weaknessOfKey, isTopmost ? nil : certificate.weaknessOfSignature]
            found.failures += weaknesses.compactMap { $0.map { .weakCertificate($0, subject: subject) } }
            if place > 0, !isTopmost, !certificate.mayIssueForTimeStamping {
                found.failures.append(.issuerNotForTimeStamping(subject: subject))
            }
        }
    }

    private mutating func checkRevocation(_ chain: [Certificate]) {
        for place in chain.indices.dropLast() {
            let certificate = chain[place]
            let (state, problems) = RevocationCheck(chain: chain, time: token.time.second).state(at: place, lists)
            found.revocations.append(.init(certificate: certificate.facts, state: state))
            for problem in problems where !found.failures.contains(problem) { found.failures.append(problem) }
            if case .revoked(let revocation) = state {
                found.failures.append(.revoked(subject: certificate.facts.subject, revocation))
            }
        }
    }
}

extension SignedData.SignerIdentifier: CustomStringConvertible {
    /// The issuer and number, or the key identifier, that the signer names; safe to be shown.
    var description: String {
        switch self {
        case .issuerAndSerialNumber(let issuer, let serialNumber):
            let name = DistinguishedName(der: issuer)?.text ?? "an unreadable issuer"
            var reader = DERReader(serialNumber)
            let number = (try? reader.signedInteger()).map(TimeStampToken.hexadecimal) ?? "unreadable"
            return "\(name) with serial number \(number)"
        case .subjectKeyIdentifier(let identifier):
            return "key identifier \(TimeStampToken.hexadecimal([0] + identifier))"
        }
    }
}
