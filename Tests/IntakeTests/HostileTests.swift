import Bytes
import Cryptography
import ScratchFolders
import Testing

@testable import Intake

/// Damaged inputs: whatever happens to their bytes, nothing is lost silently and nothing traps.
@Suite struct HostileTests {
    /// Small archives of one message, one mbox and one note each.
    private func archives() throws -> (Workbench, [String]) {
        let bench = try Workbench()
        try bench.write("1.eml", mail("1"))
        try bench.write("box", MboxTests.line + mail("2"))
        try bench.write("note", "a note\n")
        try bench.run(
            """
            for f in zip 7zip ustar pax; do bsdtar --format $f -cf a.$f 1.eml box note; done
            gzip -k a.ustar; mv a.ustar.gz b.tar.gz; mv a.ustar a.tar; mv a.pax b.tar; mv a.7zip a.7z
            """)
        try bench.write("a.rar", RarTests.rar4(RarTests.members))
        try bench.write("b.rar", RarTests.rar5(RarTests.members))
        return (bench, ["a.zip", "a.7z", "a.tar", "b.tar", "b.tar.gz", "a.rar", "b.rar"])
    }

    /// The items of bytes under a name, as a single source.
    private func items(_ bytes: [UInt8], _ name: String, in bench: Workbench) throws -> [Intake.Item] {
        try bench.write("try/" + name, bytes)
        return try bench.items("try/" + name)
    }

    /// The archive's bytes come whole unless every member was read and its digest is told.
    private func checkNothingIsLost(_ items: [Intake.Item], _ bytes: [UInt8], _ comment: String) throws {
        #expect(items.last?.line == "end", "\(comment)")
        let hasFailure = items.contains { $0.failure != nil }
        let whole = try items.contains { item in
            guard let file = item.file, file.place.path.count == 1, let content = file.content else { return false }
            return try content.bytes() == bytes
        }
        let end = items.compactMap(\.containerEnd).last
        #expect(
            whole || !hasFailure,
            "\(comment): a failure, and the bytes are nowhere: \(items.map(\.line)) \(items.compactMap { $0.failure?.detail })"
        )
        #expect(
            whole || items.contains { $0.message?.bytes == bytes } || end?.digest == Digest(hashing: bytes),
            "\(comment)")
    }

    @Test func `an archive cut short anywhere is kept whole, or it was read`() throws {
        let (bench, names) = try archives()
        for name in names {
            let bytes = try bench.read(name)
            for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 24)) {
                let cut = Array(bytes[..<length])
                try checkNothingIsLost(try items(cut, name, in: bench), cut, "\(name) cut at \(length)")
            }
        }
    }

    @Test func `the first look through an archive is charged to the allowance of the file on disk`() throws {
        let bench = try Workbench()
        try bench.run("head -c 100000 /dev/zero > zeros; tar czf a.tar.gz zeros")
        let content = Intake.Content(try bench.read("a.tar.gz"))
        let place = Intake.Place(source: 1, path: [["a.tar.gz".bytes]], range: nil)
        for (limit, code) in [(50_000, FailureCode.expansionLimit), (1 << 20, nil)] {
            let input = Sorter.Input(
                content: content, place: place, mtime: nil, nature: .named, allowance: Allowance(of: limit))
            let items = Sorter(options: .init()).open(.gzip, input).compactMap { step in
                if case .item(let item) = step { item } else { nil }
            }
            #expect(items.compactMap { $0.failure?.code } == (code.map { [$0] } ?? []))
            #expect(items.last?.file != nil)
        }
    }

    @Test func `a flipped bit anywhere neither traps nor loses anything`() throws {
        let (bench, names) = try archives()
        for name in names {
            let bytes = try bench.read(name)
            for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 30)) {
                var flipped = bytes
                flipped[place] ^= UInt8(1) << UInt8(place % 8)
                try checkNothingIsLost(try items(flipped, name, in: bench), flipped, "\(name) flipped at \(place)")
            }
        }
    }

    @Test func `an end record that points anywhere is survived`() throws {
        let (bench, _) = try archives()
        let bytes = try bench.read("a.zip")
        for place in (bytes.count - 22)..<bytes.count {
            for value: UInt8 in [0x7F, 0xFF] {
                var changed = bytes
                changed[place] = value
                try checkNothingIsLost(try items(changed, "a.zip", in: bench), changed, "\(value) at \(place)")
            }
        }
    }
}
