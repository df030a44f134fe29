import Foundation
import ScratchFolders
import Testing

/// Slow: only with MAILSEAL_SLOW=1, and of use in a release build (`swift test -c release`).
@Suite(.enabled(if: ProcessInfo.processInfo.environment["MAILSEAL_SLOW"] == "1")) struct MemoryTests {
    let bench: CommandBench

    init() throws { bench = try CommandBench() }

    /// The peak of a command's memory in MB, and its exit status.
    private func peak(_ command: String) throws -> (peak: Int, status: Int32) {
        let script = """
            import os, sys
            child = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
            _, status, usage = os.wait4(child, 0)
            print(usage.ru_maxrss // 1000, file=open("peak", "w"))
            sys.exit(os.waitstatus_to_exitcode(status))
            """
        let outcome = try bench.run("python3 -c '\(script)' \(command)")
        let text = try String(contentsOfFile: bench.root + "/peak", encoding: .utf8)
        return (try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines))), outcome.status)
    }

    @Test func `large files do not raise memory`() throws {
        _ = try bench.run("for i in 1 2 3; do truncate -s 1G leak/sparse-$i; done")
        let create = try peak("\"$M\" create leak --json")
        #expect(create.status == 0 && create.peak < 128)
        let verify = try peak("\"$M\" verify leak.tar.gz")
        #expect(verify.status == 0 && verify.peak < 128)
    }

    @Test func `many messages do not raise memory beyond the budget`() throws {
        _ = try bench.run(
            "for i in $(seq 40); do (printf 'From: a\\nTo: b\\n\\n'; head -c 15000000 /dev/zero | base64; echo $i) > leak/$i.eml; done"
        )
        let create = try peak("\"$M\" create leak --json --jobs 8")
        #expect(create.status == 0 && create.peak < 512)
        let verify = try peak("\"$M\" verify leak.tar.gz --jobs 8")
        #expect(verify.status == 0 && verify.peak < 512)
    }

    @Test func `one large message is held once`() throws {
        _ = try bench.run(
            "(printf 'From: a\\nTo: b\\nContent-Transfer-Encoding: base64\\nContent-Type: x/y; name=z\\n\\n'; head -c 740000000 /dev/zero | base64) > leak/1.eml"
        )
        let create = try peak("\"$M\" create leak --json")
        #expect(create.status == 0 && create.peak < 1500)
        let verify = try peak("\"$M\" verify leak.tar.gz")
        #expect(verify.status == 0 && verify.peak < 1500)
    }
}
