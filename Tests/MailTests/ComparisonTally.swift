// Holds what was found against what was to be found, and counts.

import Testing

/// The count of a comparison of many messages with another parser's results.
struct ComparisonTally {
    /// How many messages were compared, each form of line ends on its own.
    private(set) var messages = 0
    private var parts = 0
    private var different = 0
    private var used: Set<String> = []
    private var counts: [ParserReason: Int] = [:]

    /// Takes the comparison of a message in; every difference must have its reason, and every reason its difference.
    mutating func add(
        _ comparison: PartComparison, file: String, form: LineEndForm, reasons: [String: [String: ParserReason]]
    ) {
        messages += 1
        parts += comparison.count
        let names = form == .returnAndFeed ? [file, "\(file) with CRLF"] : [file]
        let stated = names.compactMap { reasons[$0] }.reduce([:]) { $0.merging($1) { first, _ in first } }
        used.formUnion(names)
        if !comparison.differences.isEmpty { different += 1 }
        for difference in comparison.differences {
            guard let reason = stated[difference.code] else {
                Issue.record("\(file): \(difference.code): no reason is stated: \(difference.values)")
                continue
            }
            if !reason.explains(difference) {
                Issue.record("\(file): \(difference.code): \(reason.rawValue) is no reason: \(difference.values)")
            }
            counts[reason, default: 0] += 1
        }
        let found = Set(comparison.differences.map(\.code))
        for code in stated.keys where !found.contains(code) {
            Issue.record("\(file): \(code): a reason is stated, and there is no difference")
        }
    }

    /// Prints the figures; every file that has reasons must have been there.
    func finish(_ name: String, reasons: [String: [String: ParserReason]]) {
        for file in reasons.keys where !used.contains(file) { Issue.record("\(file) is missing") }
        let sums = counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
        print(
            "\(name): \(messages) messages, \(parts) parts; \(messages - different) agree, \(different) differ: "
                + sums.joined(separator: ", "))
    }
}
