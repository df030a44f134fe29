import Bytes
import Cryptography
import Manifest
import Testing

@Suite struct FormatTests {
    @Test(arguments: [
        ("a", true), ("0._-", true), ("_", true), (String(repeating: "a", count: 64), true),
        (String(repeating: "a", count: 65), false),
        ("", false), (".a", false), ("-a", false), ("A", false), ("a b", false), ("a/b", false), ("é", false),
        ("a\u{0}", false),
    ])
    func `a bundle's name is made of few characters`(name: String, isName: Bool) {
        #expect(Format.isName(name.bytes) == isName)
    }

    @Test(arguments: [
        ("Mails 2017", "mails-2017"), ("..a", "a"), ("--", "mail"), ("", "mail"), ("É", "mail"), ("aÉ", "a--"),
        (String(repeating: "a", count: 70), String(repeating: "a", count: 64)),
    ])
    func `any base name gives a name`(base: String, name: String) {
        #expect(Format.name(from: base.bytes).displayText == name)
        #expect(Format.isName(Format.name(from: base.bytes)))
    }

    @Test(arguments: [
        ("example.org/leak", true), ("!", true), (String(repeating: "~", count: 255), true),
        (String(repeating: "~", count: 256), false),
        ("", false), ("a b", false), ("a+b", false), ("a\n", false), ("é", false), ("\u{7F}", false),
    ])
    func `an origin is printable ASCII without space and plus`(origin: String, isOrigin: Bool) {
        #expect(Format.isOrigin(origin.bytes) == isOrigin)
    }

    @Test func `the content root does not depend on the order`() {
        let digests = (0..<20).map { digest("\($0)") }
        let root = ContentRoot.root(of: digests)
        #expect(ContentRoot.root(of: digests.reversed()) == root)
        #expect(ContentRoot.root(of: digests.dropLast()) != root)
    }

    // Computed with sha256sum from the definition.
    @Test(
        arguments: [
            ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (["m"], "d068a1abea3b30d1ce7a6acf22f3d6b0f15dc8b38022f7ecb82acb66defe57fb"),
            (["k", "m"], "420afb23fae0dab4f278bdbb2949b222f42ba7785e265ccd10ae4aa26a9e1a65"),
            (["m", "k"], "420afb23fae0dab4f278bdbb2949b222f42ba7785e265ccd10ae4aa26a9e1a65"),
        ] as [([String], String)])
    func `the content root is the tree hash over sorted digests`(names: [String], root: String) {
        #expect(ContentRoot.root(of: names.map(digest)).description == root)
    }
}
