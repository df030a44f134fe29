import Bytes
import Testing

@Suite struct HexadecimalTests {
    @Test func `every byte is two lower-case digits and back`() {
        for byte in UInt8.min...UInt8.max {
            let text = Hexadecimal.encode([byte])
            #expect(text.displayText == (byte < 16 ? "0" : "") + String(byte, radix: 16))
            #expect(Hexadecimal.decode(text) == [byte])
        }
        #expect(Hexadecimal.decode([UInt8]()) == [])
    }

    @Test func `only pairs of lower-case digits are read`() {
        let digits = Set("0123456789abcdef".utf8)
        for first in UInt8.min...UInt8.max {
            #expect(Hexadecimal.decode([first]) == nil)
            for second in UInt8.min...UInt8.max
            where (Hexadecimal.decode([first, second]) != nil) != (digits.contains(first) && digits.contains(second)) {
                Issue.record("\(first) \(second)")
            }
        }
        #expect(Hexadecimal.decode("abc".bytes) == nil)
    }

    @Test(
        arguments: [
            (0, 5, "00000"), (0xABCDE, 5, "abcde"), (0x12_3456, 5, "23456"), (UInt64.max, 16, "ffffffffffffffff"),
            (1 << 63, 16, "8000000000000000"), (255, 8, "000000ff"),
        ] as [(UInt64, Int, String)])
    func `a number is zero padded to its width`(number: UInt64, width: Int, text: String) {
        #expect(Hexadecimal.encode(number, width: width).displayText == text)
    }

    @Test(
        arguments: [
            ("", nil), ("0", 0), ("00ff", 255), ("ffffffffffffffff", .max), ("0ffffffffffffffff", nil), ("FF", nil),
            ("-1", nil),
            (" 1", nil), ("0x1", nil), ("1g", nil),
        ] as [(String, UInt64?)])
    func `a number is 1 to 16 digits`(text: String, number: UInt64?) {
        #expect(Hexadecimal.decodeNumber(text.bytes) == number)
    }

    @Test func `eight digits are read together, and every other byte among them refused`() {
        for place in 0..<8 {
            for byte in UInt8.min...UInt8.max {
                var text = "0a9f1e8b".bytes
                text[place] = byte
                let word = text.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                #expect(Hexadecimal.value(ofDigits: word) == Hexadecimal.decodeNumber(text), "\(text)")
            }
        }
    }
}
