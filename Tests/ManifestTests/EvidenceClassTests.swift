import Bytes
import Cryptography
import Manifest
import Testing

@Suite struct EvidenceClassTests {
    private static func line(
        _ header: String, _ body: String, _ alignment: String? = "same", _ reservations: [String] = [],
        violations: [String] = [], kind: String? = nil
    ) -> DKIMLine {
        DKIMLine(
            message: digest("m"), index: 1, kind: kind, header: header, body: body, alignment: alignment,
            reservations: reservations, violations: violations)
    }

    /// One signature of each class, the weakest first.
    private static let ladder: [(DKIMLine, EvidenceClass)] = [
        (line("valid", "intact", kind: "arc-message"), .unsigned), (line("no-key", "intact"), .keyUnavailable),
        (line("invalid", "intact"), .notVerifying), (line("valid", "intact", "other"), .otherDomain),
        (line("valid", "altered"), .headersOnly), (line("valid", "intact", "same", ["a"]), .qualified),
        (line("valid", "restored"), .repaired), (line("valid", "intact"), .verified),
    ]

    @Test(
        arguments: [
            (line("valid", "intact"), .verified), (line("valid", "intact", "related"), .verified),
            (line("valid", "intact", "tenant"), .verified), (line("valid", "intact", kind: "domainkeys"), .verified),
            (line("valid", "restored"), .repaired), (line("restored", "intact"), .repaired),
            (line("restored", "restored"), .repaired), (line("restored", "partial"), .repaired),
            (line("valid", "partial"), .verified),
            (line("valid", "partial", "same", ["body-partly-covered"]), .qualified),
            (line("restored", "restored", "same", ["field-added"]), .qualified),
            (line("valid", "intact", "same", ["field-added"]), .qualified),
            (line("valid", "altered"), .headersOnly), (line("restored", "altered"), .headersOnly),
            (line("valid", "too-short"), .headersOnly), (line("valid", "unknown"), .headersOnly),
            (line("valid", "altered", "same", ["field-added"]), .headersOnly),
            (line("valid", "intact", "other"), .otherDomain), (line("valid", "intact", "provider"), .otherDomain),
            (line("valid", "intact", "unknown"), .otherDomain), (line("valid", "intact", nil), .otherDomain),
            (line("valid", "altered", "other"), .otherDomain), (line("restored", "restored", "other"), .otherDomain),
            (line("valid", "intact", violations: ["from-not-signed"]), .notVerifying),
            (line("restored", "intact", violations: ["from-not-signed"]), .notVerifying),
            (line("valid", "altered", violations: ["from-not-signed"]), .notVerifying),
            (line("invalid", "intact"), .notVerifying), (line("invalid", "restored"), .notVerifying),
            (line("malformed", "not-computed", nil), .notVerifying),
            (line("no-key", "intact"), .keyUnavailable), (line("no-key", "altered", "other", ["a"]), .keyUnavailable),
            (line("key-revoked", "intact"), .keyUnavailable), (line("unsupported", "intact"), .keyUnavailable),
            (line("no-key", "intact", violations: ["missing-version"]), .keyUnavailable),
            (line("valid", "intact", kind: "arc-message"), .unsigned),
            (line("valid", "not-computed", kind: "arc-seal"), .unsigned),
            (line("valid", "intact", kind: "unknown"), .unsigned),
        ] as [(DKIMLine, EvidenceClass)])
    func `one signature gives its class`(signature: DKIMLine, evidence: EvidenceClass) {
        #expect(EvidenceClass(of: [signature]) == evidence)
    }

    @Test func `no signature is a class of its own`() {
        #expect(EvidenceClass(of: []) == .unsigned)
    }

    @Test func `classes are ordered by what they prove`() {
        #expect(EvidenceClass.allCases.sorted() == Self.ladder.map(\.1))
    }

    @Test func `several signatures are as good as the best`() {
        for (place, first) in Self.ladder.enumerated() {
            for second in Self.ladder[...place] {
                #expect(EvidenceClass(of: [first.0, second.0]) == first.1)
                #expect(EvidenceClass(of: [second.0, first.0, second.0]) == first.1)
            }
        }
    }

    @Test func `the reservations are those of the strongest signature, the fewest of equals`() {
        func reservations(_ signatures: DKIMLine...) -> [String] { EvidenceStanding(of: signatures).reservations }
        let (one, two) = (
            Self.line("valid", "intact", "same", ["a"]), Self.line("valid", "intact", "same", ["b", "c"])
        )
        #expect(reservations() == [])
        #expect(reservations(two, one) == ["a"] && reservations(one, two) == ["a"])
        #expect(reservations(Self.line("valid", "altered", "same", ["d"]), two) == ["b", "c"])
        #expect(reservations(two, Self.line("valid", "restored")) == [])
        #expect(reservations(one, Self.line("valid", "intact", "same", ["e"])) == ["a"])
        #expect(reservations(Self.line("valid", "intact", "other", ["other-domain"])) == ["other-domain"])
        #expect(reservations(Self.line("valid", "intact", "same", ["a"], kind: "arc-message")) == [])
    }

    @Test func `an audit counts the reservations of each message once, and only so many codes`() {
        func tally(_ codes: [[String]]) -> [String: Int] {
            var audit = ManifestAudit()
            for (number, reservations) in codes.enumerated() {
                let message = digest("\(number)")
                audit.follow(.message(MessageLine(number: number + 1, sha256: message, size: 1, lineEnds: "lf")))
                for index in 1...2 {
                    let line = DKIMLine(
                        message: message, index: index, header: "valid", body: "intact", alignment: "same",
                        reservations: reservations)
                    audit.follow(.dkim(line))
                }
                audit.follow(.occurrence(OccurrenceLine(message: message, source: 1, path: path("a"))))
            }
            return audit.reservations
        }
        #expect(tally([["a", "b"], ["b"], []]) == ["a": 1, "b": 2])
        let many = tally((0..<500).map { ["c\($0)"] } + [["c0"]])
        #expect(tally([[String(repeating: "a", count: 65)], ["b"]]) == ["b": 1])
        #expect(many.count == ReservationTally.limit && many["c0"] == 2)
    }

    @Test(arguments: ["invalid", "no-key", "key-revoked", "malformed"])
    func `where nothing is proven there are no reservations`(header: String) {
        #expect(EvidenceStanding(of: [Self.line(header, "intact", "same", ["a"])]).reservations == [])
    }

    @Test func `a signature that covers no byte of the body proves headers only`() {
        var line = Self.line("valid", "partial", "same", ["body-partly-covered"])
        line.covered = 0
        #expect(EvidenceClass(of: [line]) == .headersOnly)
        line.covered = 1
        #expect(EvidenceClass(of: [line]) == .qualified)
    }

    @Test func `each class counts once`() {
        for (place, evidence) in EvidenceClass.allCases.enumerated() {
            var end = EndLine()
            end.count(evidence)
            let counts = [
                end.verified, end.repaired, end.qualified, end.headersOnly, end.otherDomain, end.notVerifying,
                end.keyUnavailable, end.unsigned,
            ]
            #expect(counts == EvidenceClass.allCases.indices.map { $0 == place ? 1 : 0 })
            #expect(EvidenceClass.allCases.map { end[$0] } == counts)
        }
    }

    @Test func `classes are named as the counts are`() {
        let text = ManifestLine.end(EndLine()).bytes.displayText
        for evidence in EvidenceClass.allCases { #expect(text.contains("\"\(evidence.rawValue)\":0")) }
        #expect(EndLine().named.suffix(8).map(\.name) == EvidenceClass.allCases.map(\.rawValue))
    }
}
