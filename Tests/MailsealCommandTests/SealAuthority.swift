// A time-stamping authority on loopback for the tests of `seal`.

import Foundation

/// Tests/Peers/tsa.py, started once for all tests; it ends with this process.
final class SealAuthority: Sendable {
    /// The authority, or nil where a program is missing.
    static let shared: SealAuthority? = {
        let missing = ["python3", "openssl", "ssh-keygen", "sha256sum", "sha512sum"].filter { program in
            !["/usr/bin/", "/usr/local/bin/", "/bin/"].contains {
                FileManager.default.isExecutableFile(atPath: $0 + program)
            }
        }
        guard missing.isEmpty, let authority = try? SealAuthority() else {
            print("stepping aside: \(missing.isEmpty ? "the authority" : missing.joined(separator: ", ")) is not there")
            return nil
        }
        atexit { if let made = SealAuthority.shared { try? FileManager.default.removeItem(atPath: made.folder) } }
        return authority
    }()

    let folder: String
    /// `http://127.0.0.1:PORT`.
    let address: String
    private let input = Pipe()

    private init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/mailseal-authority-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let script = URL(filePath: #filePath).appending(path: "../../Peers/tsa.py").standardized.path
        process.arguments = ["python3", script, folder]
        process.standardInput = input
        try process.run()
        var port: String?
        while port == nil, process.isRunning {
            Thread.sleep(forTimeInterval: 0.02)
            port = try? String(contentsOfFile: folder + "/port", encoding: .utf8)
        }
        guard let port else { throw CocoaError(.executableNotLoadable) }
        address = "http://127.0.0.1:\(port)"
    }
}
