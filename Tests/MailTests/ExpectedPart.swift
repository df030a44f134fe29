// What another parser found in a message, and where we find something else.

import Bytes

@testable import Mail

/// A part as another parser has it; what it does not tell is nil and not compared.
struct ExpectedPart {
    /// A header field: its name in lower case, where it starts, where its value starts, and where it ends.
    struct Field: Equatable {
        let name: String
        let start: Int
        let valueStart: Int
        let end: Int
    }

    enum Content: Equatable {
        case bytes([UInt8])
        /// Converted from the part's character set.
        case text(String)
    }

    var mediaType: String
    var headerStart: Int
    var bodyStart: Int
    var bodyEnd: Int
    /// The file name as text; the inner nil says that there is none.
    var name: String??
    var fields: [Field]?
    /// The decoded body of a leaf.
    var content: Content?
    /// How many lines the body has, the last one counted without a line end too.
    var lines: Int?
    var parts: [ExpectedPart] = []
}

/// What can differ between two readings of a part.
enum Aspect: String {
    case mediaType = "type"
    case headerStart = "start"
    case bodyStart = "body"
    case bodyEnd = "end"
    case name, fields, content, lines, parts
}

/// One difference, with all that is needed to see why.
struct Difference {
    let message: Message
    /// Our part, as its index.
    let part: Int
    let expected: ExpectedPart
    let aspect: Aspect
    /// Where the part stands (the message, then the number of the part in each one around it), what differs, and for
    /// parts how many there are here and there.
    let code: String
    let values: String

    var ours: Part { message.parts[part] }
}

/// The comparison of one message.
struct PartComparison {
    private(set) var differences: [Difference] = []
    /// How many parts of ours were compared.
    private(set) var count = 0

    private let message: Message
    private let children: [Int: [Int]]

    init(_ message: Message, with expected: ExpectedPart) {
        self.message = message
        let inner = message.parts.indices.filter { message.parts[$0].parent != nil }
        children = Dictionary(grouping: inner) { message.parts[$0].parent ?? 0 }
        compare(0, expected, path: "0")
    }

    private mutating func compare(_ index: Int, _ expected: ExpectedPart, path: String) {
        count += 1
        let part = message.parts[index]
        func check<Value: Equatable>(_ aspect: Aspect, _ ours: Value, _ theirs: Value?) {
            guard let theirs, ours != theirs else { return }
            add(index, expected, aspect, "\(path) \(aspect.rawValue)", "\(ours) there \(theirs)")
        }
        check(.mediaType, part.mediaType.displayText, expected.mediaType)
        check(.headerStart, part.header.lowerBound, expected.headerStart)
        check(.bodyStart, part.body.lowerBound, expected.bodyStart)
        check(.bodyEnd, part.body.upperBound, expected.bodyEnd)
        check(.name, part.displayName, expected.name)
        check(.fields, fields(of: part), expected.fields)
        check(.lines, lines(of: part), expected.lines)
        let inner = children[index] ?? []
        guard inner.count == expected.parts.count else {
            let counts = "\(inner.count)/\(expected.parts.count)"
            let types = inner.map { message.parts[$0].mediaType.displayText }
            add(
                index, expected, .parts, "\(path) parts \(counts)", "\(types) there \(expected.parts.map(\.mediaType))")
            return
        }
        if inner.isEmpty {
            switch expected.content {
            case .bytes: check(.content, ExpectedPart.Content.bytes(message.decoded(part)), expected.content)
            case .text: check(.content, .text(message.convertedText(of: part)), expected.content)
            case nil: break
            }
        }
        for (place, child) in inner.enumerated() {
            compare(child, expected.parts[place], path: "\(path).\(place + 1)")
        }
    }

    private mutating func add(
        _ part: Int, _ expected: ExpectedPart, _ aspect: Aspect, _ code: String, _ values: String
    ) {
        differences.append(
            Difference(
                message: message, part: part, expected: expected, aspect: aspect, code: code,
                values: String(values.prefix(600))))
    }

    private func fields(of part: Part) -> [ExpectedPart.Field] {
        let section = HeaderSection(
            of: message.bytes.span, from: part.header.lowerBound, to: part.header.upperBound)
        return section.fields.map {
            ExpectedPart.Field(
                name: ASCII.lowercased(message.bytes[$0.name]).displayText, start: $0.name.lowerBound,
                valueStart: $0.value.lowerBound, end: $0.whole.upperBound)
        }
    }

    private func lines(of part: Part) -> Int {
        let body = message.bytes[part.body]
        return body.count { $0 == ASCII.lf } + (body.isEmpty || body.last == ASCII.lf ? 0 : 1)
    }
}

extension Message {
    /// The decoded body of a part in its character set, HTML left as it is.
    func convertedText(of part: Part) -> String {
        Charset(part.parameter("charset") ?? []).text(decoded(part))
    }
}
