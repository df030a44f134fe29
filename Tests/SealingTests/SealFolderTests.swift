import Bytes
import Testing

@testable import Sealing

struct SealFolderTests {
    @Test func `names are read in their only form`() throws {
        let names = [
            "checkpoint", "checkpoint.note", "checkpoint.sshsig", "SEAL", "SEAL.512", "README.txt", "SEAL-2",
            "SEAL-999",
            "SEAL.tsa.example.tsr", "SEAL.tsa.example-2.tsq", "SEAL-10.0.chain.pem", "SEAL.a.b.crls.pem",
            "SEAL.5121.tsr", "SEAL.127.0.0.1-2.chain.pem", "SEAL.512-2.tsr", "SEAL.tsr.tsr",
            "SEAL.\(String(repeating: "a", count: 200)).tsr",
        ]
        for name in names { #expect(SealFolderName(name.bytes)?.text == name.bytes, "\(name)") }
        let others = [
            "", "Checkpoint", "checkpoint ", "checkpoint.sig", "SEAL-1", "SEAL-02", "SEAL-1000", "SEAL-+2", "SEAL--2",
            "SEAL-",
            "SEAL.", "SEAL.512.tsr", "SEAL-2.512", "SEAL..tsr", "SEAL.tsr", "SEAL.-a.tsr", "SEAL.A.tsr", "SEAL.a_b.tsr",
            "SEAL.a.pem", "SEALa.tsr", "SEAL.a/b.tsr", "../SEAL", "SEAL.a.tsr\n", "SEAL.\u{E9}.tsr", "README.TXT",
            "SEAL..a.tsr", "SEAL.a.tsr~", "SEAL.\(String(repeating: "a", count: 201)).tsr",
        ]
        for name in others { #expect(SealFolderName(name.bytes) == nil, "\(name)") }
        #expect(SealFolderName("SEAL.".bytes + [0xFF] + ".tsr".bytes) == nil)
        #expect(SealFolderName(("SEAL." + String(repeating: "a", count: 300) + ".tsr").bytes) == nil)
    }

    @Test(arguments: [
        ("https://freetsa.org/tsr", "freetsa.org"), ("http://TSA.Example:8080/a?b#c", "tsa.example"),
        ("http://user:word@tsa.example/x", "tsa.example"), ("http://[::1]:80/", "1"), ("http://512/", "tsa-512"),
        ("http://a_b/", "a-b"), ("http://-/", "tsa-"), ("http://a?x", "a"),
    ])
    func `an authority is named by the host of its address`(url: String, name: String) {
        #expect(SealFolderName.authority(of: url) == name)
        #expect(SealFolderName.isAuthority(name))
    }

    @Test func `a list has one form`() throws {
        let digits = String(repeating: "0a", count: 32)
        let good = "\(digits)  checkpoint\n\(digits)  ../mail.tar.gz\n"
        let list = try SealFolderList(parsing: good.bytes, digestLength: 32)
        #expect(list.lines.map(\.isOfBundle) == [false, true] && list.lines[0].digest.count == 32)
        let others = [
            "", "\n", String(good.dropLast()), good + "\n", "\n" + good, good + good, good.replacing("  ", with: " *"),
            good.replacing("a", with: "A"), good.replacing("\n", with: "\r\n"), good.replacing("../", with: "../../"),
            good.replacing("../", with: "/"), good.replacing("../mail.tar.gz", with: "../.."), "\\" + good,
            good.replacing("mail", with: "ma\\il"), digits + "  \n", String(good.dropFirst(2)),
        ]
        for other in others {
            #expect(throws: SealFolderError.self, "\(other)") {
                try SealFolderList(parsing: other.bytes, digestLength: 32)
            }
        }
    }
}
