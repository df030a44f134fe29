// The names in one folder, of which there may be millions: their bytes, and 7 more for each.

import Glibc

/// Names in the order in which they are to be walked, packed one behind the other.
struct DirectoryNames: RandomAccessCollection {
    /// Type, length and key of each name, none across the end of a page.
    private var pages: [[UInt8]] = []
    /// Where each name is: its page, and in the lower half the offset there.
    private var places: [UInt32] = []
    private static let pageSize = 1 << 16
    private static let pageLimit = 1 << 16

    var startIndex: Int { 0 }
    var endIndex: Int { places.count }

    subscript(number: Int) -> Directory.Entry {
        let (page, start) = (pages[Int(places[number] >> 16)], Int(places[number] & 0xFFFF))
        let key = start + 3..<start + 3 + Self.length(page, start)
        let type = mode_t(page[start]) << 12
        let name = page[key].dropLast(type == S_IFDIR ? 1 : 0)
        return Directory.Entry(name: Array(name), type: type)
    }

    /// Adds a name with the type bits of its `st_mode`; false when there is no room for more than 4 GiB of them.
    mutating func append(_ name: [UInt8], type: mode_t) -> Bool {
        // A folder sorts as if a slash ended its name, so that whole relative paths come in byte order.
        let size = name.count + (type == S_IFDIR ? 1 : 0)
        guard size < Self.pageSize - 3 else { return false }
        if (pages.last?.count ?? Self.pageSize) + 3 + size > Self.pageSize {
            guard pages.count < Self.pageLimit else { return false }
            var page: [UInt8] = []
            page.reserveCapacity(Self.pageSize)
            pages.append(page)
        }
        let last = pages.count - 1
        places.append(UInt32(last << 16 | pages[last].count))
        pages[last] += [UInt8(truncatingIfNeeded: type >> 12), UInt8(size & 0xFF), UInt8(size >> 8)]
        pages[last] += name
        if type == S_IFDIR { pages[last].append(UInt8(ascii: "/")) }
        return true
    }

    /// Puts them into the order of their keys' bytes.
    mutating func sort() {
        places.sort { a, b in
            let (first, second) = (pages[Int(a >> 16)], pages[Int(b >> 16)])
            let (start, other) = (Int(a & 0xFFFF), Int(b & 0xFFFF))
            let (length, otherLength) = (Self.length(first, start), Self.length(second, other))
            let order = unsafe first.withUnsafeBytes { left in
                unsafe second.withUnsafeBytes { right in
                    let keys = unsafe (left[(start + 3)...], right[(other + 3)...])
                    return unsafe Self.compare(
                        UnsafeRawBufferPointer(rebasing: keys.0.prefix(length)),
                        UnsafeRawBufferPointer(rebasing: keys.1.prefix(otherLength)))
                }
            }
            return order == 0 ? length < otherLength : order < 0
        }
    }

    private static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int32 {
        guard let first = a.baseAddress, let second = b.baseAddress else { return 0 }
        return unsafe memcmp(first, second, Swift.min(a.count, b.count))
    }

    private static func length(_ page: [UInt8], _ start: Int) -> Int {
        Int(page[start + 1]) | Int(page[start + 2]) << 8
    }
}
