import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import Cryptography

@Suite struct TimeStampRequestTests {
    static let hello = TimeStampImprint(.sha256, of: Array("hello".utf8))

    @Test func `a request is the DER of RFC 3161`() throws {
        let request = try TimeStampRequest(Self.hello, nonce: [0x80] + [UInt8](repeating: 1, count: 15))
        let digits =
            "304c020101" + "3031300d060960864801650304020105000420"
            + "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" + "02110080"
            + String(repeating: "01", count: 15) + "0101ff"
        #expect(Hexadecimal.encode(request.der).displayText == digits)
    }

    @Test(arguments: [[], [0], [0, 0, 1], [0x7F], [0x80], [UInt8](repeating: 0xFF, count: 32)] as [[UInt8]])
    func `a request is read as it was written`(nonce: [UInt8]) throws {
        for algorithm in TimeStampImprint.Algorithm.allCases {
            for policy in [nil, ObjectIdentifier("1.3.6.1.4.1.99999.1")] {
                let imprint = TimeStampImprint(algorithm, of: [1, 2, 3])
                let request = try TimeStampRequest(imprint, nonce: nonce, policy: policy)
                #expect(try TimeStampRequest(der: request.der) == request)
                #expect(request.nonce == Array(nonce.drop { $0 == 0 }))
            }
        }
    }

    @Test func `a nonce of more than 32 bytes is refused`() {
        #expect(throws: CryptographyError.self) {
            try TimeStampRequest(Self.hello, nonce: [UInt8](repeating: 1, count: 33))
        }
    }

    @Test func `no changed or shortened request is read as the same`() throws {
        let request = try TimeStampRequest(Self.hello, nonce: [9, 8, 7], policy: ObjectIdentifier("1.2.840.3"))
        let der = request.der
        for place in der.indices {
            #expect(throws: CryptographyError.self) { try TimeStampRequest(der: Array(der[..<place])) }
            for bit in 0..<8 {
                var changed = der
                changed[place] ^= 1 << UInt8(bit)
                guard let read = try? TimeStampRequest(der: changed) else { continue }
                #expect(read != request && (read.der == changed || !read.wantsCertificate), "\(place) \(bit)")
            }
        }
        #expect(throws: CryptographyError.self) { try TimeStampRequest(der: der + [0]) }
    }

    @Test func `openssl reads a request, and its own are read`() throws {
        guard let authority = TimeStampAuthority.shared else { return }
        let nonce = (1...16).map { UInt8($0) }
        try authority.write("ours.tsq", TimeStampRequest(Self.hello, nonce: nonce).der)
        let text = try authority.run("openssl ts -query -in ours.tsq -text").output
        #expect(
            text.contains("Nonce: 0x0102030405060708090A0B0C0D0E0F10") && text.contains("Certificate required: yes"))
        let request = try TimeStampRequest(der: try authority.read("sha384.tsq"))
        #expect(request.imprint == TimeStampImprint(.sha384, of: Array("hello".utf8)) && request.wantsCertificate)
        #expect(throws: CryptographyError.self) { try TimeStampRequest(der: try authority.read("md5.tsq")) }
    }

    @Test(arguments: ["0.0", "1.39", "2.999.1", "1.2.840.113549.1.9.16.1.4", "2.16.840.1.101.3.4.2.1", "2.5.29.37"])
    func `object identifiers are written as they were read`(text: String) {
        let identifier = ObjectIdentifier(text)
        #expect(identifier?.description == text)
        #expect(identifier.flatMap { ObjectIdentifier(contents: $0.contents) } == identifier)
    }

    @Test(arguments: [
        "", "1", "1.40", "3.1", "1.2.", "1..2", "01.2", "1.02", "1.-2", "1.2.18446744073709551616", "a.b", "1.+2",
    ])
    func `other texts are no object identifiers`(text: String) { #expect(ObjectIdentifier(text) == nil) }
}
