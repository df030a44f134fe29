// The report of `mailseal diff` as one JSON document (Docs/diff.md).

import Bytes
import Mailseal
import Manifest
import MerkleTree

extension DiffReport {
    /// The document.
    var json: String {
        var writer = CanonicalJSONWriter()
        writer.add("kind", "diff".bytes)
        writer.add("verdict", verdict.rawValue.bytes)
        writer.add("same_content", contentRootsAgree)
        writer.add("extending", extending?.rawValue.bytes)
        writer.add("fork", isFork)
        writer.add("messages_only", messagesOnly)
        writer.add("a", object: Self.json(a))
        writer.add("b", object: Self.json(b))
        writer.add("classes", object: Self.json(classes))
        writer.add("dkim_transitions", objects: transitions.map(Self.json))
        writer.add("sections", objects: sections.map(Self.json))
        writer.add("notes", notes.map(\.bytes))
        return writer.finish().displayText
    }

    private var contentRootsAgree: Bool { a.contentRoot == b.contentRoot }

    private static func json(_ input: Input) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("name", input.label)
        writer.add("kind", input.isSource ? "source".bytes : "bundle".bytes)
        writer.add("root", input.root?.description.bytes)
        writer.add("content_root", input.contentRoot.bytes)
        writer.add("counts", object: Report.json(input.counts))
        return writer.finish()
    }

    private static func json(_ classes: Classes) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("same", classes.same)
        writer.add("moved", classes.moved)
        writer.add("equivalent", classes.equivalent)
        writer.add("altered", classes.altered)
        writer.add("only_in_a", classes.onlyA)
        writer.add("only_in_b", classes.onlyB)
        return writer.finish()
    }

    private static func json(_ transition: Transition) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("a", transition.a.rawValue.bytes)
        writer.add("b", transition.b.rawValue.bytes)
        writer.add("count", transition.count)
        return writer.finish()
    }

    private static func json(_ section: DiffSection) -> [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("kind", section.kind.rawValue.bytes)
        writer.add("count", section.count)
        writer.add("rows", objects: section.rows.map(\.json))
        return writer.finish()
    }
}

extension DiffRow {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("a", a)
        writer.add("b", b)
        writer.add("count", count)
        writer.add("message_id", messageID)
        writer.add("date", date)
        writer.add("from", from)
        writer.add("subject", subject)
        writer.add("name", name)
        writer.add("reasons", objects: reasons.map(\.json))
        writer.add("content", content)
        return writer.finish()
    }
}

extension DiffReason {
    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("code", code.rawValue.bytes)
        writer.add("side", side?.rawValue.bytes)
        writer.add("values", values)
        writer.add("more", more > 0 ? more : nil)
        return writer.finish()
    }
}
