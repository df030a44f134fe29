// The program under a library that makes its system calls fail or be its last (Tests/Faults/faults.c).

import Bytes
import Foundation
import ScratchFolders

/// A folder with sources, a bundle of them and whatever a command needs, in which commands meet faults.
struct FaultBench {
    /// Where a command is run; put back to how it was before each run.
    let work: String
    let bench: CommandBench

    /// The library, or nil where there is no C compiler.
    static let library: String? = {
        let path = FileManager.default.temporaryDirectory.path + "/mailseal-faults-\(getpid()).so"
        let source = URL(filePath: #filePath).appending(path: "../../Faults/faults.c").standardized.path
        guard (try? ProgramRun(["cc", "-O1", "-shared", "-fPIC", "-o", path, source]))?.status == 0 else {
            print("no C compiler on this machine: the tests of faults step aside")
            return nil
        }
        atexit {
            if let made = FaultBench.library { try? FileManager.default.removeItem(atPath: made) }
        }
        return path
    }()

    /// A system call that the program made, and what came of it.
    struct Call: Equatable {
        let name: String
        /// Below the folder, or `stdout`.
        let path: String
        let outcome: String

        /// Whether it changes what is on the disk.
        var isChange: Bool { ["create", "write", "sync", "rename", "link", "unlink", "mkdir"].contains(name) }
    }

    /// How a run ended.
    struct Trial {
        let status: Int32
        let output: String
        let sentences: [String]
        let calls: [Call]
        /// Everything in the folder, by path; folders are nil.
        let files: [String: [UInt8]?]
    }

    /// Prepares the folder with a script; nil where there is no C compiler.
    init?(_ preparation: String = "") throws {
        guard Self.library != nil else { return nil }
        bench = try CommandBench()
        work = bench.root + "/work"
        let script = """
            set -e; mkdir -p template work/tmp; mv leak template; cd template; mkdir tmp state more
            sed s/one/three/ leak/1.eml > more/3.eml
            "$M" create leak --retrieved-at 2017-05-05T18:35:00Z -o old.tar.gz --origin newsroom.example/leak
            echo former > former.tar.gz; cp former.tar.gz former.bin
            \(preparation)
            cd ..; test ! -e work/state || { rmdir template/state; mv work/state template; }
            rm -rf work; cp -a template work
            """
        let made = try bench.run(script, environment: environment([]))
        guard made.status == 0 else { throw CocoaError(.fileNoSuchFile, userInfo: ["": made.errors]) }
    }

    private func environment(_ faults: [String]) -> [String: String] {
        [
            "FAULTS": faults.joined(separator: "\n"), "FAULTS_ROOT": work, "FAULTS_LOG": bench.root + "/log",
            "FAULTS_LIBRARY": Self.library ?? "", "TMPDIR": work + "/tmp", "XDG_STATE_HOME": work + "/state",
        ]
    }

    /// Runs the program with these arguments, after the faults were named; `fresh` puts the folder back before.
    func run(_ arguments: String, _ faults: [String] = [], fresh: Bool = true) throws -> Trial {
        let reset = fresh ? "rm -rf work log; cp -a template work;" : "rm -f log;"
        let script = """
            \(reset) cd work
            timeout -s KILL 60 env LD_PRELOAD="$FAULTS_LIBRARY" "$M" \(arguments)
            """
        let outcome = try bench.run(script, environment: environment(faults))
        let log = (try? String(contentsOfFile: bench.root + "/log", encoding: .utf8)) ?? ""
        return Trial(
            status: outcome.status, output: outcome.output,
            sentences: outcome.sentences.filter { $0.hasPrefix("mailseal: ") }, calls: Self.calls(in: log),
            files: try files())
    }

    private static func calls(in log: String) -> [Call] {
        log.split(separator: "\n").map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            let rest = parts.last?.split(separator: " ", maxSplits: 1) ?? []
            return Call(name: String(parts[0]), path: String(rest[0]), outcome: String(rest.last ?? ""))
        }
    }

    private func files() throws -> [String: [UInt8]?] {
        var files: [String: [UInt8]?] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: work) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: work + "/" + path)
            let isFile = attributes?[.type] as? FileAttributeType == .typeRegular
            files[path] = .some(
                isFile ? [UInt8](FileManager.default.contents(atPath: work + "/" + path) ?? Data()) : nil)
        }
        return files
    }
}
