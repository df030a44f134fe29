// What `keys recover` found, as a table that grows row by row, and as JSON.

import Bytes
import DKIM
import KeyRecovery
import Mailseal

/// The table on standard error.
struct KeyRecoverTable {
    private let domainWidth: Int
    private let selectorWidth: Int
    private var hasHeading = false

    /// The widest column for names; longer ones push the rest of their row aside.
    private static let widestName = 44

    /// A table for these targets.
    init(_ targets: [KeyRecoverResult]) {
        func width(_ texts: [[UInt8]], _ heading: String) -> Int {
            min(Self.widestName, max(heading.count, texts.map { Columns.width(of: Self.shown($0)) }.max() ?? 0))
        }
        domainWidth = width(targets.map(\.name.domain), "DOMAIN")
        selectorWidth = width(targets.map(\.name.selector), "SELECTOR")
    }

    /// The lines of a name, with the heading before the first: one for each key, or one that tells why there is none.
    mutating func rows(of result: KeyRecoverResult) -> [String] {
        let heading = row("DOMAIN", "SELECTOR", " BITS", "    E", "VERIFIES")
        defer { hasHeading = true }
        return (hasHeading ? [] : [heading]) + rows(result)
    }

    private func rows(_ result: KeyRecoverResult) -> [String] {
        let (domain, selector) = (Self.shown(result.name.domain), Self.shown(result.name.selector))
        guard let failure = result.failure, result.keys.isEmpty else {
            return result.keys.map { key in
                row(
                    domain, selector, Report.padded("\(key.bits)", 5),
                    Report.padded("\(key.exponent)", 5),
                    "\(Quantity.grouped(key.key.provenance.messages ?? 0)) of \(Quantity.grouped(result.messages))")
            }
        }
        let tried = Quantity.count(result.pairs, "pair")
        let why = "NONE of \(Quantity.grouped(result.messages)): \(failure.sentence) (\(tried) tried)"
        return [row(domain, selector, Report.padded("\(result.bits)", 5), "    -", why)]
    }

    private func row(_ domain: String, _ selector: String, _ bits: String, _ exponent: String, _ rest: String) -> String
    {
        func filled(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - Columns.width(of: text)))
        }
        return [filled(domain, domainWidth), filled(selector, selectorWidth), bits, exponent, rest]
            .joined(separator: "  ")
    }

    private static func shown(_ bytes: [UInt8]) -> String { safeForTerminal(bytes.displayText) }
}

extension KeyRecoverTable {
    /// The line that tells how far the searches are; nil when none runs.
    static func progress(_ view: KeyRecoverBoard.View) -> String? {
        guard let search = view.searches.first else { return nil }
        var parts = ["recovering", "\(view.finished + 1) of \(view.total)"]
        if let left = view.left { parts.append("\(Quantity.duration(left)) left") }
        let step = search.step.isDivisor ? "divisor" : "powers"
        let attempt = search.step.attempt > 1 ? " of attempt \(search.step.attempt)" : ""
        let expected = search.expected.map { " of \(Quantity.duration($0))" } ?? ""
        parts.append("\(step)\(attempt), \(Quantity.duration(search.elapsed))\(expected)")
        if view.searches.count > 1 { parts.append("and \(view.searches.count - 1) more") }
        parts.append(shown(search.name.text))
        return parts.joined(separator: "  ")
    }

}

/// What came of all searches.
struct KeyRecoverReport {
    let results: [KeyRecoverResult]
    let recover: KeyRecover
    /// Where the keys were written, `-` for standard output; nil when there are none.
    let output: String?

    /// Whether a name that was to be searched gave no key.
    var isIncomplete: Bool { results.contains(where: \.keys.isEmpty) || !recover.absent.isEmpty }

    /// The sentences under the table.
    var sentences: [String] {
        let keys = results.reduce(0) { $0 + $1.keys.count }
        let failed = results.count { $0.keys.isEmpty }
        var lines = recover.absent.map { "no key of \($0.text.displayText): too few messages call for it" }
        if recover.known > 0 { lines.append("\(Quantity.count(recover.known, "name")) left out: keys are known") }
        if results.isEmpty { return lines + ["nothing to recover: no name is left with signatures in enough messages"] }
        if failed > 0 { lines.append("no key of \(Quantity.count(failed, "name"))") }
        guard let output else { return lines + ["no key was recovered, nothing was written"] }
        lines.append("\(Quantity.count(keys, "key")) recovered" + (output == "-" ? "" : ", written to \(output)"))
        return lines + ["each says: same signer as the messages that it verifies; key not confirmed by DNS"]
    }

    /// Everything as JSON.
    var json: String {
        var writer = CanonicalJSONWriter()
        writer.add("output", output?.argumentBytes)
        writer.add("known", recover.known)
        writer.add("absent", objects: recover.absent.map { Self.name($0).finish() })
        writer.add("names", objects: results.map(Self.json))
        return writer.finish().displayText
    }

    private static func name(_ name: KeyName) -> CanonicalJSONWriter {
        var writer = CanonicalJSONWriter()
        writer.add("domain", name.domain)
        writer.add("selector", name.selector)
        return writer
    }

    private static func json(_ result: KeyRecoverResult) -> [UInt8] {
        var writer = name(result.name)
        writer.add("bits", result.bits)
        writer.add("messages", result.messages)
        writer.add("pairs", result.pairs)
        writer.add("failure", result.failure?.rawValue.bytes)
        writer.add(
            "keys",
            objects: result.keys.map { key in
                var writer = CanonicalJSONWriter()
                writer.add("record", key.key.record)
                writer.add("bits", key.bits)
                writer.add("exponent", key.exponent)
                writer.add("messages", key.key.provenance.messages)
                writer.add("first_date", key.key.provenance.firstDate?.rfc3339)
                writer.add("last_date", key.key.provenance.lastDate?.rfc3339)
                return writer.finish()
            })
        return writer.finish()
    }
}

extension KeySearch.Failure {
    /// Why there is no key, in words.
    fileprivate var sentence: String {
        switch self {
        case .tooFewSignatures: "fewer than three different signatures are open"
        case .noCommonModulus: "no two signatures tried together are sound and of one key"
        case .notConfirmed: "what two signatures gave verifies no third"
        case .outOfMemory: "not enough memory"
        }
    }
}
