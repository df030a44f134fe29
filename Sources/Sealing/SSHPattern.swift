// Pattern lists with wildcards and negation (ssh_config(5), "PATTERNS").

import Bytes

/// Patterns between commas: `*` stands for any bytes, `?` for one, and `!` before a pattern excludes what it matches.
public struct SSHPatternList: Hashable, Sendable, CustomStringConvertible {
    /// The list as it was written.
    public let text: [UInt8]
    private let patterns: [Pattern]

    private struct Pattern: Hashable {
        let isNegated: Bool
        let text: [UInt8]
    }

    /// OpenSSH matches nothing against a list with a longer pattern; we say so when we read it.
    static let longestPattern = 1022

    /// Reads a list; nil when a pattern is too long for OpenSSH.
    init?(_ text: [UInt8]) {
        self.text = text
        // An empty pattern at the end is none; elsewhere it matches the empty string, which no name is.
        patterns = text.split(separator: 0x2C, omittingEmptySubsequences: true).map { pattern in
            let isNegated = pattern.first == 0x21
            return Pattern(isNegated: isNegated, text: Array(isNegated ? pattern.dropFirst() : pattern))
        }
        guard patterns.allSatisfy({ $0.text.count <= Self.longestPattern }) else { return nil }
    }

    /// Whether a pattern matches the name, and none that is negated does; an empty name matches nothing.
    public func matches(_ name: [UInt8]) -> Bool {
        guard !name.isEmpty else { return false }
        var isMatched = false
        for pattern in patterns where Self.matches(name, pattern.text) {
            if pattern.isNegated { return false }
            isMatched = true
        }
        return isMatched
    }

    /// The list for showing.
    public var description: String { text.displayText }

    /// Whether one pattern matches the whole name; at most one step per byte of name and pattern multiplied.
    private static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
        var (place, step) = (0, 0)
        // Where to go on when the last star has to take one byte more: only the last one ever does.
        var star: (place: Int, step: Int)?
        while place < name.count {
            if step < pattern.count, pattern[step] == 0x2A {
                star = (place, step + 1)
                step += 1
            } else if step < pattern.count, pattern[step] == 0x3F || pattern[step] == name[place] {
                place += 1
                step += 1
            } else if let last = star {
                place = last.place + 1
                step = last.step
                star = (place, step)
            } else {
                return false
            }
        }
        return pattern[step...].allSatisfy { $0 == 0x2A }
    }
}
