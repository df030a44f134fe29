import Bytes
import Foundation
import ScratchFolders
import Testing

@Suite struct InterruptionTests {
    let bench: CommandBench

    init() throws { bench = try CommandBench() }

    /// A source that takes a while to pack: some thirty megabytes that do not compress.
    private func writeLargeSource() throws {
        _ = try bench.run("head -c 30000000 /dev/urandom > leak/random")
    }

    @Test(arguments: [("INT", SIGINT), ("TERM", SIGTERM), ("HUP", SIGHUP)])
    func `a signal leaves nothing behind, and what was there untouched`(name: String, number: Int32) throws {
        try writeLargeSource()
        let script = """
            echo mine > out.tar.gz
            "$M" create leak -f -o out.tar.gz & pid=$!
            for i in $(seq 400); do test -n "$(find . -maxdepth 1 -name '.mailseal-*' -size +64k)" && break; sleep 0.02; done
            ls -a | grep -c partial
            kill -\(name) $pid; wait $pid; echo $?
            """
        let outcome = try bench.run("trap - INT; set -m; " + script)
        let answers = outcome.output.split(separator: "\n").filter { Int($0) != nil }.map(String.init)
        #expect(answers == ["1", "\(128 + number)"], "\(outcome.output) \(outcome.errors)")
        #expect(try bench.names() == ["leak", "out.tar.gz"])
        #expect(try bench.read("out.tar.gz").displayText == "mine\n")
    }

    @Test func `a file that may not grow further is status 2, and nothing is left`() throws {
        try writeLargeSource()
        let outcome = try bench.run("echo mine > out.tar.gz; ulimit -f 2000; \"$M\" create leak -f -o out.tar.gz")
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.sentences.last?.hasPrefix("mailseal: cannot write ") == true, "\(outcome.errors)")
        #expect(outcome.sentences.last?.hasSuffix(": File too large") == true)
        #expect(try bench.names() == ["leak", "out.tar.gz"])
        #expect(try bench.read("out.tar.gz").displayText == "mine\n")
    }

    @Test func `a disk without room is status 2, and nothing is left`() throws {
        let mount =
            "unshare -rm bash -c 'mkdir disk; mount -t tmpfs -o size=1m none disk && \(#"""$M"""#) create leak -o disk/x.tar.gz; echo $?; ls -A disk'"
        guard try bench.run("unshare -rm mount -t tmpfs none /mnt").status == 0 else {
            print("no file system of one's own on this machine: the test steps aside")
            return
        }
        try writeLargeSource()
        let outcome = try bench.run(mount)
        #expect(outcome.output == "2\n")
        #expect(outcome.errors.contains("No space left on device"))
    }

    @Test func `an answer that nobody gets is status 2, and a reader that left ends the run quietly`() throws {
        for arguments in ["create leak -f", "verify leak.tar.gz", "--help", "create --help", "--version"] {
            let full = try bench.run("\"$M\" \(arguments) > /dev/full")
            #expect(full.status == 2, "\(arguments)")
            #expect(full.sentences.last == "mailseal: cannot write to standard output: No space left on device")
            let closed = try bench.run("\"$M\" \(arguments) >&-")
            #expect(closed.status == 2, "\(arguments)")
            let gone = try bench.run("(sleep 0.3; \"$M\" \(arguments); echo $? > status) | :; cat status")
            #expect(gone.output == "141\n" && !gone.errors.contains("Fatal"), "\(arguments)")
        }
    }

    @Test func `a bundle is whole even when every standard stream is closed`() throws {
        #expect(try bench.run("\"$M\" create leak -o a.tar.gz <&- >&- 2>&-").status == 2)
        #expect(try bench.create("-o b.tar.gz").status == 0)
        let verdict = try bench.run("\"$M\" verify a.tar.gz")
        #expect(verdict.status == 0, "\(verdict.output)")
    }
}
