// A folder of its own for each test, the tools that fill it, and the stream of items as text.

import Bytes
import Cryptography
import Files
import Foundation
import ScratchFolders

@testable import Intake

/// A folder that goes with the test.
final class Workbench: ScratchFolder, @unchecked Sendable {
    /// All items of sources in this folder.
    func items(_ sources: String..., options: Intake.Options = .init()) throws -> [Intake.Item] {
        Intake.useFixedLocale()
        let intake = try Intake(sources: sources.map { path($0) }, options: options)
        var items: [Intake.Item] = []
        while let item = try intake.next() { items.append(item) }
        return items
    }

    /// The items of one source as lines, its begin and end left out.
    func lines(_ source: String, options: Intake.Options = .init()) throws -> [String] {
        try items(source, options: options).dropFirst().dropLast().map(\.line)
    }
}

/// A small message with a subject of its own.
func mail(_ subject: String) -> String { "From: a@example.org\r\nSubject: \(subject)\r\n\r\nHello \(subject)\r\n" }

extension Intake.Place {
    var text: String {
        path.map { $0.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/") }.joined(separator: " > ")
    }
}

extension Intake.Item {
    /// One line that says what matters: the kind, the place, and what comes with it.
    var line: String {
        switch self {
        case .sourceBegin(let begin): "source \(begin.kind) \(begin.name.displayText)"
        case .message(let message): "message \(message.place.text)"
        case .file(let file) where file.isContainer: "kept \(file.place.text)"
        case .file(let file):
            file.linkTarget.map { "link \(file.place.text) -> \($0.displayText)" } ?? "file \(file.place.text)"
        case .containerEnd(let end): "\(end.kind.rawValue) \(end.place.text)"
        case .failure(let failure): "\(failure.code.rawValue) \(failure.place.text)"
        case .sourceEnd(let end): end.balance.isEven ? "end" : "uneven end \(end.balance)"
        }
    }

    var message: Intake.Message? {
        if case .message(let message) = self { message } else { nil }
    }

    var file: Intake.File? {
        if case .file(let file) = self { file } else { nil }
    }

    var containerEnd: Intake.ContainerEnd? {
        if case .containerEnd(let end) = self { end } else { nil }
    }

    var balance: Intake.Balance? {
        if case .sourceEnd(let end) = self { end.balance } else { nil }
    }

    var failure: Intake.Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
