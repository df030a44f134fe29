// Text from strangers on a terminal.

import Bytes
import Testing

@Test(arguments: [
    ("plain text, Zürich, 東京, 🧾", "plain text, Zürich, 東京, 🧾"), ("\u{1B}[31mred", "␛[31mred"),
    ("a\u{0}b\u{7F}c", "a␀b␡c"), ("\u{9B}31m\u{85}", "\u{FFFD}31m\u{FFFD}"),
    ("invoice\u{202E}fdp.exe\u{202C}", "invoice\u{FFFD}fdp.exe\u{FFFD}"),
    ("\u{2066}\u{2069}\u{200F}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("two\r\nlines\t", "two␍␊lines␉"), ("\u{2028}\u{FEFF}\u{E0041}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("می\u{200C}خواهم", "می\u{200C}خواهم"),
])
func `what could command a terminal is made visible`(text: String, expected: String) {
    #expect(safeForTerminal(text) == expected)
}

@Test(arguments: [
    ("a\r\nb\tc\n", "a\nb\tc\n"), ("a\rb", "a␍b"), ("a\r\r\n", "a␍\n"), ("a\r", "a␍"), ("\u{1B}\n", "␛\n"),
])
func `lines and tabs can be kept`(text: String, expected: String) {
    #expect(safeForTerminal(text, keepingLines: true).unicodeScalars.elementsEqual(expected.unicodeScalars))
}

@Test func `no control character of any plane comes through`() {
    let all = String(String.UnicodeScalarView((0...0x10FFFF).compactMap(Unicode.Scalar.init)))
    let controls = safeForTerminal(all).unicodeScalars.filter {
        $0.properties.generalCategory == .control || $0.properties.isBidiControl
    }
    #expect(controls.isEmpty)
}
