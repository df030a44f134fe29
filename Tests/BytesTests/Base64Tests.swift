import Bytes
import Testing

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of RFC 4648 section 10 hold`(bytes: String, text: String) {
        #expect(Base64.encode(bytes.bytes).displayText == text)
        #expect(Base64.decode(text.bytes)?.displayText == bytes)
    }

    @Test func `any bytes come back`() {
        let bytes = [UInt8](UInt8.min...UInt8.max)
        for length in bytes.indices {
            #expect(Base64.decode(Base64.encode(bytes.suffix(length))) == Array(bytes.suffix(length)))
        }
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Zh==", "Zm9=", "Zm8=\n", "Zm 8", "Zm8-", "Zm_8", "Z=g=",
        "Zm8=Zm8=",
        "Zg==\u{0}\u{0}\u{0}\u{0}", "Zg=a", "é==",
    ])
    func `only what encoding gives is read`(text: String) {
        #expect(Base64.decode(text.bytes) == nil)
    }

    @Test func `each text of four characters is refused or written again the same`() {
        let characters = "AQgw/+z9=-_ \n".bytes
        var read = 0
        for first in characters {
            for second in characters {
                for third in characters {
                    for fourth in characters {
                        let text = [first, second, third, fourth]
                        guard let bytes = Base64.decode(text) else { continue }
                        read += 1
                        if Base64.encode(bytes) != text { Issue.record("\(text.displayText)") }
                    }
                }
            }
        }
        #expect(read > 4096)
    }
}
