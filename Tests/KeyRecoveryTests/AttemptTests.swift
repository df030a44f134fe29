import Cryptography
import Testing

@testable import KeyRecovery

/// Candidates of these ranks and times.
private func candidates(_ facts: [(rank: Int, time: Int64?)]) -> [RecoveryCandidate] {
    facts.map {
        RecoveryCandidate(RSASignature(value: [], digest: [], function: .sha256), rank: $0.rank, time: $0.time)
    }
}

@Suite struct AttemptTests {
    @Test(arguments: [0, 1, 2])
    func `fewer than three candidates are not worth an attempt`(count: Int) {
        let few = candidates((0..<count).map { (rank: 0, time: Int64($0)) })
        #expect(Attempt.plan(few, partners: [2, 4]) == [])
    }

    @Test func `three candidates are tried once`() {
        let three = candidates([(0, 3), (0, 1), (0, 2)])
        #expect(Attempt.plan(three, partners: [2, 4, 4]) == [Attempt(pivot: 2, partners: [0, 1])])
    }

    @Test func `pivots lie far apart and partners next to them in time`() {
        let many = candidates((0..<100).map { (rank: 0, time: Int64(1000 - $0)) })
        let plan = Attempt.plan(many, partners: [2, 4, 4])
        #expect(plan.map(\.pivot) == [49, 74, 24])
        #expect(plan.map { Set($0.partners) } == [[48, 50], [72, 73, 75, 76], [22, 23, 25, 26]])
    }

    @Test func `the best are tried first, then more of them, all at last`() {
        let mixed = candidates((0..<400).map { (rank: $0 / 2, time: Int64($0 * 37 % 400)) })
        let plan = Attempt.plan(mixed, partners: [2, 4, 4, 4])
        for (attempt, limit) in zip(plan, [12, 24, 96, 400]) {
            #expect(([attempt.pivot] + attempt.partners).allSatisfy { $0 < limit })
        }
        #expect(plan.last.map { $0.pivot >= 96 } == true)
    }

    @Test func `worse ranks are taken when there are few of the best`() {
        let mixed = candidates([(0, 1), (2, 2), (1, 3), (1, 4)])
        let plan = Attempt.plan(mixed, partners: [3])
        #expect(Set(plan.flatMap { [$0.pivot] + $0.partners }) == [0, 1, 2, 3])
    }

    @Test func `candidates without a time come last`() {
        let mixed = candidates([(0, nil), (0, 5), (0, 4), (0, nil), (0, 3)])
        #expect(Attempt.plan(mixed, partners: [2]) == [Attempt(pivot: 1, partners: [0, 2])])
    }

    @Test func `no pair is tried twice, whatever the number of candidates`() {
        for count in 4...40 {
            let plan = Attempt.plan(candidates((0..<count).map { (rank: 0, time: Int64($0)) }), partners: [2, 4, 4, 4])
            let pairs = plan.flatMap { attempt in attempt.partners.map { Set([attempt.pivot, $0]) } }
            #expect(Set(pairs).count == pairs.count)
            #expect(pairs.allSatisfy { $0.count == 2 })
            #expect(Set(plan.map(\.pivot)).count == plan.count)
            #expect(plan.count == 4 || count < 7)
        }
    }
}
