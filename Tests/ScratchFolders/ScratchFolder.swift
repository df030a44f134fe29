// A folder of its own for a test.

import Foundation

/// A folder that goes with the value.
///
/// The benches of the tests are this and what they make in it.
open class ScratchFolder: @unchecked Sendable {
    /// The path of the folder.
    public let root: String

    /// Makes the folder.
    public init() throws {
        root = FileManager.default.temporaryDirectory.path + "/mailseal-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// The bytes of a path in this folder.
    public func path(_ name: String) -> [UInt8] { Array((root + "/" + name).utf8) }

    /// Writes a file, with the folders on its way, and gives its path; whoever has a former file open keeps that.
    @discardableResult
    public func write(_ name: String, _ bytes: [UInt8]) throws -> [UInt8] {
        let url = URL(filePath: root + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url, options: .atomic)
        return path(name)
    }

    /// The same for text.
    @discardableResult
    public func write(_ name: String, _ text: String) throws -> [UInt8] { try write(name, Array(text.utf8)) }

    /// The bytes of a file in this folder.
    public func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: root + "/" + name)))
    }

    /// The names in a folder, sorted; hidden ones too.
    public func names(in folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder).sorted()
    }

    /// Runs a script of bash in this folder that ends at its first error, and gives what it printed; throws when it fails.
    @discardableResult
    public func run(
        _ script: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String] = [:]
    ) throws -> [UInt8] {
        let run = try attempt(script, arguments, input: input, environment: environment)
        guard run.status == 0 else { throw ProgramFailure(sentence: "\(script)\n\(run)") }
        return run.bytes
    }

    /// The same for a script that may fail.
    public func attempt(
        _ script: String, _ arguments: [String] = [], input: [UInt8] = [], environment: [String: String] = [:]
    ) throws -> ProgramRun {
        try ProgramRun(
            ["bash", "-euc", script, "bash"] + arguments, in: root, input: input, environment: environment)
    }
}
