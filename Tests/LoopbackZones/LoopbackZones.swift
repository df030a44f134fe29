// Zones that the test signs itself, below a root of its own, served on loopback by NSD.

import Foundation
import Glibc
import ScratchFolders

/// A zone to serve.
public struct Zone: Sendable {
    /// How a zone is signed.
    public enum Signing: Sendable {
        /// Not at all; its parent proves that.
        case none
        /// Soundly.
        case sound
        /// With signatures that ended in 2020.
        case expired
    }

    let name: String
    let records: String
    let signing: Signing
    let changes: [(old: String, new: String)]

    /// A zone below the root.
    ///
    /// - Parameters:
    ///   - name: one label.
    ///   - records: its records in the form of a zone file, names relative to the zone.
    ///   - changes: texts that are replaced after signing.
    public init(
        _ name: String, signing: Signing, changes: [(old: String, new: String)] = [], records: String
    ) {
        self.name = name
        self.records = records
        self.signing = signing
        self.changes = changes
    }
}

/// A running name server with a signed root zone and the zones below it; it ends with the process at the latest.
public final class LoopbackZones {
    /// The programs that are needed and missing.
    public static let missingPrograms = ["nsd", "ldns-keygen", "ldns-signzone"].filter { program in
        !["/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/"]
            .contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
    }

    /// Says that a test steps aside when a program is missing.
    public static var isAvailable: Bool {
        if missingPrograms.isEmpty { return true }
        print("stepping aside: \(missingPrograms.joined(separator: ", ")) missing")
        return false
    }

    /// The server's address, `ADDRESS@PORT`.
    public let address: String
    /// The root's key as a DS record.
    public let anchor: String
    private let folder: String
    private let server = Process()
    private let leash = Pipe()

    /// Signs the zones and starts the server.
    public init(_ zones: [Zone]) throws {
        folder = FileManager.default.temporaryDirectory.path + "/mailseal-zones-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let builder = ZoneBuilder(folder: folder)
        anchor = try builder.build(zones)
        let port = try LoopbackSocket.freePort()
        address = "127.0.0.1@\(port)"
        try builder.writeConfiguration(zones, port: port)
        try start()
        try waitForServer(port: port)
    }

    deinit {
        try? leash.fileHandleForWriting.close()
        server.waitUntilExit()
    }

    // Ends the server and removes the folder as soon as nobody holds the other end of the standard input. The server
    // has a process group of its own, and may have been started with every signal but this one blocked.
    private static let script = """
        PATH=$PATH:/usr/sbin:/usr/local/sbin
        set -m
        nsd -d -c nsd.conf </dev/null >nsd.log 2>&1 &
        read
        kill -KILL -- -$!
        rm -r "$1"
        """

    private func start() throws {
        server.executableURL = URL(filePath: "/bin/bash")
        server.arguments = ["-c", Self.script, "nsd", folder]
        _ = fcntl(leash.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        server.currentDirectoryURL = URL(filePath: folder)
        server.standardInput = leash
        try server.run()
    }

    private func waitForServer(port: UInt16) throws {
        for _ in 0..<200 {
            if LoopbackSocket.accepts(port: port) { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        let log = FileManager.default.contents(atPath: folder + "/nsd.log") ?? Data()
        throw ProgramFailure(sentence: "nsd did not start: \(String(decoding: log, as: UTF8.self))")
    }
}
