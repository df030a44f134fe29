// The built program, run as a process in a folder of its own.

import Bytes
import Foundation
import ScratchFolders

/// A folder that goes with the test, and the program.
final class CommandBench {
    private let folder: ScratchFolder

    /// The program that was built beside the tests.
    static let program: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: tests).deletingLastPathComponent().path + "/mailseal"
    }()

    init() throws {
        folder = try ScratchFolder()
        try folder.write("leak/1.eml", Self.mail("one"))
        try folder.write("leak/sub/2.eml", Self.mail("two"))
        try folder.write("leak/note.txt", "not mail\n")
    }

    /// A small message.
    static func mail(_ subject: String) -> String {
        "From: a@example.org\r\nDate: Fri, 5 May 2017 18:35:00 +0000\r\nSubject: \(subject)\r\n\r\nHello\r\n"
    }

    var root: String { folder.root }

    func write(_ name: String, _ bytes: [UInt8]) throws { try folder.write(name, bytes) }

    func read(_ name: String) throws -> [UInt8] { try folder.read(name) }

    /// The names in a folder, sorted; hidden ones too.
    func names(in path: String = "") throws -> [String] { try folder.names(in: path) }

    /// Runs a script of bash in the folder, with the program as `$M` and a locale that knows ASCII alone.
    func run(_ script: String, environment: [String: String] = [:]) throws -> ProgramRun {
        let own = ["M": Self.program, "LC_ALL": "C"].merging(environment) { $1 }
        return try ProgramRun(["bash", "-c", script], in: root, environment: own)
    }

    /// Packs `leak` into `leak.tar.gz`.
    @discardableResult
    func create(_ arguments: String = "") throws -> ProgramRun {
        try run("\"$M\" create leak --retrieved-at 2017-05-05T18:35:00Z \(arguments)")
    }
}

extension ProgramRun {
    /// The lines on standard error.
    var sentences: [String] { errors.split(separator: "\n").map(String.init) }
}
