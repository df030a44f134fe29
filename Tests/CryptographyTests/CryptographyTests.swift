import Bytes
import Testing

@testable import Cryptography

@Suite struct DigestTests {
    @Test func `the digest of no bytes is the published one`() {
        let digest = Digest(hashing: [])
        #expect(digest.description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Digest(hexadecimal: digest.hexadecimal) == digest)
    }
}
