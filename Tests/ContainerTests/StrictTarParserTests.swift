// Every departure of a tar stream is reported where it is, and parsing goes on behind it.

import Bytes
import Testing

@testable import Container

struct StrictTarParserTests {
    private let name = "leak".bytes

    private func header(_ path: String, _ size: Int, name: String = "leak") throws -> [UInt8] {
        try Tar.header(name: name.bytes, path: path.bytes, size: size)
    }

    private func padded(_ text: String) -> [UInt8] {
        text.bytes + [UInt8](repeating: 0, count: Tar.padding(after: text.utf8.count))
    }

    private let end = [UInt8](repeating: 0, count: 1024)

    /// The events as short words, slices of content joined; `pieces` gives the lengths, negative ones are gaps.
    private func parse(_ stream: [UInt8], pieces: [Int]? = nil, landmarks: [Int] = []) -> [String] {
        var parser = StrictTarParser(landmarks: landmarks)
        var words: [String] = []
        var content: [UInt8] = []
        func take(_ event: TarEvent) {
            switch event {
            case .begin(let entry):
                words.append("begin \(entry.path.displayText) \(entry.size) at \(entry.tarOffset)")
                content = []
            case .content(let bytes): content += bytes
            case .lost(let count): words.append("lost \(count)")
            case .end(let isWhole): words.append(isWhole ? "end \(content.displayText)" : "end broken")
            case .fault(let fault): words.append("\(fault.code.rawValue) at \(fault.offset)")
            case .endOfArchive: words.append("end of archive")
            }
        }
        var place = 0
        for count in pieces ?? [stream.count] {
            if count < 0 { parser.gap(-count, take) } else { parser.push(Array(stream[place..<place + count]), take) }
            place += abs(count)
        }
        parser.finish(take)
        #expect(parser.offset == place)
        return words
    }

    private func sample() throws -> [UInt8] {
        try header("a", 3) + padded("abc") + header("b", 0) + header("c", 512)
            + padded(String(repeating: "c", count: 512)) + end
    }

    private let events = [
        "begin a 3 at 0", "end abc", "begin b 0 at 1024", "end ", "begin c 512 at 1536",
        "end " + String(repeating: "c", count: 512), "end of archive",
    ]

    @Test func `a stream gives the same events in pieces of any length`() throws {
        let stream = try sample()
        #expect(parse(stream) == events)
        for length in [1, 2, 3, 7, 511, 512, 513, 1000, 1024, 1025] {
            let whole = [Int](repeating: length, count: stream.count / length)
            #expect(parse(stream, pieces: whole + [stream.count % length]) == events, "pieces of \(length)")
        }
        for cut in 0..<1100 {
            #expect(parse(stream, pieces: [cut, stream.count - cut]) == events, "cut at \(cut)")
        }
    }

    @Test func `every truncation is reported`() throws {
        let stream = try header("a", 3) + padded("abc") + end
        for count in stream.indices {
            let words = parse(Array(stream[..<count]))
            #expect(words.last == "tar-end at \(count)", "\(count) bytes")
            #expect(!words.contains("end of archive"))
        }
    }

    @Test func `padding that is not zero is reported once for an entry`() throws {
        var stream = try sample()
        stream[515] = 1
        stream[800] = 1
        #expect(parse(stream) == Array(events[..<2]) + ["tar-padding at 515"] + events[2...])
        #expect(parse(stream, pieces: [700, 1, stream.count - 701]).filter { $0.hasPrefix("tar-padding") }.count == 1)
    }

    @Test func `bytes behind the end of the archive are reported once`() throws {
        #expect(parse(try sample() + end) == events + ["tar-end at 3584"])
        #expect(parse(try sample() + [0]) == events + ["tar-end at 3584"])
        #expect(parse(try sample() + sample()) == events + ["tar-end at 3584"])
    }

    @Test func `one block of zeros does not end the archive`() throws {
        let stream = try header("a", 0) + end.prefix(512) + header("b", 0) + end
        #expect(
            parse(stream) == [
                "begin a 0 at 0", "end ", "tar-end at 1024", "begin b 0 at 1024", "end ", "end of archive",
            ])
        #expect(parse(try header("a", 0) + end.prefix(512)) == ["begin a 0 at 0", "end ", "tar-end at 1024"])
    }

    @Test func `a sound header that is not canonical is reported and followed`() throws {
        var directory = try header("a", 0)
        directory[156] = 0x35
        directory.replaceSubrange(148..<154, with: "0\(String(Tar.checksum(directory[...]), radix: 8))".utf8)
        #expect(
            parse(directory + (try header("b", 3)) + padded("abc") + end) == [
                "tar-header at 156", "begin a 0 at 0", "end ", "begin b 3 at 512", "end abc", "end of archive",
            ])
    }

    @Test func `a header of another bundle is reported and followed`() throws {
        let stream = try header("a", 0) + header("b", 3, name: "other") + padded("abc") + end
        #expect(
            parse(stream) == [
                "begin a 0 at 0", "end ", "tar-header at 857", "begin b 3 at 512", "end abc", "end of archive",
            ])
    }

    @Test func `behind an unsound header parsing resumes at the next canonical one of the bundle`() throws {
        var stream = try header("a", 0) + header("b", 3) + padded("abc") + header("x", 1, name: "other") + padded("x")
        stream += try header("c", 1) + padded("c") + end
        stream[512 + 124] = 0x31
        #expect(
            parse(stream) == [
                "begin a 0 at 0", "end ", "tar-header at 663", "tar-lost at 512", "begin c 1 at 2560", "end c",
                "end of archive",
            ])
    }

    @Test func `behind an unsound header parsing resumes at the next landmark`() throws {
        var stream =
            try header("a", 1024) + header("fake", 0) + header("fake", 0) + header("b", 3) + padded("abc") + end
        stream[124] = 0x31
        #expect(
            parse(stream, landmarks: [0, 1536, 2560]) == [
                "tar-header at 153", "tar-lost at 0", "begin b 3 at 1536", "end abc", "end of archive",
            ])
    }

    @Test func `an unsound header whose size leads to a landmark is followed`() throws {
        var stream = try sample()
        stream[0] = 0x62
        #expect(
            parse(stream, landmarks: [0, 1024, 1536, 2560]) == ["tar-header at 153", "begin b 3 at 0"] + events[1...])
        #expect(parse(stream) == ["tar-header at 153", "tar-lost at 0"] + events[2...])
    }

    @Test func `a size beyond the stream ends with it`() throws {
        let stream = try header("a", Tar.maximumSize) + padded("abc")
        #expect(
            parse(stream) == [
                "begin a \(Tar.maximumSize) at 0", "lost \(Tar.maximumSize - 512)", "end broken", "tar-end at 1024",
            ])
    }

    @Test func `a gap within a content loses that content only`() throws {
        let stream = try sample()
        #expect(
            parse(stream, pieces: [512 + 1, -1, stream.count - 514])
                == ["begin a 3 at 0", "lost 1", "end broken"] + events[2...])
        #expect(
            parse(stream, pieces: [512 + 1, -511, stream.count - 1024])
                == ["begin a 3 at 0", "lost 2", "end broken"] + events[2...])
    }

    @Test func `a gap over padding loses nothing`() throws {
        let stream = try sample()
        #expect(parse(stream, pieces: [520, -504, stream.count - 1024]) == events)
    }

    @Test func `behind a gap over headers parsing resumes at a landmark or a canonical header`() throws {
        let stream = try sample()
        let broken = ["begin a 3 at 0", "lost 2", "end broken", "tar-lost at 1024"]
        for landmarks in [[], [0, 1024, 1536, 2560]] {
            for gap in [600, 1000, 1023] {
                let words = parse(stream, pieces: [513, -gap, stream.count - 513 - gap], landmarks: landmarks)
                #expect(words == broken + events[4...], "a gap of \(gap) with \(landmarks)")
            }
        }
        #expect(
            parse(stream, pieces: [1100, -(3072 - 1100), 512], landmarks: [0, 1024, 1536, 2560])
                == ["begin a 3 at 0", "end abc", "tar-lost at 1024", "tar-end at 3584"])
    }

    @Test func `a gap in the stream's first header or over all of it is reported`() throws {
        let stream = try sample()
        #expect(parse(stream, pieces: [-1, stream.count - 1]) == ["tar-lost at 0"] + events[2...])
        #expect(parse(stream, pieces: [-stream.count]) == ["tar-lost at 0", "tar-end at 3584"])
        #expect(parse([]) == ["tar-end at 0"])
    }

    @Test func `arbitrary bytes and landmarks never trap`() throws {
        let stream = try sample()
        for seed in 0..<300 as Range<UInt64> {
            let noise = content(of: 3000, seed: seed)
            var mixed = stream
            for place in stride(from: 0, to: 3000, by: 40) where noise[place] < 0x30 {
                mixed[Int(noise[place + 1]) * 37 % mixed.count] = noise[place + 2] &* 7
            }
            let landmarks = noise.prefix(Int(seed % 9)).map { Int($0) * 64 }.sorted()
            let cut = Int(noise[5]) * 30
            #expect(!parse(noise, landmarks: landmarks).isEmpty)
            #expect(!parse(mixed, pieces: [cut, -500, mixed.count - cut - 500], landmarks: landmarks).isEmpty)
        }
    }
}
