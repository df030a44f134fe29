// kill -9 at the system calls of the commands that write: the whole result under its name, or nothing.

import Bytes
import Foundation
import ScratchFolders
import Testing

@Suite struct CrashMatrixTests {
    /// So many points of a command at least, unless only its changes are looked at.
    private static let points = 50

    /// What `kill -9` may leave: names that nothing else has.
    static func isRemainder(_ path: String) -> Bool {
        path.wholeMatch(of: /(tmp\/)?\.mailseal-[0-9]+-[0-9a-f]{16}\.partial(\/.+)?/) != nil
            || path.wholeMatch(of: /tmp\/\.?mailseal-[0-9a-f]{16}(\/.+)?/) != nil
    }

    /// The files of the target; empty when there is none.
    private static func target(_ scenario: FaultScenario, in trial: FaultBench.Trial) -> [String: [UInt8]?] {
        trial.files.filter { $0.key == scenario.target || $0.key.hasPrefix(scenario.target + "/") }
    }

    /// Everything but the target and what a killed run may leave.
    private static func surroundings(_ scenario: FaultScenario, in trial: FaultBench.Trial) -> [String: [UInt8]?] {
        trial.files.filter { path, _ in
            !isRemainder(path) && path != scenario.target && !path.hasPrefix(scenario.target + "/")
                && !scenario.others.contains { path == $0 || path.hasPrefix($0 + "/") }
        }
    }

    /// Every call that changes something, the first half of every write, and a seeded choice of the others.
    private static func points(of scenario: FaultScenario, _ calls: [FaultBench.Call]) -> [String] {
        let changes = calls.indices.filter { calls[$0].isChange }
        let torn = changes.filter { calls[$0].name == "write" && calls[$0].path != "stdout" }
        var others = calls.indices.filter { !calls[$0].isChange }
        var random = SeededGenerator(state: 6)
        others.shuffle(using: &random)
        let kills = changes + others.prefix(scenario.isVariant ? 0 : max(0, points - changes.count - torn.count))
        return kills.sorted().map { "* * \($0 + 1) kill" } + torn.map { "* * \($0 + 1) torn" }
    }

    @Test(arguments: FaultScenario.reproducible)
    func `a killed command leaves the whole result or what was there, and runs again`(scenario: FaultScenario) throws {
        guard let faults = try FaultBench(scenario.preparation) else { return }
        let before = try faults.run("--version")
        let whole = try faults.run(scenario.arguments)
        try #require(whole.status == 0, "\(whole.sentences)")
        let (former, result) = (Self.target(scenario, in: before), Self.target(scenario, in: whole))
        #expect(!result.isEmpty && former != result)
        #expect(try faults.bench.run("cd work; \"$M\" verify \(bundle(scenario))").status == 0)
        let points = Self.points(of: scenario, whole.calls)
        #expect(points.count >= (scenario.isVariant ? 10 : min(Self.points, whole.calls.count)))
        var seen: Set<String> = []
        for point in points {
            let killed = try faults.run(scenario.arguments, [point])
            #expect(killed.status == SIGKILL, "\(point)")
            let found = Self.target(scenario, in: killed)
            #expect(found == former || found == result, "\(point): \(killed.files.keys.sorted())")
            #expect(Self.surroundings(scenario, in: killed) == Self.surroundings(scenario, in: before), "\(point)")
            let remainders = killed.files.filter { Self.isRemainder($0.key) }
            let state = "\(found == result) \(remainders.count)"
            guard seen.insert(state).inserted else { continue }
            let again = try faults.run(scenario.arguments, fresh: false)
            let isTaken = found == result && !scenario.replaces
            #expect(again.status == (isTaken ? 2 : 0), "\(point): \(again.sentences)")
            #expect(Self.target(scenario, in: again) == result, "\(point)")
            #expect(again.files.filter { Self.isRemainder($0.key) } == remainders, "\(point)")
        }
        print("\(scenario.name): killed at \(points.count) of \(whole.calls.count) calls, \(seen.count) states")
    }

    private func bundle(_ scenario: FaultScenario) -> String {
        scenario.target.hasSuffix(".tar.gz") ? scenario.target : "old.tar.gz"
    }
}

/// The same numbers in every run (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
