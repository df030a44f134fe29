// The line that begins a message in an mbox file, known by itself alone.

import Bytes

/// A From_ line (RFC 4155 appendix A; the date of C's `asctime`).
enum FromLine {
    /// Of longer lines only the first bytes are looked at.
    static let longest = 512

    /// Whether a line, without its LF, starts with `From ` and is dated as no other line is by chance.
    ///
    /// It has a weekday, a month, a time and a year in any order, as mail programs differ in where a zone and a comma
    /// stand; or it is `From -`, as Netscape and its heirs write.
    static func isDated(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.starts(with: "From ".utf8) else { return false }
        let words = line.dropFirst(5).split { $0 == ASCII.space || $0 == ASCII.cr }
        if words.count == 1, words[0].elementsEqual("-".utf8) { return true }
        return words.contains(where: isWeekday) && words.contains(where: isMonth) && words.contains(where: isTime)
            && words.contains(where: isYear)
    }

    private static func isWeekday(_ word: ArraySlice<UInt8>) -> Bool {
        let name = word.last == UInt8(ascii: ",") ? word.dropLast() : word
        return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains { name.elementsEqual($0.utf8) }
    }

    private static func isMonth(_ word: ArraySlice<UInt8>) -> Bool {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            .contains { word.elementsEqual($0.utf8) }
    }

    private static func isTime(_ word: ArraySlice<UInt8>) -> Bool {
        let numbers = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        return (2...3).contains(numbers.count)
            && numbers.allSatisfy { (1...2).contains($0.count) && $0.allSatisfy(ASCII.isDigit) }
    }

    private static func isYear(_ word: ArraySlice<UInt8>) -> Bool {
        word.count == 4 && word.allSatisfy(ASCII.isDigit)
            && (word.starts(with: "19".utf8) || word.starts(with: "20".utf8))
    }
}
