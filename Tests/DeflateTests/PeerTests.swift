// The same bytes read by other programs, where they are installed.

import Bytes
import Deflate
import Foundation
import ScratchFolders
import Testing

struct PeerTests {
    private static let peers = [
        ["gzip", "-dc"], ["busybox", "gunzip", "-c"], ["libdeflate-gunzip", "-c"], ["7zz", "e", "-so"],
        ["python3", "-c", "import gzip,sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())"],
        [
            "node", "-e",
            "process.stdout.write(require('zlib').gunzipSync(require('fs').readFileSync(process.argv[1])))",
        ],
    ]

    /// Programs that read a gzip file in languages which want them in files.
    private static let sources = [
        "go run": (
            "reader.go",
            """
            package main
            import ("compress/gzip"; "io"; "os")
            func main() {
                file, err := os.Open(os.Args[1])
                if err != nil { panic(err) }
                reader, err := gzip.NewReader(file)
                if err != nil { panic(err) }
                if _, err := io.Copy(os.Stdout, reader); err != nil { panic(err) }
            }
            """
        ),
        "java": (
            "Reader.java",
            """
            class Reader {
                public static void main(String[] arguments) throws Exception {
                    var file = new java.io.FileInputStream(arguments[0]);
                    new java.util.zip.GZIPInputStream(file).transferTo(System.out);
                    System.out.flush();
                }
            }
            """
        ),
    ]

    /// All samples, and the gzip file of one member that holds them.
    private static let member: (bytes: [UInt8], file: [UInt8]) = {
        let blocks = Sample.allCases.map(\.bytes)
        var check: UInt32 = 0
        for block in blocks { check = CRC32.combine(check, CRC32.of(block), lengthOfSecond: block.count) }
        let whole = Array(blocks.joined())
        let trailer = [check, UInt32(truncatingIfNeeded: whole.count)].flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
        }
        let head: [UInt8] = [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0xFF]
        return (whole, head + Sample.allCases.flatMap(\.compressed) + Deflate.end + trailer)
    }()

    /// Whether the command gives all samples when the file's path is added to it; steps aside where it is missing.
    private func check(_ command: [String], in folder: ScratchFolder) throws {
        guard try ProgramRun.isInstalled(command[0]) else { return }
        let run = try ProgramRun(command + [folder.write("samples.gz", Self.member.file).displayText], in: folder.root)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.bytes == Self.member.bytes)
    }

    @Test(arguments: peers)
    func `a gzip member of all samples is read by`(peer: [String]) throws {
        try check(peer, in: ScratchFolder())
    }

    @Test(arguments: sources.keys.sorted())
    func `a gzip member of all samples is read by a program for`(runner: String) throws {
        let (name, text) = try #require(Self.sources[runner])
        let folder = try ScratchFolder()
        try folder.write(name, text)
        try check(runner.split(separator: " ").map(String.init) + [name], in: folder)
    }
}
