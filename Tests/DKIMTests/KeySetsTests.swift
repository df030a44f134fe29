import Bytes
import DKIM
import Testing

@Suite struct KeySetsTests {
    private func key(_ record: String, _ basis: KeyProvenance.Basis = .file, selector: String = "s") -> Key {
        Key(
            selector: selector.bytes, domain: "example.org".bytes, record: record.bytes,
            provenance: KeyProvenance(basis))
    }

    private func records(_ sets: [[Key]]) -> [String] {
        KeyStore(sets: sets).keys(selector: "s".bytes, domain: "example.org".bytes).map(\.record.displayText)
    }

    @Test func `keys of an earlier set come first, within a set the first by their bytes`() {
        #expect(records([[key("d"), key("b")], [key("c"), key("a")]]) == ["b", "d", "a", "c"])
        #expect(records([[], [key("b")], [key("a")]]) == ["b", "a"])
        #expect(records([]) == [])
    }

    @Test func `a record of several sets is that of the first, with all it is known from`() {
        let store = KeyStore(sets: [[key("b", .recovered)], [key("a"), key("b", .dns)]])
        #expect(store.keys.map(\.record.displayText) == ["b", "a"])
        #expect(store.keys[0].provenances.map(\.basis) == [.dns, .recovered])
    }

    @Test func `names stay sorted whatever set brought them`() {
        let store = KeyStore(sets: [[key("r", selector: "t")], [key("r", selector: "s")], [key("q", selector: "t")]])
        #expect(store.keys.map(\.selector.displayText) == ["s", "t", "t"])
        #expect(store.keys.map(\.record.displayText) == ["r", "r", "q"])
    }

    @Test func `the records of earlier sets fill a name first`() {
        let first = (0..<KeyStore.nameLimit).map { key("z\($0)") }
        let store = KeyStore(sets: [first, [key("a")]])
        #expect(store.keys.count == KeyStore.nameLimit && !store.keys.contains { $0.record == "a".bytes })
        #expect(store.crowdedNames.count == 1)
        #expect(KeyStore(first + [key("a")]).keys.first?.record == "a".bytes)
    }

    @Test func `a name is matched by itself and by the wildcards above it`() {
        let name = KeyName(selector: "s".bytes, domain: "a.b.org".bytes)
        #expect(name.matching.map(\.domain.displayText) == ["a.b.org", "*.b.org", "*.org"])
        #expect(name.matching.allSatisfy { $0.selector == "s".bytes })
    }
}
