// Disks that are full, broken or not to be written to.

import Bytes
import Foundation
import ScratchFolders
import Testing

@Suite struct WriteFaultTests {
    /// What the run leaves differs from what was there before it by these paths.
    private static func difference(_ a: FaultBench.Trial, _ b: FaultBench.Trial) -> [String] {
        Set(a.files.keys).union(b.files.keys).filter { a.files[$0] != b.files[$0] }.sorted()
    }

    @Test(arguments: FaultScenario.reproducible + [FaultScenario.noteKey])
    func `a call that fails is status 2 with a sentence, and nothing is left`(scenario: FaultScenario) throws {
        guard let faults = try FaultBench(scenario.preparation) else { return }
        let before = try faults.run("--version")
        let whole = try faults.run(scenario.arguments)
        #expect(whole.status == 0, "\(whole.sentences)")
        let last = try #require(
            whole.calls.lastIndex { ["link", "rename"].contains($0.name) && $0.path == scenario.target })
        let codes = ["ENOSPC", "EIO", "EDQUOT"]
        var number = 0
        for (index, call) in whole.calls[...last].enumerated() where call.isChange && call.name != "unlink" {
            number += 1
            let code = codes[number % codes.count]
            let failed = try faults.run(scenario.arguments, ["* * \(index + 1) \(code)"])
            let context: Comment = "\(code) at \(call): \(failed.sentences)"
            #expect(failed.status == 2 && failed.output.isEmpty, context)
            #expect(Self.difference(before, failed) == [], context)
            #expect(
                failed.sentences.contains { $0.hasPrefix("mailseal: cannot ") || $0.contains("ssh-keygen") }, context)
            if code != "EIO" {
                #expect(failed.sentences.last?.hasPrefix("mailseal: hint: make room") == true, context)
            }
        }
        print("\(scenario.name): \(number) calls failed")
    }

    @Test(arguments: [FaultScenario.create, .createOver, .seal])
    func `a name that may not have reached the disk is told, and the result is whole`(scenario: FaultScenario) throws {
        guard let faults = try FaultBench(scenario.preparation) else { return }
        let whole = try faults.run(scenario.arguments)
        let failed = try faults.run(scenario.arguments, ["sync . 1 EIO"])
        #expect(failed.status == 2)
        #expect(
            failed.sentences.last
                == "mailseal: cannot bring to the disk the name of \(scenario.target): Input/output error")
        #expect(Self.difference(whole, failed).allSatisfy { $0.hasPrefix("state/") })
        #expect(try faults.run(scenario.arguments, ["sync . 1 EINVAL"]).status == 0)
    }

    @Test(arguments: FaultScenario.reproducible + [FaultScenario.noteKey])
    func `content is on the disk before the name, and the name before the answer`(scenario: FaultScenario) throws {
        guard let faults = try FaultBench(scenario.preparation) else { return }
        let whole = try faults.run(scenario.arguments)
        let calls = whole.calls
        let named = try #require(
            calls.firstIndex { ["link", "rename"].contains($0.name) && $0.path == scenario.target })
        let isOurs = { (call: FaultBench.Call) in call.path.hasPrefix(".mailseal-") }
        for path in Set(calls[..<named].filter { $0.name == "write" && isOurs($0) }.map(\.path)) {
            let written = try #require(calls.lastIndex { $0.name == "write" && $0.path == path })
            let synced = try #require(calls.lastIndex { $0.name == "sync" && $0.path == path })
            #expect(written < synced && synced < named, "\(path)")
        }
        let folder = try #require(calls.lastIndex { $0.name == "sync" && $0.path == "." })
        // Some commands answer to standard error alone.
        let answer = whole.output.isEmpty ? calls.count : try #require(calls.firstIndex { $0.path == "stdout" })
        #expect(named < folder && folder < answer)
        if scenario.target == "old.seal" {
            let names = try #require(
                calls.firstIndex { $0.name == "sync" && $0.path.wholeMatch(of: /\.mailseal-[^\/]*/) != nil })
            #expect(names < named)
        }
    }

    @Test(arguments: [FaultScenario.create, .extend, .redact, .seal])
    func `calls that are interrupted or do less than asked change nothing`(scenario: FaultScenario) throws {
        guard let faults = try FaultBench(scenario.preparation) else { return }
        let whole = try faults.run(scenario.arguments)
        let interrupted = ["open", "create", "read", "write", "sync"].map { "\($0) * 2% EINTR" }
        for rules in [interrupted, ["read * 1+ short", "write * 1+ short"], ["close * 1+ EINTR"]] {
            let trial = try faults.run(scenario.arguments, rules)
            #expect(trial.status == 0, "\(rules): \(trial.sentences)")
            #expect(trial.output == whole.output && Self.difference(whole, trial) == [], "\(rules)")
        }
    }

    @Test func `no second names and no empty file under the name where the file system has none`() throws {
        guard let faults = try FaultBench() else { return }
        let scenario = FaultScenario.create
        let whole = try faults.run(scenario.arguments, ["link * 1+ EPERM"])
        #expect(whole.status == 0, "\(whole.sentences)")
        let result = whole.files[scenario.target]
        for index in whole.calls.indices where whole.calls[index].isChange {
            let killed = try faults.run(scenario.arguments, ["link * 1+ EPERM", "* * \(index + 1) kill"])
            #expect(killed.files[scenario.target] == nil || killed.files[scenario.target] == result)
        }
        let taken = try faults.run(
            scenario.arguments, ["link * 1 run echo mine > new.tar.gz", "link * 1+ EPERM"])
        #expect(taken.status == 2 && taken.files[scenario.target] == "mine\n".bytes)
        let neither = ["link * 1+ EPERM", "rename * 1 EINVAL"]
        #expect(try faults.run(scenario.arguments, neither).files == whole.files)
        let full = try faults.run(scenario.arguments, neither + ["rename * 2 ENOSPC"])
        #expect(full.status == 2 && full.files[scenario.target] == nil)
    }

    @Test(arguments: [
        ("create .mailseal-* 1+ EACCES", "Permission denied"), ("create .mailseal-* 1+ EROFS", "Read-only file system"),
        ("create .mailseal-* 1+ EMFILE", "Too many open files"),
    ])
    func `a folder that cannot be written to is a sentence about the target`(fault: String, reason: String) throws {
        guard let faults = try FaultBench() else { return }
        for scenario in [FaultScenario.create, .createOver, .extend, .redact, .noteKey] {
            let failed = try faults.run(scenario.arguments, [fault])
            #expect(failed.status == 2)
            #expect(failed.sentences.contains("mailseal: cannot create \(scenario.target): \(reason)"))
            #expect(!failed.files.keys.contains { $0.contains("mailseal-") })
        }
    }

    @Test func `a folder on a full disk or a read-only one stays as it was`() throws {
        guard let faults = try FaultBench(FaultScenario.seal.preparation) else { return }
        guard try faults.bench.run("unshare -rm mount -t tmpfs none /mnt").status == 0 else {
            print("no file system of one's own on this machine: the test steps aside")
            return
        }
        guard ProcessInfo.processInfo.environment["MAILSEAL_SANITIZER"] != "thread" else {
            print("ThreadSanitizer maps a file of its own in TMPDIR: the test of full disks steps aside")
            return
        }
        _ = try faults.bench.run("cd work; head -c 300000 /dev/urandom > leak/r; head -c 300000 /dev/urandom > more/r")
        _ = try faults.bench.run("cd work; \"$M\" create leak --origin a.example/leak -f -o old.tar.gz")
        let commands = [
            "create leak -o disk/x", "extend old.tar.gz more -o disk/x", "redact old.tar.gz --withhold 1 -o disk/x",
            "seal old.tar.gz --ssh-key desk -o disk/x.seal", "keys generate-note --name a.example -o disk/x",
            "extract old.tar.gz -o disk/x --layout source", "diff old.tar.gz more",
        ]
        for command in commands {
            for (mount, reason) in [("size=64k", "No space left on device"), ("ro", "Read-only file system")] {
                // A full disk is one with a file on it that takes all but a little.
                let fill = mount == "ro" ? ":" : "head -c 65536 /dev/zero > disk/fill"
                let outcome = try faults.bench.run(
                    """
                    cd work; mkdir -p disk
                    unshare -rm bash -c 'mount -t tmpfs -o \(mount) none disk; \(fill) 2>/dev/null
                        TMPDIR=$PWD/disk XDG_STATE_HOME=$PWD/state "$M" \(command); echo $?; find disk -mindepth 1 ! -name fill \(command.hasPrefix("extract") ? "-type f" : "")'
                    """)
                let context: Comment = "\(command) on \(mount): \(outcome.output) \(outcome.errors)"
                #expect(outcome.output == "2\n", context)
                #expect(outcome.errors.contains(reason), context)
                if mount != "ro" { #expect(outcome.errors.contains("hint: make room"), context) }
            }
        }
    }
}
