// The expected results of jstedfast/MimeKit: where the messages of an mbox file and their parts lie, in JSON.

import Foundation

/// A message of an mbox file, as offsets into the file.
struct MimeKitResult: Decodable {
    let mboxMarkerOffset: Int
    let beginOffset: Int
    let endOffset: Int
    let body: Entity

    /// A part; `message` is the message that a message/rfc822 holds.
    struct Entity: Decodable {
        let mimeType: String
        let beginOffset: Int
        let headersEndOffset: Int
        let endOffset: Int
        let lines: Int
        let message: Inner?
        let children: [Entity]?

        struct Inner: Decodable {
            let body: [Entity]

            private enum Key: CodingKey { case body }

            init(from decoder: any Decoder) throws {
                body = [try decoder.container(keyedBy: Key.self).decode(Entity.self, forKey: .body)]
            }
        }

        /// The part with all in it, its offsets from `start` on.
        func expected(from start: Int) -> ExpectedPart {
            ExpectedPart(
                mediaType: mimeType.lowercased(), headerStart: beginOffset - start, bodyStart: headersEndOffset - start,
                bodyEnd: endOffset - start, lines: lines,
                parts: (message?.body ?? children ?? []).map { $0.expected(from: start) })
        }
    }

    /// Reads a file of expected results.
    static func read(_ file: URL) throws -> [MimeKitResult] {
        try JSONDecoder().decode([MimeKitResult].self, from: Data(contentsOf: file))
    }
}
