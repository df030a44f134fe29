// The expected results of stalwartlabs/mail-parser: a message as its tests have it in JSON.

import Foundation

/// A message, or one in it.
struct MailParserResult: Decodable {
    let parts: [Part]

    struct Part: Decodable {
        let headers: [Field]
        let body: Body
        let offsetHeader: Int
        let offsetBody: Int
        let offsetEnd: Int
    }

    struct Field: Decodable {
        let name: Name
        let value: Value
        let offsetField: Int
        let offsetStart: Int
        let offsetEnd: Int
    }

    /// The name of a header field: `content_type`, or `{"other": "X-Name"}`.
    struct Name: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            if let name = try? decoder.singleValueContainer().decode(String.self) {
                text = name.replacing("_", with: "-")
            } else {
                text = try decoder.singleValueContainer().decode([String: String].self)["other"]?.lowercased() ?? ""
            }
        }
    }

    /// The value of a header field, when it is one with parameters.
    struct Value: Decodable {
        let type: TypeValue?

        init(from decoder: any Decoder) throws {
            type = try? decoder.singleValueContainer().decode([String: TypeValue].self)["ContentType"]
        }
    }

    struct TypeValue: Decodable {
        let cType: String
        let cSubtype: String?
        let attributes: [Attribute]?

        struct Attribute: Decodable {
            let name: String
            let value: String
        }

        func attribute(_ name: String) -> String? { attributes?.first { $0.name.lowercased() == name }?.value }
    }

    enum Body: Decodable {
        case text(String)
        case bytes([UInt8])
        case message(MailParserResult)
        case multipart([Int])

        private enum Key: String, CodingKey, CaseIterable {
            case text = "Text"
            case html = "Html"
            case binary = "Binary"
            case inlineBinary = "InlineBinary"
            case message = "Message"
            case multipart = "Multipart"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Key.self)
            switch values.allKeys.first {
            case .binary: self = .bytes(try values.decode([UInt8].self, forKey: .binary))
            case .inlineBinary: self = .bytes(try values.decode([UInt8].self, forKey: .inlineBinary))
            case .message: self = .message(try values.decode(MailParserResult.self, forKey: .message))
            case .multipart: self = .multipart(try values.decode([Int].self, forKey: .multipart))
            case .html: self = .text(try values.decode(String.self, forKey: .html))
            default: self = .text(try values.decode(String.self, forKey: .text))
            }
        }
    }

    /// Reads a file of expected results.
    static func read(_ file: URL) throws -> MailParserResult {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(MailParserResult.self, from: Data(contentsOf: file))
    }

    /// The message's body, or a part, with all in it.
    ///
    /// The result does not say what type a part without Content-Type has: here it is that of RFC 2046 §5.1.5 or of
    /// RFC 2045 §5.2.
    func expected(_ index: Int = 0, defaultType: String = "text/plain") -> ExpectedPart {
        let part = parts[index]
        let type = part.last("content-type")
        let fields = part.headers.map {
            ExpectedPart.Field(
                name: $0.name.text, start: $0.offsetField, valueStart: $0.offsetStart, end: $0.offsetEnd)
        }
        var expected = ExpectedPart(
            mediaType: type.map { "\($0.cType)/\($0.cSubtype ?? "")".lowercased() } ?? defaultType,
            headerStart: part.offsetHeader, bodyStart: part.offsetBody, bodyEnd: part.offsetEnd,
            name: .some(part.last("content-disposition")?.attribute("filename") ?? type?.attribute("name")),
            fields: fields)
        switch part.body {
        case .text(let text): expected.content = .text(text)
        case .bytes(let bytes): expected.content = .bytes(bytes)
        case .message(let message): expected.parts = message.parts.isEmpty ? [] : [message.expected()]
        case .multipart(let places):
            let isDigest = expected.mediaType == "multipart/digest"
            expected.parts = places.map { self.expected($0, defaultType: isDigest ? "message/rfc822" : "text/plain") }
        }
        return expected
    }
}

extension MailParserResult.Part {
    /// The value of the last field of a name, which is the one that counts there.
    fileprivate func last(_ name: String) -> MailParserResult.TypeValue? {
        headers.last { $0.name.text == name }?.value.type
    }
}
