// A stand-in for Mail's splitter until it is there.

import Files

struct MboxSplitter {
    private let size: Int
    private var position = 0
    private var started = false
    private var nextFrom: Int?
    private(set) var after: Range<Int>
    init(size: Int) {
        self.size = size
        after = 0..<0
    }
    mutating func next(
        _ read: (Int, Int) throws(FileError) -> [UInt8]
    ) throws(FileError) -> (before: Range<Int>, message: Range<Int>)? {
        let bytes = try read(0, size)
        guard position < size else {
            after = size..<size
            return nil
        }
        var lineEnd = position
        while lineEnd < size, bytes[lineEnd] != 10 { lineEnd += 1 }
        let start = min(size, lineEnd + 1)
        var end = start
        while end < size {
            if bytes[end...].starts(with: "From ".utf8), end >= 2, bytes[end - 1] == 10,
                bytes[end - 2] == 10 || (bytes[end - 2] == 13 && bytes[end - 3] == 10)
            { break }
            end += 1
        }
        let before = position..<start
        position = end
        return (before, start..<end)
    }
}
