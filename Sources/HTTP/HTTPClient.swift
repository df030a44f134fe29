// Requests over HTTP: bounded in time, size and redirects, and the same whatever the environment says.

import Bytes
import CCurl

/// Makes single requests, one after another, and waits for each.
///
/// Addresses are http or https, also those that a server redirects to, three times at most; https verifies the server by
/// the machine's certificates. A connection may take 15 seconds, a request 60. Proxies that the environment names
/// (`http_proxy` and the like) are not used, nor are cookies and stored passwords.
public struct HTTPClient: Sendable {
    /// The most redirects that are followed.
    public static let mostRedirects = 3
    /// The seconds that a connection may take.
    public static let connectionSeconds = 15
    /// The seconds that a request may take, from the first step to the last byte.
    public static let requestSeconds = 60

    /// A client; libcurl is loaded for the first request.
    public init() {}

    /// The body of the answer to a GET, at most `limit` bytes.
    public func get(_ url: String, limit: Int) throws(HTTPError) -> [UInt8] {
        try Request(url, limit: limit).run(headers: ["Accept: */*"], body: nil)
    }

    /// The body of the answer to a POST of these bytes, at most `limit` bytes; a redirected POST stays one.
    public func post(
        _ url: String, body: [UInt8], contentType: String, accept: String, limit: Int
    ) throws(HTTPError) -> [UInt8] {
        // Without the last one libcurl would ask first whether it may send more than a megabyte, and wait.
        let headers = ["Content-Type: \(contentType)", "Accept: \(accept)", "Expect:"]
        return try Request(url, limit: limit).run(headers: headers, body: body)
    }
}

/// The functions of libcurl.
@safe
private enum Library {
    /// Loaded once, and never given back; nil where there is no libcurl 7 or 8.
    nonisolated(unsafe) static let functions: UnsafePointer<ccurl_functions>? = {
        let functions = UnsafeMutablePointer<ccurl_functions>.allocate(capacity: 1)
        unsafe functions.initialize(to: ccurl_functions())
        return unsafe ccurl_load(functions) == 1 ? UnsafePointer(functions) : nil
    }()
}

/// The bytes of an answer as they come in.
private final class Answer {
    var bytes: [UInt8] = []
    var isTooLong = false
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// How many of the bytes are taken; fewer than there are end the transfer.
    func take(_ more: UnsafeBufferPointer<UInt8>) -> Int {
        guard more.count <= limit - bytes.count else {
            isTooLong = true
            return 0
        }
        unsafe bytes.append(contentsOf: more)
        return more.count
    }
}

/// One request.
@safe
private struct Request {
    private let url: String
    private let answer: Answer
    private let curl: UnsafePointer<ccurl_functions>

    init(_ url: String, limit: Int) throws(HTTPError) {
        let text = url.bytes
        let isHTTP = ["http://", "https://"].contains { scheme in
            text.count > scheme.utf8.count && ASCII.equalIgnoringCase(text.prefix(scheme.utf8.count), scheme.utf8)
        }
        guard isHTTP, text.count <= 2048, text.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .address(url) }
        guard let curl = unsafe Library.functions else { throw .failed(url, reason: "libcurl.so.4 cannot be loaded") }
        unsafe self.curl = curl
        self.url = url
        answer = Answer(limit: limit)
    }

    func run(headers: [String], body: [UInt8]?) throws(HTTPError) -> [UInt8] {
        guard let handle = unsafe ccurl_start(curl) else { throw .failed(url, reason: "libcurl is out of memory") }
        defer { unsafe ccurl_end(curl, handle) }
        var list: UnsafeMutablePointer<curl_slist>?
        for header in headers { unsafe list = ccurl_append(curl, list, header) }
        defer { unsafe ccurl_free(curl, list) }
        try unsafe check(setOptions(handle))
        try unsafe check(ccurl_set_pointer(curl, handle, CURLOPT_HTTPHEADER, list))
        if let body {
            try unsafe check(ccurl_set_number(curl, handle, CURLOPT_POSTFIELDSIZE, body.count))
            // libcurl keeps a copy.
            try unsafe check(
                body.withUnsafeBytes { unsafe ccurl_set_pointer(curl, handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) })
        }
        let code = withExtendedLifetime(answer) { unsafe ccurl_perform(curl, handle) }
        guard !answer.isTooLong else { throw .tooLong(url, limit: answer.limit) }
        try check(code)
        let status = unsafe ccurl_status(curl, handle)
        guard status == 200 else { throw .status(url, found: status) }
        return answer.bytes
    }

    private func setOptions(_ handle: UnsafeMutableRawPointer) -> CURLcode {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 1), (CURLOPT_MAXREDIRS, HTTPClient.mostRedirects),
            // All of 301, 302 and 303: a request for a time stamp is nothing that could be got.
            (CURLOPT_POSTREDIR, 7), (CURLOPT_CONNECTTIMEOUT, HTTPClient.connectionSeconds),
            (CURLOPT_TIMEOUT, HTTPClient.requestSeconds), (CURLOPT_NETRC, 0),
        ]
        let texts: [(CURLoption, String)] = [
            (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_REDIR_PROTOCOLS_STR, "http,https"),
            (CURLOPT_PROXY, ""), (CURLOPT_USERAGENT, "mailseal"), (CURLOPT_URL, url),
        ]
        var codes = numbers.map { unsafe ccurl_set_number(curl, handle, $0, $1) }
        codes += texts.map { option, text in
            unsafe text.withCString { unsafe ccurl_set_pointer(curl, handle, option, $0) }
        }
        let state = unsafe Unmanaged.passUnretained(answer).toOpaque()
        codes.append(
            unsafe ccurl_set_writer(
                curl, handle,
                { bytes, size, count, state in
                    guard let bytes = unsafe bytes, let state = unsafe state else { return 0 }
                    let answer = unsafe Unmanaged<Answer>.fromOpaque(state).takeUnretainedValue()
                    let length = size * count
                    return unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: length) { start in
                        unsafe answer.take(UnsafeBufferPointer(start: start, count: length))
                    }
                }, state))
        return codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private func check(_ code: CURLcode) throws(HTTPError) {
        guard code != CURLE_OK else { return }
        throw .failed(url, reason: unsafe String(cString: ccurl_words(curl, code)))
    }
}
