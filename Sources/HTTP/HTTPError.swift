// Why a request over HTTP has no answer that can be used.

import Bytes

/// Why there is no answer; the address is that of the request, not one that it was redirected to.
public enum HTTPError: Error, Equatable, CustomStringConvertible {
    /// The address is not one of http or https, in visible ASCII and of at most 2048 characters.
    case address(String)
    /// The request could not be made or carried out; libcurl's own words.
    case failed(String, reason: String)
    /// The server answered with a status that is not 200.
    case status(String, found: Int)
    /// The answer has more bytes than are read.
    case tooLong(String, limit: Int)

    /// A sentence such as `https://tsa.example/: status 404, expected 200`.
    public var description: String {
        switch self {
        case .address(let url):
            "\(safeForTerminal(url)) is not an address that can be asked, expected http:// or https://"
        case .failed(let url, let reason): "\(safeForTerminal(url)): \(safeForTerminal(reason))"
        case .status(let url, let found): "\(safeForTerminal(url)): status \(found), expected 200"
        case .tooLong(let url, let limit):
            "\(safeForTerminal(url)): the answer is longer than \(limit) bytes, the most that are read"
        }
    }
}
