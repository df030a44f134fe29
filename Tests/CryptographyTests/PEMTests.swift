import Bytes
import Testing

@testable import Cryptography

@Suite struct PEMTests {
    @Test func `values of any length are read as they were written`() throws {
        let values = (1...200).map { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) } }
        let text = PEM.encode(values, .certificate)
        #expect(try PEM.decode(text, .certificate) == values)
        #expect(try PEM.decode(text, .revocationList) == [])
        #expect(text.split(separator: ASCII.lf).allSatisfy { $0.count <= 64 })
        let crlf = Array(text.displayText.replacing("\n", with: "\r\n").utf8)
        #expect(try PEM.decode(crlf, .certificate) == values)
    }

    @Test func `text between blocks and blocks of other kinds are passed over`() throws {
        let block = PEM.encode([[1, 2, 3]], .certificate)
        let other = "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n"
        let text = Array("subject=CN = x\n\n".utf8) + block + Array(other.utf8) + Array("\nend".utf8)
        #expect(try PEM.decode(text, .certificate) == [[1, 2, 3]])
        #expect(try PEM.decode([], .certificate) == [])
    }

    @Test(arguments: [
        ("-----BEGIN CERTIFICATE-----\nAQID\n", 1),
        ("x\n-----BEGIN CERTIFICATE-----\nAQ ID\n-----END CERTIFICATE-----\n", 2),
        ("-----BEGIN CERTIFICATE-----\nAQID\n-----END X509 CRL-----\n", 3),
        ("-----BEGIN CERTIFICATE-----\nAQI\n-----END CERTIFICATE-----\n", 1),
    ])
    func `malformed text is refused with its line`(text: String, line: Int) {
        do throws(CryptographyError) {
            _ = try PEM.decode(Array(text.utf8), .certificate)
            Issue.record("read")
        } catch {
            guard case .malformedPEM(line, _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func `what is no certificate is refused with its number`() {
        let pem = PEM.encode([[0x30, 0x03, 0x02, 0x01, 0x00]], .certificate)
        #expect(throws: CryptographyError.malformedCertificate(number: 1)) { try CertificateList(derOrPEM: pem) }
        #expect(throws: CryptographyError.malformedCertificate(number: 1)) { try CertificateList(derOrPEM: [0x30, 0]) }
    }
}
