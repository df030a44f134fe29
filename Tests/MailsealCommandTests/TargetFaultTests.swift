// Targets that are no files, and runs that write to one place at the same time.

import Bytes
import Foundation
import ScratchFolders
import Testing

@Suite struct TargetFaultTests {
    @Test(arguments: [
        ("mkfifo t", "pipe"), ("mkdir t", "folder"), ("ln -s /dev/null t", "device"), ("mknod t c 1 3", "device"),
    ])
    func `what is no file is never replaced`(make: String, kind: String) throws {
        guard let faults = try FaultBench() else { return }
        guard try faults.bench.run("cd template && \(make)").status == 0 else {
            print("no devices can be made on this machine: the test steps aside")
            return
        }
        let look = "cd work; ls -ld --time-style=+ t; ls -A"
        let commands = [
            "create leak -f -o t", "extend old.tar.gz more -f -o t", "redact old.tar.gz --withhold 1 -f -o t",
            "keys generate-note --name a.example -o t", "prove old.tar.gz 1 -o t", "create leak -o t",
        ]
        let before = try faults.bench.run("rm -rf work; cp -a template work; \(look)").output
        for command in commands {
            let refused = try faults.run(command)
            #expect(refused.status == 2 && refused.output.isEmpty, "\(command)")
            let isTold = refused.sentences.contains { sentence in
                ["it is a \(kind)", "t is a folder", "t exists already", "File exists"].contains {
                    sentence.contains($0)
                }
            }
            #expect(isTold, "\(command): \(refused.sentences)")
            #expect(try faults.bench.run(look).output == before, "\(command)")
        }
    }

    @Test func `of two runs that write one target the first wins, and the other says so`() throws {
        guard let faults = try FaultBench() else { return }
        for (mine, theirs) in [
            (FaultScenario.create.arguments, "create more -o new.tar.gz"),
            (FaultScenario.redact.arguments, "create more -o new.tar.gz"),
            (FaultScenario.extend.arguments, "create more -o new.tar.gz"),
            (FaultScenario.noteKey.arguments, "keys generate-note --name other.example -o note.key"),
        ] {
            let target = mine.contains("note.key") ? "note.key" : "new.tar.gz"
            let alone = try faults.run(theirs)
            let late = try faults.run(
                mine, ["link \(target) 1 run \"$M\" \(theirs) > /dev/null 2>&1; cp \(target) theirs"])
            #expect(late.status == 2 && late.sentences.last == "mailseal: cannot create \(target): File exists")
            #expect(late.files[target] == late.files["theirs"] && late.files[target] != nil)
            if target != "note.key" { #expect(late.files[target] == alone.files[target]) }
            #expect(!late.files.keys.contains { CrashMatrixTests.isRemainder($0) })
        }
    }

    @Test func `of two runs that replace one target the last wins whole`() throws {
        guard let faults = try FaultBench() else { return }
        let theirs = "create more -f -o former.tar.gz"
        let alone = try faults.run(theirs).files["former.tar.gz"]
        let scenario = FaultScenario.createOver
        let mine = try faults.run(scenario.arguments).files["former.tar.gz"]
        for (call, winner) in [("rename former.tar.gz", mine), ("sync .", alone)] {
            let both = try faults.run(scenario.arguments, ["\(call) 1 run \"$M\" \(theirs) > /dev/null 2>&1"])
            #expect(both.status == 0 && both.files["former.tar.gz"] == winner, "\(call)")
        }
    }

    @Test func `of many runs at once one wins, and never a mixture`() throws {
        guard let faults = try FaultBench() else { return }
        let runs = try faults.bench.run(
            """
            cd work
            for i in 1 2 3 4 5; do mkdir s$i; sed s/one/$i/ leak/1.eml > s$i/m.eml; done
            for i in 1 2 3 4 5; do { "$M" create s$i -o one.tar.gz 2>&1 >/dev/null | grep -c exist >> told; } & done; wait
            sort told | uniq -c | tr -s ' '; "$M" verify one.tar.gz | head -1
            for i in 1 2 3 4 5; do { "$M" create s$i -f -o two.tar.gz >/dev/null 2>&1; echo $? >> done; } & done; wait
            sort done | uniq -c | tr -s ' '; "$M" verify two.tar.gz | head -1
            ls -A | grep -c mailseal
            """)
        #expect(
            runs.output == """
                 1 0
                 4 1
                consistent, not anchored: 1 message, 0 verified by DKIM
                 5 0
                consistent, not anchored: 1 message, 0 verified by DKIM
                0

                """, "\(runs.output)")
    }

    @Test func `two seals made at once are one of the two`() throws {
        guard let faults = try FaultBench(FaultScenario.seal.preparation) else { return }
        let scenario = FaultScenario.seal
        let late = try faults.run(
            scenario.arguments, ["rename old.seal 1 run \"$M\" \(scenario.arguments) >/dev/null 2>&1"])
        #expect(late.status == 2 && late.sentences.last == "mailseal: cannot create old.seal: Directory not empty")
        let alone = try faults.run(scenario.arguments)
        for (path, bytes) in alone.files where path.hasPrefix("old.seal") { #expect(late.files[path] == bytes) }
        #expect(!late.files.keys.contains { CrashMatrixTests.isRemainder($0) })
    }

    @Test(arguments: ["messages", "source"])
    func `what a killed extract has written is whole`(layout: String) throws {
        guard let faults = try FaultBench() else { return }
        let command = "extract old.tar.gz -o out --layout \(layout)"
        let whole = try faults.run(command)
        #expect(whole.status == 0)
        for (index, call) in whole.calls.enumerated() where call.isChange && call.path != "stdout" {
            for effect in call.name == "write" ? ["kill", "torn"] : ["kill"] {
                let killed = try faults.run(command, ["* * \(index + 1) \(effect)"])
                for (path, bytes) in killed.files where !path.contains(".mailseal-") {
                    #expect(whole.files[path] == bytes, "\(call): \(path)")
                }
            }
            guard call.name != "unlink" else { continue }
            let failed = try faults.run(command, ["* * \(index + 1) ENOSPC"])
            #expect(failed.status == 2, "\(call): \(failed.sentences)")
            for (path, bytes) in failed.files { #expect(whole.files[path] == bytes, "\(call): \(path)") }
        }
    }

    @Test func `a stamp that a kill cuts off leaves earlier files as they were, and a seal that can be stamped`() throws
    {
        guard let faults = try FaultBench(FaultScenario.seal.preparation + "; \"$M\" seal old.tar.gz --ssh-key desk"),
            let authority = SealAuthority.shared
        else { return }
        let before = try faults.run("--version")
        let command = "seal old.tar.gz --tsa \(authority.address)/tsa"
        let whole = try faults.run(command)
        #expect(whole.status == 0, "\(whole.sentences)")
        let first = try #require(whole.calls.firstIndex { $0.name == "create" })
        let named = whole.calls.indices.filter {
            $0 > first && ["link", "sync", "unlink"].contains(whole.calls[$0].name)
        }
        for index in named {
            let killed = try faults.run(command, ["* * \(index + 1) kill"])
            for (path, bytes) in before.files where path.hasPrefix("old") { #expect(killed.files[path] == bytes) }
            let verified = try faults.run("verify old.tar.gz", fresh: false)
            #expect(verified.status == 0, "\(verified.output)\(verified.sentences)")
            let again = try faults.run(command, fresh: false)
            #expect(again.status == 0, "\(index): \(again.sentences)")
        }
    }
}
