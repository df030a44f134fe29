// The same bytes read by other programs, where they are installed.

import Deflate
import Foundation
import Testing

struct PeerTests {
    private static let peers = [
        ["gzip", "-dc"], ["busybox", "gunzip", "-c"],
        ["python3", "-c", "import gzip,sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())"],
    ]

    @Test(arguments: peers)
    func `a gzip member of all samples is read by`(peer: [String]) throws {
        let blocks = Sample.allCases.map(\.bytes)
        var check: UInt32 = 0
        for block in blocks { check = CRC32.combine(check, CRC32.of(block), lengthOfSecond: block.count) }
        var whole = Data()
        for block in blocks { whole.append(contentsOf: block) }
        let trailer = [check, UInt32(truncatingIfNeeded: whole.count)].flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "mailseal-\(UUID().uuidString).gz")
        defer { try? FileManager.default.removeItem(at: file) }
        var member: [UInt8] = [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0xFF]
        for sample in Sample.allCases { member += sample.compressed }
        try Data(member + Deflate.end + trailer).write(to: file)

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = peer + [file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus != 127 else {
            print("stepping aside: \(peer[0]) is not installed")
            return
        }
        #expect(process.terminationStatus == 0)
        #expect(output == whole)
    }
}
