// Disks that cannot be read, and bundles that change while they are.

import Bytes
import Foundation
import Testing

@Suite struct ReadFaultTests {
    private static let commands = [
        "verify old.tar.gz", "list old.tar.gz", "show old.tar.gz 1", "show old.tar.gz 2 --raw",
        "diff old.tar.gz other.tar.gz",
        "extract old.tar.gz -o out", "extract old.tar.gz -o out --layout source", "prove old.tar.gz 1 -o one.proof",
        FaultScenario.extend.arguments, FaultScenario.redact.arguments, "seal old.tar.gz --note-key note.key",
    ]
    private static let preparation = """
        "$M" create leak more -o other.tar.gz
        "$M" keys generate-note --name desk.example -o note.key
        """

    /// Up to so many of the numbers from 1, the first and the last among them.
    private static func spread(_ count: Int, _ most: Int) -> [Int] {
        guard count > most else { return Array(1...max(1, count)) }
        return (0..<most).map { 1 + $0 * (count - 1) / (most - 1) }
    }

    @Test(arguments: commands)
    func `a bundle that cannot be read, or changes, is never called intact`(command: String) throws {
        guard let faults = try FaultBench(Self.preparation) else { return }
        let before = try faults.run("--version")
        let whole = try faults.run(command)
        #expect(whole.status == (command.hasPrefix("diff") ? 1 : 0), "\(whole.sentences)")
        let reads = whole.calls.count { $0.name == "read" && $0.path == "old.tar.gz" }
        #expect(reads > 1)
        let changes = [
            "run truncate -s 1000 old.tar.gz", "run printf 0 | dd of=old.tar.gz bs=1 seek=900 conv=notrunc status=none",
        ]
        for (number, read) in Self.spread(reads, 5).enumerated() {
            for effect in number % 2 == 0 ? ["EIO", changes[number / 2 % 2]] : ["EIO"] {
                let failed = try faults.run(command, ["read old.tar.gz \(read) \(effect)"])
                let context: Comment =
                    "\(command), \(effect) at \(read) of \(reads): \(failed.status) \(failed.sentences)"
                #expect((0...2).contains(failed.status), context)
                // What was read before it changed was right then; only what verifies or writes looks again.
                let isSame = failed.status == whole.status && failed.output == whole.output
                if effect == "EIO" || command.contains("-o new") || command.hasPrefix("seal") {
                    #expect(!isSame && failed.status != 0, context)
                }
                if isSame { continue }
                #expect(!failed.sentences.isEmpty || failed.output.contains("ALTERED"), context)
                #expect(!failed.output.contains("INTACT") && !failed.output.contains("consistent"), context)
                for (path, bytes) in failed.files where before.files[path] == nil {
                    #expect(whole.files[path] == bytes, "\(context): \(path)")
                }
            }
        }
    }

    @Test func `what interrupts or cuts short a read of a bundle changes nothing`() throws {
        guard let faults = try FaultBench(Self.preparation) else { return }
        for command in Self.commands where !command.hasPrefix("seal") {
            let whole = try faults.run(command)
            let rules = ["read * 1+ short", "open * 2% EINTR", "write * 2% EINTR"]
            let trial = try faults.run(command, rules)
            #expect(trial.status == whole.status && trial.output == whole.output, "\(command): \(trial.sentences)")
            #expect(trial.files == whole.files, "\(command)")
        }
    }

    /// What happens to sources while they are read: at which call, what, and the failure that it is.
    private static let mishaps: [(call: String, what: String, code: String)] = [
        ("read leak/1.eml 1", "printf more >> leak/1.eml", "changed-while-read"),
        ("read leak/1.eml 1", "truncate -s 10 leak/1.eml", "changed-while-read"),
        ("read leak/1.eml 2", "printf X | dd of=leak/1.eml conv=notrunc status=none", "changed-while-read"),
        ("read leak/1.eml 1", "rm leak/1.eml", "changed-while-read"),
        ("read leak/1.eml 1", "mv more/3.eml leak/1.eml", "changed-while-read"),
        ("read leak/1.eml 1", "EIO", "unreadable"),
        ("stat leak/1.eml 1", "EIO", "unreadable"),
        ("stat leak/1.eml 2", "ESTALE", "unreadable"),
        ("open leak/1.eml 1", "EACCES", "unreadable"),
        ("open leak/1.eml 1", "rm leak/1.eml", "unreadable"),
        ("open leak/1.eml 1", "ln -sf ../more/3.eml leak/1.eml", "unreadable"),
        ("open leak/1.eml 1", "rm leak/1.eml; mkfifo leak/1.eml", "unreadable"),
        ("open leak/1.eml 1", "rm leak/1.eml; mkdir leak/1.eml", "unreadable"),
        ("open leak/sub 1", "EACCES", "unreadable"),
        ("list leak/sub 1", "EIO", "unreadable"),
        ("open leak/sub 1", "rm -r leak/sub", "unreadable"),
        ("open leak/sub 1", "rm -r leak/sub; ln -s ../more leak/sub", "unreadable"),
        ("open leak/sub/2.eml 1", "mv leak/sub gone; ln -s ../more leak/sub; rm gone/2.eml", "unreadable"),
    ]

    @Test(arguments: mishaps)
    func `a source that fails or changes is a failure and never half packed`(
        call: String, what: String, code: String
    ) throws {
        guard let faults = try FaultBench() else { return }
        let rule = "\(call) \(what.wholeMatch(of: /E[A-Z]+/) == nil ? "run " : "")\(what)"
        let refused = try faults.run("create leak -o new.tar.gz", [rule])
        #expect(refused.status == 2 && refused.output.isEmpty, "\(refused.sentences)")
        #expect(refused.sentences.contains { $0.hasSuffix("(\(code))") }, "\(refused.sentences)")
        #expect(refused.sentences.contains("mailseal: 1 input could not be read, nothing was written"))
        #expect(refused.files["new.tar.gz"] == nil)
        #expect(!refused.files.keys.contains { CrashMatrixTests.isRemainder($0) })
        let made = try faults.run("create leak -o new.tar.gz --keep-going", [rule])
        #expect(made.status == 1, "\(made.sentences)")
        #expect(
            made.output.hasPrefix("packed 1 message ") && made.output.contains("\n  1  failure\n"), "\(made.output)")
        let verified = try faults.run("verify new.tar.gz", fresh: false)
        #expect(verified.status == 0, "\(verified.output)")
    }

    @Test(arguments: ["EMFILE", "ENFILE"])
    func `that no further file can be opened is no failure of a source`(error: String) throws {
        guard let faults = try FaultBench() else { return }
        for call in ["open leak/1.eml 1", "open leak/sub 1"] {
            let refused = try faults.run("create leak -o new.tar.gz --keep-going", ["\(call) \(error)"])
            #expect(refused.status == 2 && refused.output.isEmpty && refused.files["new.tar.gz"] == nil)
            #expect(refused.sentences.contains { $0.contains("oo many open files") }, "\(refused.sentences)")
            #expect(refused.sentences.last?.contains("ulimit") == true, "\(refused.sentences)")
        }
    }

    private static let containers = """
        { for i in 1 2 3; do printf 'From a\\n'; cat leak/1.eml; echo; done; } > box
        for i in $(seq 40); do printf 'From a\\n'; cat leak/1.eml; head -c 230000 /dev/zero | tr '\\0' x; echo; echo; done > mailbox
        head -c 9000000 /dev/zero > zeros
        tar cf box.tar leak more; gzip -k box.tar
        (cd leak; python3 -m zipfile -c ../box.zip 1.eml note.txt)
        """

    @Test(arguments: ["box", "mailbox", "zeros", "box.tar", "box.tar.gz", "box.zip"])
    func `a container or large file that changes at any read is a failure`(name: String) throws {
        guard let faults = try FaultBench(Self.containers) else { return }
        let whole = try faults.run("create leak \(name) -o new.tar.gz")
        #expect(whole.status == 0, "\(whole.sentences)")
        let reads = whole.calls.count { $0.name == "read" && $0.path == name }
        #expect(reads > 1)
        let changes = [
            "truncate -s 900 \(name)", "printf more >> \(name)", "printf X | dd of=\(name) conv=notrunc status=none",
        ]
        for (number, read) in Self.spread(reads, 4).enumerated() {
            for effect in ["EIO", "run \(changes[number % changes.count])"] {
                let refused = try faults.run("create leak \(name) -o new.tar.gz", ["read \(name) \(read) \(effect)"])
                let context: Comment = "\(effect) at read \(read) of \(reads): \(refused.sentences)"
                #expect(refused.status == 2 && refused.files["new.tar.gz"] == nil, context)
                #expect(refused.sentences.contains { $0.contains(", nothing was written") }, context)
                #expect(!refused.sentences.contains { $0.contains("fault of mailseal") }, context)
            }
        }
        // Once lines state the digest of a large file it cannot be left out any more.
        let last = name == "zeros" ? reads / 2 : reads
        let made = try faults.run("create leak \(name) -o new.tar.gz --keep-going", ["read \(name) \(last) EIO"])
        #expect(made.status == 1 && made.output.contains("  failure"), "\(made.sentences)")
        #expect(try faults.run("verify new.tar.gz", fresh: false).status == 0)
    }
}
