// The lines of a file that a person keeps: numbered, without blank ones and comments.

import Bytes

/// Gives one line after the other, so that a file of empty lines costs no memory.
struct SSHListLines {
    private let text: [UInt8]
    private var place = 0
    private var number = 0

    /// The lines of a text, which end in LF or CRLF.
    init(_ text: [UInt8]) { self.text = text }

    /// The next line that is neither blank nor begins with `#`, without white space at either end; lines count from 1.
    mutating func next() -> (number: Int, line: ArraySlice<UInt8>)? {
        while place < text.count {
            let end = text[place...].firstIndex(of: ASCII.lf) ?? text.count
            let line = ASCII.trimmed(text[place..<end])
            place = end + 1
            number += 1
            if let first = line.first, first != 0x23 { return (number, line) }
        }
        return nil
    }
}
