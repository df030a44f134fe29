// `mailseal keys check`.

import ArgumentParser
import Bytes
import DKIM
import KeyCheck
import Mailseal

struct KeysCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find weak keys: short ones, small exponents, primes that are small, close or used twice.",
        discussion: """
            A signature by a weak key may be by someone else. Primes in common are looked
            for among all keys that are given, so give them together. Nothing is looked up
            anywhere. Docs/keys.md explains each code.

            EXAMPLES
              mailseal keys check keys.txt
              mailseal keys check mail.tar.gz other-keys.txt --json

            EXIT STATUS
              0 no weak key; 1 weak keys were found; 2 trouble, or there is no key record
            """)

    @Argument(help: ArgumentHelp("Key files and bundles.", valueName: "file"))
    var files: [String]

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws {
        let observer = Observer(notice: Terminal.tell)
        let found = KeyCheck(try files.flatMap { try KeyFiles.keys(in: $0.argumentBytes, observer: observer) })
        guard !found.keys.isEmpty else {
            throw MailsealError(
                "no key record was found, nothing was checked",
                hint: "mailseal keys import makes key files of other forms")
        }
        Terminal.answer(json ? safeJSON(found.json) : found.text)
        if found.weakKeys > 0 { throw ExitCode(1) }
    }
}

extension KeyCheck {
    /// The findings as a table, and the count.
    fileprivate var text: String {
        var lines: [String] = []
        if !findings.isEmpty {
            let codes = findings.map(\.weakness.rawValue.count).max() ?? 0
            lines.append("WEIGHT  BITS  \(Columns.fit("CODE", codes))  KEY")
            lines += findings.map { finding in
                let bits = finding.bits.map { String($0) } ?? "-"
                let code = Columns.fit(finding.weakness.rawValue, codes)
                let weight = finding.weakness.isWeak ? "weak  " : "note  "
                return "\(weight)  \(Report.padded(bits, 4))  \(code)  \(onOneLine(finding.subject))"
            }
            lines.append("")
        }
        lines.append("\(Quantity.grouped(weakKeys)) of \(Quantity.count(keys.count, "key record")) weak")
        if !comparesPrimes { lines.append("primes in common were NOT looked for: too many keys") }
        return lines.joined(separator: "\n")
    }

    /// The findings as JSON.
    fileprivate var json: String {
        var writer = CanonicalJSONWriter()
        writer.add("keys", keys.count)
        writer.add("weak_keys", weakKeys)
        writer.add("compares_primes", comparesPrimes)
        writer.add("findings", objects: findings.map(\.json))
        return writer.finish().displayText
    }
}

extension KeyCheck.Finding {
    /// The key's name, details, and the other key.
    fileprivate var subject: String {
        let other = other.map { "with \($0.text.displayText)" }
        let details = [detail, other].compactMap { $0 }.joined(separator: ", ")
        return key.name.text.displayText + (details.isEmpty ? "" : " (\(details))")
    }

    fileprivate var json: [UInt8] {
        var writer = CanonicalJSONWriter()
        writer.add("weight", (weakness.isWeak ? "weak" : "note").bytes)
        writer.add("code", weakness.rawValue.bytes)
        writer.add("domain", key.domain)
        writer.add("selector", key.selector)
        writer.add("record_sha256", "\(key.digest)".bytes)
        writer.add("basis", key.provenance.basis.rawValue.bytes)
        writer.add("bits", bits)
        writer.add("detail", detail?.bytes)
        writer.add("other_domain", other?.domain)
        writer.add("other_selector", other?.selector)
        return writer.finish()
    }
}
