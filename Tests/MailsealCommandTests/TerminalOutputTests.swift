import Bytes
import Foundation
import ScratchFolders
import Testing

@Suite struct TerminalOutputTests {
    let bench: CommandBench

    init() throws { bench = try CommandBench() }

    /// Runs a script on a terminal of 80 columns and gives all that came to it; nil when there is no `script` here.
    private func onTerminal(_ command: String, environment: String = "") throws -> String? {
        guard try bench.run("command -v script").status == 0 else {
            print("no script(1) on this machine: the test steps aside")
            return nil
        }
        let inner = "stty cols 80; unset NO_COLOR; export TERM=xterm \(environment); \(command)"
        return try bench.run("script -qec '\(inner)' /dev/null").output
    }

    @Test func `no escape code goes where no terminal is`() throws {
        for script in ["\"$M\" create leak", "\"$M\" verify leak.tar.gz", "\"$M\" verify --root 1:x leak.tar.gz"] {
            let outcome = try bench.run(script, environment: ["TERM": "xterm-256color"])
            #expect(!outcome.output.contains("\u{1B}") && !outcome.errors.contains("\u{1B}"))
            #expect(!outcome.output.contains("\r") && !outcome.errors.contains("\r"))
        }
    }

    @Test func `a terminal gets colour, but not with NO_COLOR or when it is dumb`() throws {
        try bench.create()
        let verify = "\"$M\" verify leak.tar.gz 2>/dev/null"
        guard let shown = try onTerminal(verify) else { return }
        #expect(shown.contains("\u{1B}[1;33mconsistent, not anchored\u{1B}[0m"))
        for environment in ["NO_COLOR=1", "TERM=dumb"] {
            let plain = try #require(try onTerminal(verify, environment: environment))
            #expect(plain.contains("consistent, not anchored") && !plain.contains("\u{1B}"), "\(environment)")
        }
    }

    @Test func `progress is one line on the terminal and is gone in the end`() throws {
        _ = try bench.run("for i in $(seq 10); do head -c 300000 /dev/urandom > leak/r$i; done")
        guard let shown = try onTerminal("\"$M\" create leak") else { return }
        let frames = shown.components(separatedBy: "\r\u{1B}[K").dropFirst()
        let drawn = frames.filter { $0.hasPrefix("packing  [") }
        #expect(!drawn.isEmpty && drawn.allSatisfy { $0.count < 80 && !$0.contains("\n") })
        #expect(frames.last?.contains("packed 2 messages") == true)
    }

    @Test(arguments: [#"\e[31mred"#, #"\e]0;title\a"#, #"a\rb"#, #"a\nb"#, #"\u202egpj"#, #"\x9b31m"#, #"\u200bx"#])
    func `a hostile name never reaches the terminal raw`(name: String) throws {
        let outcomes = [
            try bench.run("mkfifo leak/$'\(name)'; \"$M\" create leak"),
            try bench.run("\"$M\" create leak/1.eml -o $'\(name).tar.gz'"),
            try bench.run("\"$M\" verify $'\(name)'"), try bench.run("\"$M\" create $'\(name)'"),
            try bench.run("\"$M\" create leak --$'\(name)'"), try bench.run("\"$M\" create leak --origin $'\(name) '"),
            try bench.run("\"$M\" create leak --retrieved-at $'\(name)'"),
        ]
        #expect(outcomes.map(\.status) == [2, 0, 2, 2, 2, 2, 2])
        for outcome in outcomes {
            let text = outcome.output + outcome.errors
            let raw = text.unicodeScalars.filter {
                ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value)
                    || ["\u{202E}", "\u{200B}"].contains($0)
            }
            #expect(raw.isEmpty, "\(text.debugDescription)")
            if !text.contains("Usage:") { #expect(outcome.sentences.filter { $0.hasPrefix("b") }.isEmpty) }
        }
    }
}
