// The test mail of other projects through the targets for mail: whatever it holds, what must always hold does.

import Bytes
import Foundation
import FuzzTargets
import Mail
import OtherProjects
import Testing

/// The folders of test data that are installed or cloned (Docs/reliability.md).
private enum OtherFolder: String, CaseIterable {
    case mailParser = "mail-parser/resources"
    case mimeKit = "MimeKit/UnitTests/TestData"
    case python = "test/test_email/data"

    /// Where the folder is, or nil and a line that says that it is missing.
    var place: URL? {
        self == .python
            ? OtherProjects.installed(rawValue, belowLast: "python3", of: "/usr/lib") : OtherProjects.cloned(rawValue)
    }

    /// Every file below it, whole, in the order of their paths.
    func files() throws -> [(name: String, bytes: [UInt8])] {
        guard let place else { return [] }
        let paths = try FileManager.default.subpathsOfDirectory(atPath: place.path).sorted()
        return try paths.compactMap { path in
            let file = place.appending(path: path)
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { return nil }
            return (path, [UInt8](try Data(contentsOf: file)))
        }
    }
}

struct OtherProjectsTests {
    /// Each file as a message and as a mailbox, whose messages too, with the line ends that it has and with either form.
    @Test(.timeLimit(.minutes(20)), arguments: OtherFolder.allCases)
    fileprivate func `the test mail of other projects breaks no target`(_ folder: OtherFolder) async throws {
        let targets = Dictionary(uniqueKeysWithValues: FuzzTarget.all.map { ($0.name, $0) })
        let onMessage = try #require(targets["Message"])
        let onHeader = try #require(targets["Header"])
        let onMailbox = try #require(targets["Mailbox"])
        var count = 0
        func run(_ target: FuzzTarget, _ bytes: [UInt8], of name: String) async {
            do { try await target.run(bytes) } catch { Issue.record("\(name): \(target.name): \(error)") }
            count += 1
        }
        let files = try folder.files()
        for (name, bytes) in files {
            let feeds = bytes.filter { $0 != ASCII.cr }
            let lines = feeds.split(separator: ASCII.lf, omittingEmptySubsequences: false)
            for form in Set([bytes, feeds, Array(lines.joined(separator: [ASCII.cr, ASCII.lf]))]) {
                await run(onMessage, form, of: name)
                await run(onHeader, form, of: name)
                await run(onMailbox, form, of: name)
                var splitter = MboxSplitter(form)
                while let next = splitter.next() { await run(onMessage, Array(form[next.message]), of: name) }
            }
        }
        print("\(folder.rawValue): \(files.count) files, \(count) executions")
    }
}
