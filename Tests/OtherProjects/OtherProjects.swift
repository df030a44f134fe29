// Where the test data of other projects lies, which is compared with and never kept here (Docs/reliability.md).

public import Foundation

/// Folders of other projects, as far as they are on this machine.
public enum OtherProjects {
    /// A folder of a clone below the one that the environment variable `MAILSEAL_OTHERS` names; nil, and a line that says so, when
    /// it is missing.
    public static func cloned(_ path: String) -> URL? {
        present(path, below: ProcessInfo.processInfo.environment["MAILSEAL_OTHERS"].map { [$0] } ?? [])
    }

    /// A folder below the last one in `parent` whose name starts with `prefix`, as packages name them by their version; nil, and a
    /// line that says so, when it is missing.
    public static func installed(_ path: String, belowLast prefix: String, of parent: String) -> URL? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return present(path, below: names.filter { $0.hasPrefix(prefix) }.sorted().map { "\(parent)/\($0)" })
    }

    private static func present(_ path: String, below roots: [String]) -> URL? {
        let places = roots.map { URL(filePath: $0).appending(path: path) }
        if let place = places.last(where: { FileManager.default.fileExists(atPath: $0.path) }) { return place }
        print("\(path) is not on this machine: the test with it steps aside")
        return nil
    }
}
