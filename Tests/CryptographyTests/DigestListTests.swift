// Distinct digests in order: found by value, whatever their hashes, and in the memory that is promised.

import Bytes
import Cryptography
import Testing

@testable import Cryptography

@Suite struct DigestListTests {
    /// What chooses the slots of a list.
    enum Slots: CaseIterable {
        /// As in use.
        case seeded
        /// All digests the first one.
        case first
        /// All digests the last one, so that a search goes on at the first.
        case last
        /// Those that share a byte share the slot.
        case byByte

        var list: DigestList {
            switch self {
            case .seeded: DigestList()
            case .first: DigestList { _ in 0 }
            case .last: DigestList { _ in .max }
            case .byByte: DigestList { UInt64($0.bytes[0]) << 56 }
            }
        }
    }

    static func digest(_ number: Int) -> Digest { Digest(hashing: Array("\(number)".utf8)) }

    @Test(arguments: Slots.allCases)
    func `every digest has its place at every size`(slots: Slots) {
        var list = slots.list
        for size in 0..<300 {
            #expect(list.place(of: Self.digest(size)) == nil)
            let (isNew, place) = list.insert(Self.digest(size))
            #expect(isNew && place == size && list.count == size + 1)
            #expect((0...size).allSatisfy { list.place(of: Self.digest($0)) == $0 && list[$0] == Self.digest($0) })
        }
    }

    @Test(arguments: Slots.allCases)
    func `a digest that is there is not appended again`(slots: Slots) {
        var list = slots.list
        for number in 0..<100 { list.insert(Self.digest(number)) }
        for number in 0..<100 {
            let (isNew, place) = list.insert(Self.digest(number))
            #expect(!isNew && place == number)
        }
        #expect(list.count == 100)
    }

    @Test(arguments: Slots.allCases, [0, 1, 2, 15, 16, 17, 300])
    func `sorting gives every digest once and forgets none`(slots: Slots, count: Int) {
        var list = slots.list
        for number in 0..<count { list.insert(Self.digest(number)) }
        var sorted: [Digest] = []
        list.forEachSorted { sorted.append($0) }
        #expect(sorted == (0..<count).map { Self.digest($0) }.sorted())
        #expect((0..<count).allSatisfy { list.place(of: Self.digest($0)) == $0 })
        list.insert(Self.digest(count))
        #expect(list.place(of: Self.digest(count)) == count)
    }

    @Test func `a copy does not see what is appended to the other`() {
        var list = DigestList()
        for number in 0..<5000 { list.insert(Self.digest(number)) }
        let copy = list
        list.insert(Self.digest(5000))
        #expect(copy.place(of: Self.digest(5000)) == nil && copy.count == 5000)
        #expect(copy.place(of: Self.digest(4999)) == 4999)
    }

    @Test func `a digest takes at most 39 bytes beside one page`() {
        var list = DigestList()
        for number in 0..<20_000 {
            list.insert(Self.digest(number))
            if number > 1000 { #expect(list.bytesInUse <= 39 * list.count + 32 * 2048 + 256) }
        }
    }
}
