// Options by which `list` and `extract` choose messages, and the bundle and root that all reading commands name.

import ArgumentParser
import Bytes
import Mailseal
import Manifest
import MerkleTree

/// The root that a bundle must have.
struct RootOption: ParsableArguments {
    @Option(help: ArgumentHelp("The root that the bundle must have.", valueName: "size:hash"))
    var root: RootArgument?

    /// Opens a bundle; ends with status 1 when it has another root than the one named.
    func open(_ path: String) throws -> Bundle {
        let bundle = try Bundle(path: path.bytes)
        guard let root, root.reference != bundle.root else { return bundle }
        let earlier = bundle.editions.last { $0.root == root.reference }
        let what = earlier.map { ", the root of its edition \($0.number)" } ?? ""
        Terminal.say("\(path) has the root \(bundle.root), you named \(root.reference)\(what)")
        throw ExitCode(1)
    }

    /// The bundle's root, and how far it is known to be the right one.
    func lines(_ bundle: Bundle) -> [String] { ["root \(bundle.root)", "     \(standing)"] }

    /// How far the root is known to be the right one.
    var standing: String {
        root == nil
            ? "not verified: --root compares it, mailseal verify checks everything" : "root as you named it"
    }
}

/// A root on the command line.
struct RootArgument: ExpressibleByArgument {
    let reference: RootReference

    init?(argument: String) {
        guard let reference = try? RootReference(parsing: argument.bytes) else { return nil }
        self.reference = reference
    }
}

/// Which messages.
struct FilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Numbers, such as 17 or 1-20,40-.", valueName: "numbers"))
    var numbers: [NumbersArgument] = []

    @Option(help: ArgumentHelp("From: part of an address or name; several: any of them.", valueName: "text"))
    var from: [String] = []

    @Option(help: ArgumentHelp("To or Cc: part of an address or name.", valueName: "text"))
    var to: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Between two people, in either direction: two texts.", valueName: "text"))
    var between: [String] = []

    @Option(help: ArgumentHelp("Date (a claim) not before this: 2017-05-01, or RFC 3339.", valueName: "time"))
    var after: DayArgument?

    @Option(help: ArgumentHelp("Date (a claim) before this.", valueName: "time"))
    var before: DayArgument?

    @Option(help: ArgumentHelp("Part of the decoded Subject.", valueName: "text"))
    var subject: [String] = []

    @Option(
        help: ArgumentHelp(
            "verified, repaired, qualified, headers-only, other-domain, not-verifying, key-unavailable or unsigned; "
                + "several: any of them.",
            valueName: "result"))
    var dkim: [EvidenceArgument] = []

    @Flag(help: "With an attachment.")
    var hasAttachment = false

    @Option(
        help: ArgumentHelp(
            "Words that all stand in the decoded Subject or text; reads the messages that pass the other filters.",
            valueName: "words"))
    var text: [String] = []

    func validate() throws {
        guard [0, 2, 3].contains(between.count) else { throw ValidationError("--between takes two texts") }
    }

    /// The bundle: where it stands on its own, else behind the two texts of `--between`.
    func bundle(_ argument: String?) throws -> String { try Self.bundle(argument, between) }

    static func bundle(_ argument: String?, _ between: [String]) throws -> String {
        switch (argument, between.count) {
        case (let path?, 0), (let path?, 2): return path
        case (nil, 3): return between[2]
        case (nil, _): throw ValidationError("Missing expected argument '<bundle>'")
        default: throw ValidationError("--between takes two texts")
        }
    }

    /// The filter.
    var filter: MessageFilter {
        var filter = MessageFilter()
        filter.numbers = numbers.flatMap(\.ranges)
        filter.from = from
        filter.to = to
        if between.count >= 2 { filter.between = [MessageFilter.Pair(between[0], between[1])] }
        filter.after = after?.time
        filter.before = before?.time
        filter.subject = subject
        filter.evidence = Set(dkim.map(\.evidence))
        filter.hasAttachment = hasAttachment
        filter.words = text.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        return filter
    }
}

/// Numbers of messages: `17`, `1-20`, `40-`, joined by commas.
struct NumbersArgument: ExpressibleByArgument {
    let ranges: [ClosedRange<Int>]

    init?(argument: String) {
        var ranges: [ClosedRange<Int>] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = Self.number(ends[0]) else { return nil }
            let isOpen = ends.count == 2 && ends[1].isEmpty
            guard let last = isOpen ? Int.max : Self.number(ends[ends.count - 1]), first <= last else { return nil }
            ranges.append(first...last)
        }
        self.ranges = ranges
    }

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy(ASCII.isDigit), let number = Int(text), number >= 1 else { return nil }
        return number
    }
}

/// A day in UTC or a time.
struct DayArgument: ExpressibleByArgument {
    let time: Timestamp

    init?(argument: String) {
        guard let time = Timestamp(rfc3339: argument) ?? Timestamp(rfc3339: argument + "T00:00:00Z") else { return nil }
        self.time = time
    }
}

/// A class of evidence by the name it has on the command line.
struct EvidenceArgument: ExpressibleByArgument {
    let evidence: EvidenceClass

    init?(argument: String) {
        guard let evidence = EvidenceClass.allCases.first(where: { $0.optionName == argument }) else { return nil }
        self.evidence = evidence
    }

    static var allValueStrings: [String] { EvidenceClass.allCases.map(\.optionName) }
}

extension EvidenceClass {
    /// The name on the command line: that of the manifest, with dashes.
    var optionName: String { String(rawValue.map { $0 == "_" ? "-" : $0 }) }

    /// The word in a narrow column.
    var shortName: String {
        switch self {
        case .verified: "verified"
        case .repaired: "repaired"
        case .qualified: "reserved"
        case .headersOnly: "headers"
        case .otherDomain: "other"
        case .notVerifying: "fails"
        case .keyUnavailable: "no key"
        case .unsigned: "-"
        }
    }
}
