import Bytes
import Cryptography
import Manifest
import Testing

@Suite struct LineSaltTests {
    private static let seed = (0..<32).map { UInt8($0) }

    @Test func `the salts are the known ones`() throws {
        let salts = try #require(LineSalts(seed: Self.seed, origin: "newsroom.example/archives/1".bytes))
        let zero = "26369f743f2a03d172403dec03f3a596ab85a386e5fd7a2a03b8d233a1a3da34"
        let one = "7bdc39e8acc3c1f8dcfa99854e174dc56a884cfecfcf0efbf7571cd7c3f6074d"
        #expect(salts.salt(ofLeaf: 0).description == zero)
        #expect(salts.salt(ofLeaf: 1).description == one)
    }

    @Test func `another seed or origin gives other salts`() throws {
        let other = [UInt8](repeating: 1, count: 32)
        let salts = [(Self.seed, "a"), (Self.seed, "b"), (other, "a")].compactMap {
            LineSalts(seed: $0, origin: $1.bytes)
        }
        #expect(Set(salts.flatMap { salts in (0..<300).map { salts.salt(ofLeaf: $0) } }).count == 900)
    }

    @Test(arguments: [0, 31, 33]) func `a seed of another size is none`(size: Int) {
        #expect(LineSalts(seed: [UInt8](repeating: 0, count: size), origin: "o".bytes) == nil)
    }

    @Test(arguments: LineExample.all) func `a salted line reads as the same line`(example: LineExample) throws {
        let salt = TreeSalt.some
        let text = example.line.bytes(salt: salt)
        #expect(text == "{\"salt\":\"\(salt)\",".bytes + example.line.bytes.dropFirst())
        #expect(try ManifestLine(text) == example.line)
        #expect(LineSalt.isIn(text) && !LineSalt.isIn(example.line.bytes))
        #expect(Array(text.dropFirst(LineSalt.prefix(of: text[...]))) == Array(example.line.bytes.dropFirst()))
    }

    @Test(arguments: [
        #"{"salt":"00","type":"content","messages":1,"root":"R"}"#,
        #"{"salt":"R","salt":"R","type":"content","messages":1,"root":"R"}"#,
        #"{"type":"content","salt":"R","messages":1,"root":"R"}"#,
        #"{"type":"content","messages":1,"root":"R","salt":"R"}"#,
        #"{"salt_hex":"ff","type":"content","messages":1,"root":"R"}"#,
    ])
    func `a salt in another place or form is refused`(text: String) throws {
        let text = text.replacing("R", with: TreeSalt.some.description)
        #expect(throws: CanonicalJSONError.self) { try ManifestLine(text.bytes) }
    }

    private enum TreeSalt { static let some = Digest(hashing: "salt".bytes) }

    /// The codes that an audit gives for lines, those at `places` salted.
    private func codes(salted: Bool, at places: (Int) -> Bool) -> [String] {
        var audit = ManifestAudit()
        for (place, line) in ManifestSample.lines.enumerated() {
            var line = line
            if case .head(var head) = line {
                head.salted = salted
                line = .head(head)
            }
            audit.follow(line, isSalted: places(place))
        }
        audit.finish()
        return audit.faults.map(\.code)
    }

    @Test func `all lines of an archive have a salt, or none has`() {
        #expect(codes(salted: false) { _ in false } == [])
        #expect(codes(salted: true) { _ in true } == [])
        for place in ManifestSample.lines.indices {
            #expect(codes(salted: true) { $0 != place } == ["salt-differs"])
            #expect(codes(salted: false) { $0 == place } == ["salt-differs"])
        }
    }
}
