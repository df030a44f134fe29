// Other programs, run to their end.

import Foundation

/// What a program ended with.
public struct ProgramRun: Sendable, CustomStringConvertible {
    /// 127 when the program is not there.
    public let status: Int32
    /// What it wrote to standard output.
    public let bytes: [UInt8]
    /// The same as text.
    public var output: String { String(decoding: bytes, as: UTF8.self) }
    /// What it wrote to standard error.
    public let errors: String

    /// The status and all that it wrote.
    public var description: String { "status \(status): \(output)\(errors)" }

    /// Runs a program, by its path or its name in `PATH`, with the locale C.UTF-8 and UTC unless `environment` says otherwise.
    public init(
        _ command: [String], in folder: String? = nil, input: [UInt8] = [], environment: [String: String] = [:]
    ) throws {
        // Files hold everybody up less than pipes: nobody waits for a reader, nor for a grandchild that keeps one open.
        let own = URL(filePath: NSTemporaryDirectory()).appending(path: "mailseal-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: own) }
        func file(_ name: String, _ bytes: [UInt8] = []) throws -> URL {
            let file = own.appending(path: name)
            try Data(bytes).write(to: file)
            return file
        }
        let (printed, complained) = (try file("output"), try file("errors"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        process.environment = ProcessInfo.processInfo.environment
            .merging(["LC_ALL": "C.UTF-8", "TZ": "UTC"]) { $1 }.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: file("input", input))
        process.standardOutput = try FileHandle(forWritingTo: printed)
        process.standardError = try FileHandle(forWritingTo: complained)
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        bytes = [UInt8](try Data(contentsOf: printed))
        errors = String(decoding: try Data(contentsOf: complained), as: UTF8.self)
    }

    /// Whether a program is installed; a line says that the test steps aside when it is not.
    public static func isInstalled(_ program: String) throws -> Bool {
        if try ProgramRun(["bash", "-c", "command -v \"$1\"", "bash", program]).status == 0 { return true }
        print("stepping aside: \(program) is not on this machine")
        return false
    }
}

/// A program that did not do what it was to.
public struct ProgramFailure: Error {
    /// What was run and how it ended.
    public let sentence: String

    /// A failure in these words.
    public init(sentence: String) { self.sentence = sentence }
}
