import Bytes
import Testing

@testable import Mailseal

@Suite struct DiffTextTests {
    static let words = ["a", "b", "c"].map(\.bytes)

    /// All texts of up to five lines over two words.
    static let small: [[[UInt8]]] = (0...5).flatMap { count in
        (0..<(1 << count)).map { bits in (0..<count).map { words[bits >> $0 & 1] } }
    }

    @Test func `edits rebuild both texts and are as few as can be`() {
        for a in Self.small {
            for b in Self.small {
                let edits = DiffText.edits(a, b)
                #expect(edits.compactMap(\.a) == Array(a.indices))
                #expect(edits.compactMap(\.b) == Array(b.indices))
                for edit in edits {
                    if let left = edit.a, let right = edit.b { #expect(a[left] == b[right]) }
                }
                let changed = edits.count { $0.a == nil || $0.b == nil }
                #expect(changed == a.count + b.count - 2 * Self.longestCommon(a, b))
            }
        }
    }

    private static func longestCommon(_ a: [[UInt8]], _ b: [[UInt8]]) -> Int {
        var row = [Int](repeating: 0, count: b.count + 1)
        for line in a {
            var diagonal = 0
            for place in b.indices {
                let above = row[place + 1]
                row[place + 1] = line == b[place] ? diagonal + 1 : max(above, row[place])
                diagonal = above
            }
        }
        return row[b.count]
    }

    @Test func `a unified diff has three lines of context and two runs when they are far apart`() {
        let a = (0..<20).map { "\($0)".bytes }
        var b = a
        b[2] = "two".bytes
        b.insert("more".bytes, at: 15)
        let expected = """
            @@ -1,6 +1,6 @@
             0
             1
            -2
            +two
             3
             4
             5
            @@ -13,6 +13,7 @@
             12
             13
             14
            +more
             15
             16
             17

            """
        #expect(DiffText.unified(a, b).displayText == expected)
    }

    @Test func `texts that differ everywhere cost no more than the limit allows`() {
        let a = (0..<DiffText.lineLimit).map { "a\($0)".bytes }
        let b = (0..<DiffText.lineLimit).map { "b\($0)".bytes }
        let edits = DiffText.edits(a, b)
        #expect(edits.compactMap(\.a) == Array(a.indices))
        #expect(edits.compactMap(\.b) == Array(b.indices))
    }

    @Test func `the diff of an altered message shows decoded text and no other`() async throws {
        let bench = try DiffWorkbench()
        let (old, new) = (
            diffMail(2, subject: "=?utf-8?q?R=C3=A9union?="), diffMail(2, subject: "=?utf-8?q?F=C3=AAte?=")
        )
        try await bench.pack(diffPlain.with(["in/2.eml": old]), as: "a")
        try await bench.pack(diffPlain.with(["in/2.eml": new]), as: "b")
        let report = try await bench.diff("a.tar.gz", "b.tar.gz") { $0.content = true }
        let content = try #require(report.sections.first?.rows.first?.content).displayText
        #expect(content.contains("-Subject: Réunion\n+Subject: Fête\n"))
        #expect(try await bench.diff("a.tar.gz", "b.tar.gz").sections.first?.rows.first?.content == nil)
    }
}
