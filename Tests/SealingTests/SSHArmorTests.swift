import Bytes
import Testing

@testable import Sealing

@Suite struct SSHArmorTests {
    private func armored() throws -> String { try SoftwareKey().sign([1, 2, 3]).armored.displayText }

    @Test func `each length of a blob has a text that is read back`() throws {
        for count in 1...220 {
            let blob = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let text = SSHArmor.encode(blob)
            #expect(try SSHArmor.decode(text) == blob)
            let lines = text.displayText.split(separator: "\n").dropFirst().dropLast()
            #expect(lines.dropLast().allSatisfy { $0.count == 70 })
            #expect(!lines.contains(""))
        }
    }

    @Test func `a blob of no bytes has no text that is read`() {
        #expect(throws: SSHFormatError.self) { try SSHArmor.decode(SSHArmor.encode([])) }
    }

    @Test func `what is around the armor, or its lines otherwise, is refused`() throws {
        let text = try armored()
        let body = String(text.split(separator: "\n").dropFirst().dropLast().joined())
        let begin = "-----BEGIN SSH SIGNATURE-----\n"
        let end = "-----END SSH SIGNATURE-----\n"
        func wrapped(_ width: Int) -> String {
            let characters = Array(body)
            return begin
                + stride(from: 0, to: characters.count, by: width).map {
                    String(characters[$0..<min($0 + width, characters.count)]) + "\n"
                }.joined() + end
        }
        #expect(wrapped(70) == text)
        let lines = text.split(separator: "\n")
        var others: [String] = [begin, end, "", "\n", begin + end, begin + body + end]
        for start in ["\n", " ", "text\n", text] { others.append(start + text) }
        for rest in ["\n", " ", "text\n", "\u{0}"] { others.append(text + rest) }
        for width in [1, 64, 69, 71, 76, 1000] { others.append(wrapped(width)) }
        others.append(String(text.dropLast()))
        others.append(lines.joined(separator: "\r\n") + "\r\n")
        others.append(lines.joined(separator: "\n\n") + "\n")
        others.append(lines.joined(separator: " \n") + " \n")
        others.append(text.replacing("BEGIN SSH", with: "BEGIN PGP"))
        others.append(text.replacing("END SSH", with: "END PGP"))
        others.append(text.replacing("\n-----END", with: "=\n-----END"))
        others.append(text.replacing(body.prefix(70), with: body.prefix(69)))
        for other in others {
            #expect(throws: SSHFormatError.self, "\(other)") { try SSHArmor.decode(other.bytes) }
        }
    }

    @Test func `the line and what was expected there are told`() throws {
        let text = try armored()
        func error(_ text: String) -> String {
            do {
                _ = try SSHSignature(armored: text.bytes)
                return "none"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            error("x" + text)
                == "malformed SSH signature in line 1, expected -----BEGIN SSH SIGNATURE----- and a line feed")
        #expect(
            error(text + "x\n") == "malformed SSH signature in line 7, expected nothing after the line feed of line 6")
        #expect(
            error(String(text.dropLast()))
                == "malformed SSH signature in line 7, expected nothing after the line feed of line 6")
    }

    @Test func `bits that base64 does not need must not be set`() {
        let text = SSHArmor.encode([1, 2, 3, 4]).displayText
        #expect(text.contains("AQIDBA==\n"))
        for other in ["AQIDBB==", "AQIDBA=", "AQIDBA", "AQIDBA===", "AQID BA=="] {
            #expect(throws: SSHFormatError.self) { try SSHArmor.decode(text.replacing("AQIDBA==", with: other).bytes) }
        }
    }

    @Test func `a text that is too long is refused before it is looked at`() {
        let text = [UInt8](repeating: 0x41, count: SSHArmor.maximumLength + 1)
        let error = SSHFormatError.tooLong(.signature, bytes: text.count, limit: SSHArmor.maximumLength)
        #expect(throws: error) { try SSHSignature(armored: text) }
        #expect("\(error)" == "SSH signature has 65537 bytes, expected at most 65536")
    }

    @Test func `every changed bit of the text is noticed`() throws {
        let key = try SoftwareKey()
        let text = key.sign([1, 2, 3]).armored
        var accepted: [Int] = []
        for bit in 0..<text.count * 8 {
            var changed = text
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let read = try? SSHSignature(armored: changed)
            if read?.check(message: [1, 2, 3], namespace: "file@mailseal".bytes).isVerified == true {
                accepted.append(bit)
            }
        }
        #expect(accepted.isEmpty)
    }
}
