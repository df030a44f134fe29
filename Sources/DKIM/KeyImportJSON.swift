// The JSON forms in which archives, caches and add-ons keep key records.

import Bytes

extension KeyImport {
    /// Reads JSON: one document, or one a line.
    mutating func readJSON(_ text: [UInt8]) {
        let first = ASCII.trimmed(text.prefix { $0 != ASCII.lf })
        let isOneALine = (first.first == 0x7B && first.last == 0x7D) || (first.first == 0x5B && first.last == 0x5D)
        guard isOneALine else { return readDocument(text, from: 1) }
        for (index, line) in text.split(separator: ASCII.lf, omittingEmptySubsequences: false).enumerated()
        where !ASCII.trimmed(line).isEmpty {
            readDocument(Array(line), from: index + 1)
        }
    }

    private mutating func readDocument(_ text: [UInt8], from firstLine: Int) {
        var lines = LineCounter(text, firstLine: firstLine)
        do throws(JSONError) {
            try JSONText.forEachItem(of: text) { readItem($0, &lines) }
        } catch {
            note(.malformedJSON, line: lines.line(of: error.offset))
        }
    }

    private mutating func readItem(_ item: JSONValue, _ lines: inout LineCounter) {
        let line = lines.line(of: item.offset)
        if let inner = item["obj"] { return readItem(inner, &lines) }
        if item["rrname"] != nil {
            readPassiveDNS(item, line)
        } else if item["selector"] != nil, item["domain"] != nil {
            readArchived(item, line)
        } else if let keys = item["keys"]?.elements, item["maxId"] != nil {
            recognise(.dkimVerifier)
            for key in keys { readStored(key, lines.line(of: key.offset)) }
        } else if let members = item.members, members.contains(where: { $0.value["TXT"] != nil }) {
            recognise(.mailauth)
            for member in members { readCached(member, lines.line(of: member.value.offset)) }
        } else if item["cond"] == nil {
            // "cond" frames the objects of DNSDB's streams.
            note(.unknownEntry, line: line)
        }
    }

    /// `{"domain", "selector", "value", "firstSeenAt", "lastSeenAt"}` of archive.zk.email.
    private mutating func readArchived(_ item: JSONValue, _ line: Int) {
        recognise(.archive)
        guard let record = item["value"]?.text else { return note(.notARecord, line: line) }
        let provenance = KeyProvenance(
            .archive, firstSeen: time(item["firstSeenAt"], line), lastSeen: time(item["lastSeenAt"], line))
        add(name(item["selector"], item["domain"]), record, provenance, line: line)
    }

    /// `{"sdid", "selector", "key", "insertedAt", "secure"}` of DKIM Verifier; a day counts from its start.
    private mutating func readStored(_ item: JSONValue, _ line: Int) {
        guard let record = item["key"]?.text else { return note(.notARecord, line: line) }
        let provenance = KeyProvenance(
            .dns, firstSeen: time(item["insertedAt"], line), dnssec: item["secure"]?.isTrue == true ? .secure : nil)
        add(name(item["selector"], item["sdid"]), record, provenance, line: line)
    }

    /// `"NAME": {"TXT": [["part", "part"], …]}` of mailauth.
    private mutating func readCached(_ member: JSONValue.Member, _ line: Int) {
        guard let records = member.value["TXT"]?.elements else { return leaveAside() }
        guard let name = KeyName(parsing: member.name) else {
            for _ in records { leaveAside() }
            return
        }
        for record in records {
            let parts = record.elements?.map(\.text) ?? [record.text]
            add(name, parts.contains(nil) ? [] : parts.flatMap { $0 ?? [] }, KeyProvenance(.file), line: line)
        }
    }

    /// `{"rrname", "rrtype", "rdata", "time_first", "time_last"}` (draft-dulaunoy-dnsop-passive-dns-cof).
    private mutating func readPassiveDNS(_ item: JSONValue, _ line: Int) {
        recognise(.passiveDNS)
        guard item["rrtype"]?.text.map({ ASCII.equalIgnoringCase($0, "txt".utf8) }) == true,
            let name = item["rrname"]?.text.flatMap({ KeyName(parsing: $0) })
        else { return leaveAside() }
        let provenance = KeyProvenance(
            .passiveDNS, firstSeen: time(item["time_first"] ?? item["zone_time_first"], line),
            lastSeen: time(item["time_last"] ?? item["zone_time_last"], line))
        guard let data = item["rdata"] else { return note(.notARecord, line: line) }
        for record in data.elements ?? [data] {
            guard let text = record.text else {
                note(.notARecord, line: line)
                continue
            }
            let isQuoted = text.first == 0x22
            guard let record = isQuoted ? QuotedText.joined(text[...]) : text else {
                note(.malformedQuotes, line: line)
                continue
            }
            add(name, record, provenance, line: line)
        }
    }

    private func name(_ selector: JSONValue?, _ domain: JSONValue?) -> KeyName? {
        guard let selector = selector?.text, let domain = domain?.text else { return nil }
        return KeyName(parsing: selector + "._domainkey.".utf8 + domain)
    }

    /// A time in seconds since 1970, in RFC 3339, or a day; absent and null are nil, and so is what cannot be read.
    private mutating func time(_ value: JSONValue?, _ line: Int) -> Timestamp? {
        guard let value, !value.isNull else { return nil }
        let time =
            value.integer.flatMap { Timestamp(secondsSince1970: $0) }
            ?? value.text.flatMap { Timestamp(rfc3339: $0) ?? Timestamp(rfc3339: $0 + "T00:00:00Z".utf8) }
        if time == nil { note(.malformedTime, line: line) }
        return time
    }
}

/// The lines of offsets that only grow, each byte looked at once.
private struct LineCounter {
    private let text: [UInt8]
    private var offset = 0
    private var line: Int

    init(_ text: [UInt8], firstLine: Int) {
        self.text = text
        line = firstLine
    }

    mutating func line(of offset: Int) -> Int {
        while self.offset < min(offset, text.count) {
            if text[self.offset] == ASCII.lf { line += 1 }
            self.offset += 1
        }
        return line
    }
}
