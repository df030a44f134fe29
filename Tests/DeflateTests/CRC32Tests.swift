// CRC-32 and its combination.

import Bytes
import Deflate
import Testing

struct CRC32Tests {
    @Test func `the check value of the digits is that of the catalogues`() {
        #expect(CRC32.of("123456789".bytes) == 0xCBF4_3926)
        #expect(CRC32.of([]) == 0)
    }

    @Test func `an update of nothing changes nothing`() {
        var check = CRC32()
        check.update([1, 2, 3])
        let before = check
        check.update([])
        #expect(check == before)
    }

    @Test func `any cut combines to the value of the whole`() {
        let bytes = Generator.bytes(300, seed: 9)
        for cut in 0...bytes.count {
            let (first, second) = (Array(bytes[..<cut]), Array(bytes[cut...]))
            var check = CRC32()
            check.update(first)
            check.update(second)
            #expect(check.value == CRC32.of(bytes))
            let combined = CRC32.combine(CRC32.of(first), CRC32.of(second), lengthOfSecond: second.count)
            #expect(combined == CRC32.of(bytes))
        }
    }
}
