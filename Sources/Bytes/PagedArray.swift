// A long array that grows by pages: no element is copied when it grows, and no more room is taken than is filled.

/// Elements by their place, from 0; grows at the end.
///
/// Memory is that of the elements and of at most one page more, while an `Array` takes up to three times as much as it
/// grows.
public struct PagedArray<Element> {
    /// The number of elements in each page but the last.
    @usableFromInline static var pageSize: Int { 2048 }
    @usableFromInline var pages: [[Element]] = []

    /// No elements.
    @inlinable public init() {}

    /// The number of elements.
    @inlinable public var count: Int { max(0, pages.count - 1) * Self.pageSize + (pages.last?.count ?? 0) }

    /// The memory for elements in bytes, room for those to come counted.
    public var bytesInUse: Int { pages.reduce(0) { $0 + $1.capacity } * MemoryLayout<Element>.stride }

    /// Appends an element.
    @inlinable
    public mutating func append(_ element: Element) {
        if pages.last?.count ?? Self.pageSize == Self.pageSize {
            var page: [Element] = []
            page.reserveCapacity(Self.pageSize)
            pages.append(page)
        }
        pages[pages.count - 1].append(element)
    }

    /// The element at a place.
    @inlinable
    public subscript(place: Int) -> Element {
        get { pages[place / Self.pageSize][place % Self.pageSize] }
        _modify { yield &pages[place / Self.pageSize][place % Self.pageSize] }
    }
}

extension PagedArray: Sendable where Element: Sendable {}
