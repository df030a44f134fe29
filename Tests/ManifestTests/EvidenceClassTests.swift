import Bytes
import Cryptography
import Manifest
import Testing

@Suite struct EvidenceClassTests {
    private static func line(_ header: String, _ body: String, _ violations: [String] = []) -> DKIMLine {
        DKIMLine(message: digest("m"), index: 1, header: header, body: body, violations: violations)
    }

    /// One signature of each class, the weakest first.
    private static let ladder: [(DKIMLine, EvidenceClass)] = [
        (line("no-key", "intact"), .keyUnavailable), (line("invalid", "intact"), .notVerifying),
        (line("valid", "altered"), .headersOnly), (line("valid", "intact"), .verified),
    ]

    @Test(
        arguments: [
            (line("valid", "intact"), .verified), (line("valid", "altered"), .headersOnly),
            (line("valid", "partial"), .headersOnly),
            (line("valid", "unknown"), .headersOnly), (line("valid", "intact", ["from-not-signed"]), .notVerifying),
            (line("valid", "altered", ["from-not-signed"]), .notVerifying), (line("invalid", "intact"), .notVerifying),
            (line("invalid", "altered"), .notVerifying), (line("malformed", "unknown"), .notVerifying),
            (line("no-key", "intact"), .keyUnavailable), (line("no-key", "altered"), .keyUnavailable),
            (line("unsupported", "intact"), .keyUnavailable),
            (line("no-key", "intact", ["missing-version"]), .keyUnavailable),
        ] as [(DKIMLine, EvidenceClass)])
    func `one signature gives its class`(signature: DKIMLine, evidence: EvidenceClass) {
        #expect(EvidenceClass(of: [signature]) == evidence)
    }

    @Test func `no signature is a class of its own`() {
        #expect(EvidenceClass(of: []) == .unsigned)
    }

    @Test func `several signatures are as good as the best`() {
        for (place, first) in Self.ladder.enumerated() {
            for second in Self.ladder[...place] {
                #expect(EvidenceClass(of: [first.0, second.0]) == first.1)
                #expect(EvidenceClass(of: [second.0, first.0, second.0]) == first.1)
            }
        }
    }

    @Test func `each class counts once`() {
        for (place, evidence) in EvidenceClass.allCases.enumerated() {
            var end = EndLine()
            end.count(evidence)
            let counts = [end.verified, end.headersOnly, end.notVerifying, end.keyUnavailable, end.unsigned]
            #expect(counts == EvidenceClass.allCases.indices.map { $0 == place ? 1 : 0 })
        }
    }

    @Test func `classes are named as the counts are`() {
        let text = ManifestLine.end(EndLine()).bytes.displayText
        for evidence in EvidenceClass.allCases { #expect(text.contains("\"\(evidence.rawValue)\":0")) }
    }
}
