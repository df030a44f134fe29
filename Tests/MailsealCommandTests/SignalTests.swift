// SIGINT, SIGTERM and SIGHUP at the system calls of the commands that write: nothing unfinished stays, not for an instant.

import Bytes
import Foundation
import ScratchFolders
import Testing

@Suite struct SignalTests {
    private static let signals = [("SIGINT", SIGINT), ("SIGTERM", SIGTERM), ("SIGHUP", SIGHUP)]

    private static let extract = FaultScenario(name: "extract", arguments: "extract old.tar.gz -o out", target: "out")
    private static let diff = FaultScenario(
        name: "diff with a source", arguments: "diff old.tar.gz more", target: "nothing")

    @Test(arguments: [FaultScenario.create, .createOver, .extendKeys, .redact, .seal, .noteKey, extract, diff])
    func `a signal at any call leaves the whole result or what was there`(scenario: FaultScenario) throws {
        guard let faults = try FaultBench(scenario.preparation) else { return }
        let before = try faults.run("--version")
        let whole = try faults.run(scenario.arguments)
        let last = whole.calls.firstIndex { $0.path == "stdout" } ?? whole.calls.count
        let points = whole.calls[..<last].indices.filter { whole.calls[$0].isChange }
        #expect(points.count >= 2)
        for (number, point) in points.enumerated() {
            let (signal, status) = Self.signals[number % 3]
            let ended = try faults.run(scenario.arguments, ["* * \(point + 1) \(signal)"])
            let context: Comment = "\(signal) at \(whole.calls[point]): \(ended.sentences) \(ended.files.keys.sorted())"
            #expect(
                ended.status == status && ended.output.isEmpty && Set(ended.sentences).isSubset(of: whole.sentences),
                context)
            #expect(!ended.files.keys.contains(where: CrashMatrixTests.isRemainder), context)
            for (path, bytes) in ended.files where scenario.name != "keys generate-note" {
                // A file is whole, or as it was before.
                #expect(whole.files[path] == bytes || before.files[path] == bytes, context)
            }
            guard scenario.target == "old.seal", ended.files["old.seal"] != nil else { continue }
            let seals = [ended, whole].map { trial in Set(trial.files.keys.filter { $0.hasPrefix("old.seal") }) }
            #expect(seals[0] == seals[1], context)
        }
        print("\(scenario.name): signals at \(points.count) calls")
    }

    @Test func `a library that ends the process leaves nothing unfinished, and it is trouble`() throws {
        guard let faults = try FaultBench(FaultScenario.createOver.preparation) else { return }
        let before = try faults.run("--version")
        let ended = try faults.run(FaultScenario.createOver.arguments, ["read leak/* 2 exit"])
        #expect(ended.status == 2)
        #expect(ended.sentences == ["mailseal: a library ended the program, perhaps for want of memory"])
        #expect(ended.files == before.files)
    }

    /// What ssh-keygen's place is taken by; the terminal sends SIGINT to both of them.
    @Test(arguments: [
        ("kill -INT $PPID; kill -INT $$", 130),
        ("kill -TERM $PPID; exec sleep 30", 143),
        ("kill -HUP $PPID; exec sleep 30", 129),
        ("trap '' TERM; kill -TERM $PPID; sleep 0.3; touch \"$9.sig\"", 143),
        ("trap '' TERM; kill -TERM $PPID; touch \"$9.sig\"; exec sleep 30", 143),
    ])
    func `a signal while ssh-keygen runs ends both, and leaves no folder`(child: String, status: Int32) throws {
        guard let faults = try FaultBench(FaultScenario.seal.preparation) else { return }
        let script = """
            mkdir -p work/bin; printf '%s\\n' '#!/bin/bash' 'echo $$ > "$CHILD"' "$SCRIPT" > work/bin/ssh-keygen
            chmod +x work/bin/ssh-keygen; cd work
            PATH="$PWD/bin:$PATH" timeout -s KILL 60 python3 -c 'import os, signal, sys
            signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
            for s in signals: signal.signal(s, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            os.execv(sys.argv[1], sys.argv[1:])' "$M" seal old.tar.gz --ssh-key desk
            echo $?; ls -A tmp; ls -d old.seal
            for i in $(seq 50); do kill -0 $(cat "$CHILD") 2>/dev/null || break; sleep 0.05; done; echo over $((i < 50))
            """
        let outcome = try faults.bench.run(
            script,
            environment: [
                "SCRIPT": child, "CHILD": faults.bench.root + "/child", "TMPDIR": faults.work + "/tmp",
                "XDG_STATE_HOME": faults.work + "/state",
            ])
        #expect(outcome.output == "\(status)\nover 1\n", "\(outcome.errors)")
    }
}
