// A long array in pages: what goes in stays in its place.

import Bytes
import Testing

@Suite struct PagedArrayTests {
    @Test func `every element is in its place around the ends of pages`() {
        var array = PagedArray<Int>()
        for place in 0..<5000 {
            #expect(array.count == place)
            array.append(place * 3)
        }
        #expect((0..<5000).allSatisfy { array[$0] == $0 * 3 })
    }

    @Test func `a copy keeps what the other changes`() {
        var array = PagedArray<Int>()
        for place in 0..<3000 { array.append(place) }
        let copy = array
        array[2500] = 7
        array.append(8)
        #expect(copy[2500] == 2500 && copy.count == 3000)
        #expect(array[2500] == 7 && array.count == 3001)
    }

    @Test func `no more room is taken than one page beside the elements`() {
        var array = PagedArray<UInt64>()
        for place in 0..<10_000 {
            array.append(UInt64(place))
            #expect(array.bytesInUse <= 8 * (array.count + 2048 + 8))
        }
    }
}
