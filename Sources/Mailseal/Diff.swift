// `diff`: two bundles, or a bundle and a source; what one has that the other has not, and why.

import Bytes
import Cryptography
import DKIM
import Manifest
import MerkleTree

/// Compares bundles with each other and with sources.
public enum Diff {
    /// Compares what the options name.
    ///
    /// Manifests are read through the index; each line belongs to the root that the report gives, and no payload is read
    /// but that of messages of one identity with different bytes. Nothing is verified beyond that.
    /// - Throws: `MailsealError`, `FileError` or `ContainerError` when an input cannot be read.
    public static func run(_ options: DiffOptions, observer: Observer = Observer()) async throws -> DiffReport {
        var a = try DiffInput(bundle: options.a)
        var b = try DiffInput(bundle: options.b)
        if let a, b == nil { b = try await DiffInput(packing: options.b, like: a, options, observer) }
        if let b, a == nil { a = try await DiffInput(packing: options.a, like: b, options, observer) }
        guard let a, let b else {
            throw MailsealError(
                "neither \(options.a.displayText) nor \(options.b.displayText) is a bundle",
                hint: "mailseal create makes one; then compare the other with it")
        }
        return try await DiffRun(a, b, options, observer).run()
    }
}

/// One comparison.
private struct DiffRun {
    private let a: DiffInput
    private let b: DiffInput
    private let options: DiffOptions
    private let observer: Observer
    private var sections: DiffSections
    private var classes = DiffReport.Classes()

    init(_ a: DiffInput, _ b: DiffInput, _ options: DiffOptions, _ observer: Observer) {
        self.a = a
        self.b = b
        self.options = options
        self.observer = observer
        sections = DiffSections(limit: options.rowLimit)
    }

    consuming func run() async throws -> DiffReport {
        if a.bundle.root == b.bundle.root {
            classes.same = a.bundle.end.messages
            return try report(.same, contentRoots: (Self.contentRoot(a), Self.contentRoot(b)), [], [], redactions)
        }
        let tables = (
            a: try await DiffTable(a.bundle, jobs: options.jobs, observer: observer),
            b: try await DiffTable(b.bundle, jobs: options.jobs, observer: observer)
        )
        let isSource = a.isSource || b.isSource
        let pairing = DiffPairing(tables.a, tables.b)
        var common = DiffCommonFacts(tables.a, tables.b, comparesRetrieval: !isSource && !options.messagesOnly)
        let other = DiffOtherFacts(tables.a, tables.b)
        var lacks = (a: !pairing.onlyA.isEmpty, b: !pairing.onlyB.isEmpty)
        if options.messagesOnly {
            classes.same = pairing.common.count
        } else {
            common.compareCommon(pairing.common, &sections)
            (classes.same, classes.moved) = (common.same, common.moved)
        }
        addOnly(pairing, tables)
        if options.manifestOnly {
            for pair in pairing.pairs { add(nil, pair, &common) }
        } else {
            try await comparePairs(pairing.pairs, tables, &common)
        }
        if !options.messagesOnly {
            if !isSource { other.compareKeys(&sections) }
            for found in [other.compareFiles(&common, &sections), other.compareFailures(&sections)] {
                lacks = (lacks.a || found.a, lacks.b || found.b)
            }
            common.finish(&sections)
        }
        var rows = DiffRows((a.bundle, tables.a), (b.bundle, tables.b))
        let shown = try rows.sections(sections)
        var notes = redactions + (options.messagesOnly ? [] : other.notes(common, isSource: isSource))
        if classes.altered > 0, options.manifestOnly {
            notes.append("no message was read: some of those called altered may say the same")
        }
        let roots = (tables.a.contentRoot.description, tables.b.contentRoot.description)
        return try report(verdict(lacks), contentRoots: roots, common.transitions, shown, notes)
    }

    /// With a source the question is whether the bundle has all of it.
    private func verdict(_ lacks: (a: Bool, b: Bool)) -> DiffReport.Verdict {
        if sections.counts.isEmpty { return .same }
        guard a.isSource || b.isSource else { return .different }
        let isLacking = a.isSource ? lacks.a : lacks.b
        let differs = [.altered, .equivalent, .derived, .dkim].contains { sections.count($0) > 0 }
        return isLacking || differs ? .different : .contained
    }

    private func report(
        _ verdict: DiffReport.Verdict, contentRoots: (String, String), _ transitions: [DiffReport.Transition],
        _ sections: [DiffSection], _ notes: [String]
    ) throws -> DiffReport {
        func input(_ input: DiffInput, _ contentRoot: String) -> DiffReport.Input {
            DiffReport.Input(
                label: input.label, isSource: input.isSource, root: input.isSource ? nil : input.bundle.root,
                contentRoot: contentRoot, counts: input.bundle.end)
        }
        return DiffReport(
            verdict: verdict, a: input(a, contentRoots.0), b: input(b, contentRoots.1),
            hasOneRoot: a.bundle.root == b.bundle.root, extending: extending, isFork: try isFork,
            messagesOnly: options.messagesOnly,
            classes: classes,
            transitions: transitions, sections: sections, notes: notes)
    }

    /// The side of which an earlier edition has the other side's root.
    private var extending: DiffSide? {
        if a.isSource || b.isSource { return nil }
        if b.bundle.editions.dropLast().contains(where: { $0.root == a.bundle.root }) { return .b }
        return a.bundle.editions.dropLast().contains { $0.root == b.bundle.root } ? .a : nil
    }

    /// Whether both bear one origin that somebody chose, and neither begins with the other.
    private var isFork: Bool {
        get throws {
            guard !a.isSource, !b.isSource, !Format.isDefaultOrigin(a.bundle.checkpoint.origin) else { return false }
            let (old, new) = a.bundle.lineCount <= b.bundle.lineCount ? (a.bundle, b.bundle) : (b.bundle, a.bundle)
            return try Consistency.run(of: new, with: old.checkpoint).verdict == .fork
        }
    }

    /// Which of the inputs is redacted.
    private var redactions: [String] {
        [(DiffSide.a, a), (.b, b)].filter(\.1.bundle.isRedacted).map { side, input in
            "\(side.rawValue.uppercased()) is redacted: of \(input.bundle.end.messages) messages it withholds some, "
                + "which were compared by the hashes of their lines at most"
        }
    }

    /// The content root that a manifest records.
    private static func contentRoot(_ input: DiffInput) throws -> String {
        var root = ""
        try input.bundle.forEachLine(from: max(0, input.bundle.lineCount - 2)) { _, line in
            if case .content(let content) = line { root = content.root.description }
            return true
        }
        return root
    }

    private mutating func addOnly(_ pairing: DiffPairing, _ tables: (a: DiffTable, b: DiffTable)) {
        (classes.onlyA, classes.onlyB) = (pairing.onlyA.count, pairing.onlyB.count)
        // What a bundle holds besides a source is an answer to no question, unless all rows are wanted.
        let isTold = (a: !b.isSource || options.rowLimit == nil, b: !a.isSource || options.rowLimit == nil)
        if !isTold.a, !pairing.onlyA.isEmpty { sections.add(.onlyA, rowless: pairing.onlyA.count) }
        if !isTold.b, !pairing.onlyB.isEmpty { sections.add(.onlyB, rowless: pairing.onlyB.count) }
        let likeB = pairing.onlyA.isEmpty ? nil : DiffLookalikes(tables.b, side: .b)
        for message in pairing.onlyA where isTold.a {
            sections.add(.onlyA) {
                DiffDraft(
                    a: message, reasons: likeB?.reasons(for: message, of: tables.a) ?? [],
                    lines: tables.a.places(of: message).prefix(1).map { ($0.leaf, nil) })
            }
        }
        let likeA = pairing.onlyB.isEmpty ? nil : DiffLookalikes(tables.a, side: .a)
        for message in pairing.onlyB where isTold.b {
            sections.add(.onlyB) {
                DiffDraft(
                    b: message, reasons: likeA?.reasons(for: message, of: tables.b) ?? [],
                    lines: tables.b.places(of: message).prefix(1).map { (nil, $0.leaf) })
            }
        }
    }

    // The bytes of pairs are read in order here and compared in tasks.
    private mutating func comparePairs(
        _ pairs: [DiffPairing.Pair], _ tables: (a: DiffTable, b: DiffTable), _ common: inout DiffCommonFacts
    ) async throws {
        var window = InOrder<DiffMessages?>(width: options.jobs * 4, budget: options.memory / 8)
        let keys = (a: a.keys, b: b.keys)
        var submitted = 0
        for (done, pair) in pairs.enumerated() {
            while submitted < pairs.count, submitted == done || !window.isFull {
                let next = pairs[submitted]
                let content = options.content && sections.hasRoom(for: .altered)
                let first = try Self.bytes(a.bundle, tables.a, Int(next.a))
                let second = try Self.bytes(b.bundle, tables.b, Int(next.b))
                window.submit(weight: 4096 + (first?.count ?? 0) + (second?.count ?? 0)) {
                    guard let first, let second else { return nil }
                    return DiffMessages(first, second, keys: keys, content: content)
                }
                submitted += 1
            }
            guard let compared = try await window.next() else { return }
            add(compared, pair, &common)
            observer.progress(Progress(bytes: done, totalBytes: pairs.count, messages: done))
        }
    }

    /// Adds a pair; without a comparison it is altered.
    private mutating func add(
        _ compared: DiffMessages?, _ pair: DiffPairing.Pair, _ common: inout DiffCommonFacts
    ) {
        let kind: DiffSection.Kind = compared?.areEquivalent == true ? .equivalent : .altered
        if kind == .equivalent { classes.equivalent += 1 } else { classes.altered += 1 }
        let lines = options.messagesOnly ? [] : common.comparePlaces(pair, &sections).lines
        sections.add(kind) {
            DiffDraft(
                a: pair.a, b: pair.b, reasons: compared?.reasons ?? [], lines: lines, content: compared?.content)
        }
    }

    /// A message's bytes; nil when they are withheld and its lines are not.
    private static func bytes(_ bundle: Bundle, _ table: DiffTable, _ message: Int) throws -> [UInt8]? {
        let (digest, leaf) = (table.digests[message], Int(table.messages[message].leaf))
        if bundle.isRedacted, bundle.entry(ofLeaf: leaf) == nil { return nil }
        return try bundle.content(ofLeaf: leaf, path: PayloadFile.message(digest, size: 0).path, digest: digest)
    }
}

/// Messages of one side that look like one that only the other side has: its namesakes.
private struct DiffLookalikes {
    private let table: DiffTable
    private let side: DiffSide
    private var identities: [UInt64: UInt32] = [:]
    private var paths: [UInt64: UInt32] = [:]

    init(_ table: DiffTable, side: DiffSide) {
        self.table = table
        self.side = side
        for place in table.messages.indices.reversed() {
            let message = UInt32(place)
            if table.messages[place].identity != 0 { identities[table.messages[place].identity] = message }
            for found in table.places(of: message) where !found.isInMailbox { paths[found.spot] = message }
        }
    }

    func reasons(for message: UInt32, of other: DiffTable) -> [DiffReason] {
        func number(_ message: UInt32) -> [UInt8] { "\(table.messages[Int(message)].number)".bytes }
        var reasons: [DiffReason] = []
        if let found = identities[other.messages[Int(message)].identity] {
            reasons.append(DiffReason(.sameMessageID, side: side, [number(found)]))
        }
        if let found = other.places(of: message).lazy.compactMap({ paths[$0.spot] }).first {
            reasons.append(DiffReason(.samePath, side: side, [number(found)]))
        }
        return reasons
    }
}
