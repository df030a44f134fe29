// The built program, run as a process in a folder of its own.

import Bytes
import Foundation

/// A folder that goes with the test, and the program.
final class CommandBench {
    let root: String

    /// The program that was built beside the tests.
    static let program: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent().path + "/mailseal"
    }()

    init() throws {
        root = FileManager.default.temporaryDirectory.path + "/mailseal-command-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root + "/leak/sub", withIntermediateDirectories: true)
        try Self.mail("one").write(toFile: root + "/leak/1.eml", atomically: false, encoding: .utf8)
        try Self.mail("two").write(toFile: root + "/leak/sub/2.eml", atomically: false, encoding: .utf8)
        try "not mail\n".write(toFile: root + "/leak/note.txt", atomically: false, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// A small message.
    static func mail(_ subject: String) -> String {
        "From: a@example.org\r\nDate: Fri, 5 May 2017 18:35:00 +0000\r\nSubject: \(subject)\r\n\r\nHello\r\n"
    }

    /// What a process ended with.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String

        /// The lines on standard error.
        var sentences: [String] { errors.split(separator: "\n").map(String.init) }
    }

    /// Runs a script of bash in the folder, with the program as `$M`.
    func run(_ script: String, environment: [String: String] = [:]) throws -> Outcome {
        let (process, output) = (Process(), root + "/.stdout")
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", "\(script)"]
        process.currentDirectoryURL = URL(filePath: root)
        process.environment = ProcessInfo.processInfo.environment
            .merging(["M": Self.program, "LC_ALL": "C", "TZ": "UTC"]) { $1 }.merging(environment) { $1 }
        let errors = root + "/.stderr"
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        process.waitUntilExit()
        func text(_ path: String) -> String {
            String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        }
        return Outcome(status: process.terminationStatus, output: text(output), errors: text(errors))
    }

    /// The names in the folder but those of this bench, sorted; hidden ones too.
    func names(in folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)
            .filter { $0 != ".stdout" && $0 != ".stderr" }.sorted()
    }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: root + "/" + name))) }

    /// Packs `leak` into `leak.tar.gz`.
    @discardableResult
    func create(_ arguments: String = "") throws -> Outcome {
        try run("\"$M\" create leak --retrieved-at 2017-05-05T18:35:00Z \(arguments)")
    }
}
