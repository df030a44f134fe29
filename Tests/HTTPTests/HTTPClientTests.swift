// Requests to a server on loopback.

import Foundation
import HTTP
import Testing

/// Tests/Peers/tsa.py without an authority; it ends with its standard input.
private final class Server: Sendable {
    static let shared = try? Server()

    let address: String
    let folder: String
    private let input = Pipe()

    private init() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/mailseal-http-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let script = URL(filePath: #filePath).appending(path: "../../Peers/tsa.py").standardized.path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script, folder, "--plain"]
        process.standardInput = input
        try process.run()
        self.folder = folder
        var port: String?
        while port == nil, process.isRunning {
            Thread.sleep(forTimeInterval: 0.02)
            port = try? String(contentsOfFile: folder + "/port", encoding: .utf8)
        }
        guard let port else {
            print("stepping aside: python3 is not there")
            throw CocoaError(.executableNotLoadable)
        }
        address = "http://127.0.0.1:\(port)"
        atexit { if let server = Server.shared { try? FileManager.default.removeItem(atPath: server.folder) } }
    }
}

@Suite struct HTTPClientTests {
    private let client = HTTPClient()

    private func error(_ work: () throws -> Void) -> HTTPError? {
        do {
            try work()
            return nil
        } catch { return error as? HTTPError }
    }

    @Test func `the body of an answer comes back as it is`() throws {
        guard let server = Server.shared else { return }
        #expect(try client.get(server.address + "/hello", limit: 5) == Array("hello".utf8))
        let body = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let answer = try client.post(
            server.address + "/echo", body: body, contentType: "text/x-a", accept: "text/x-b", limit: body.count)
        #expect(answer == body)
        let log = try String(contentsOfFile: server.folder + "/requests", encoding: .utf8)
        #expect(log.contains("POST /echo mailseal text/x-a\n"))
    }

    @Test func `a longer answer is refused`() {
        guard let server = Server.shared else { return }
        let url = server.address + "/hello"
        #expect(error { _ = try client.get(url, limit: 4) } == .tooLong(url, limit: 4))
    }

    @Test func `another status is refused`() {
        guard let server = Server.shared else { return }
        let url = server.address + "/missing"
        #expect(error { _ = try client.get(url, limit: 100) } == .status(url, found: 404))
        #expect(HTTPError.status("http://a/", found: 404).description == "http://a/: status 404, expected 200")
    }

    @Test func `three redirects are followed, and a redirected POST stays one`() throws {
        guard let server = Server.shared else { return }
        let url = server.address + "/moved/moved/moved/"
        #expect(try client.get(url + "hello", limit: 5) == Array("hello".utf8))
        let body = Array("body".utf8)
        #expect(
            try client.post(url + "echo", body: body, contentType: "text/x-a", accept: "*/*", limit: 9) == body)
    }

    @Test(arguments: ["/moved/moved/moved/moved/hello", "/loop/", "/away/"])
    func `more redirects, and those to other schemes, are refused`(path: String) {
        guard let server = Server.shared else { return }
        guard case .failed? = error({ _ = try client.get(server.address + path, limit: 100) }) else {
            Issue.record("\(path) was followed")
            return
        }
    }

    @Test(arguments: ["", "http://", "ftp://a/", "file:///etc/passwd", "a.example", "http://a/\u{E9}", "http://a/ b"])
    func `what is no address of HTTP is not asked`(url: String) {
        #expect(error { _ = try client.get(url, limit: 1) } == .address(url))
    }

    @Test func `a server that is not there is an error with libcurl's words`() {
        let found = error { _ = try client.get("http://127.0.0.1:1/", limit: 1) }
        #expect(found?.description.hasPrefix("http://127.0.0.1:1/: ") == true)
    }
}
