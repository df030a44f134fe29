// Mbox files, the parts in them and transfer encodings beside the expected results of jstedfast/MimeKit.

import Bytes
import Foundation
import OtherProjects
import Testing

@testable import Mail

private let folder = "MimeKit/UnitTests/TestData"

/// For each mbox file the messages, counted from 0, that start at a From_ line after a line that is not empty, whose line end
/// belongs to the message before here and to nothing there.
///
/// With CRLF these are more: the Content-Length fields still count line ends of one byte.
private let fromLines: [String: [LineEndForm: [Int]]] = [
    "content-length": [.feed: [1, 2, 3], .returnAndFeed: [1, 2, 3, 9, 10, 12, 15, 19, 21, 27]], "issue1189": [:],
]

/// For each message, counted from 0, the differences, as `Difference.code` writes them, and why.
let mimeKitReasons: [String: [String: ParserReason]] = [
    "issue1189/1": ["0.2 body": .emptyPart, "0.2 end": .emptyPart]
]

@Test(arguments: fromLines.keys.sorted(), LineEndForm.allCases)
func `mbox files are cut where MimeKit cuts them, but for a line end before a From line`(
    _ name: String, _ form: LineEndForm
) throws {
    guard let folder = OtherProjects.cloned("\(folder)/mbox") else { return }
    let bytes = form.applied(to: [UInt8](try Data(contentsOf: folder.appending(path: "\(name).mbox.txt"))))
    var splitter = MboxSplitter(bytes)
    var ours: [Range<Int>] = []
    while let next = splitter.next() { ours.append(next.message) }
    var theirs: [Range<Int>] = []
    for (place, result) in try MimeKitResult.read(results(name, form, in: folder)).enumerated() {
        let followsText = fromLines[name]?[form]?.contains(place) == true
        let before = bytes[..<result.mboxMarkerOffset].split(separator: ASCII.lf, omittingEmptySubsequences: false)
        let lineBefore = before.dropLast().last ?? []
        #expect(bytes[result.mboxMarkerOffset...].starts(with: "From ".utf8))
        if followsText, let last = theirs.popLast() {
            #expect(!lineBefore.isEmpty && lineBefore != [ASCII.cr], "an empty line stands before message \(place)")
            theirs.append(last.lowerBound..<result.mboxMarkerOffset)
        }
        theirs.append(result.beginOffset..<result.endOffset)
    }
    #expect(ours == theirs)
}

@Test func `parts of mbox files are those that MimeKit expects, but for stated reasons`() throws {
    guard let folder = OtherProjects.cloned("\(folder)/mbox") else { return }
    var tally = ComparisonTally()
    for name in fromLines.keys.sorted() {
        let file = [UInt8](try Data(contentsOf: folder.appending(path: "\(name).mbox.txt")))
        for form in LineEndForm.allCases {
            let bytes = form.applied(to: file)
            for (place, result) in try MimeKitResult.read(results(name, form, in: folder)).enumerated() {
                let message = Message(parsing: Array(bytes[result.beginOffset..<result.endOffset]))
                let comparison = PartComparison(message, with: result.body.expected(from: result.beginOffset))
                tally.add(comparison, file: "\(name)/\(place)", form: form, reasons: mimeKitReasons)
            }
        }
    }
    tally.finish("MimeKit", reasons: mimeKitReasons)
}

@Test(arguments: [
    ("photo.b64", "photo.jpg", TransferEncoding.base64), ("photo.uu", "photo.jpg", .uuencode),
    ("wikipedia.qp", "wikipedia.txt", .quotedPrintable),
])
func `encoded files decode to what MimeKit expects`(
    _ coded: String, _ plain: String, _ encoding: TransferEncoding
) throws {
    guard let folder = OtherProjects.cloned("\(folder)/encoders") else { return }
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: coded)))
    let expected = [UInt8](try Data(contentsOf: folder.appending(path: plain)))
    #expect(encoding.decoded(bytes.span) == expected)
}

private func results(_ name: String, _ form: LineEndForm, in folder: URL) -> URL {
    folder.appending(path: "\(name).\(form == .feed ? "unix" : "dos")-offsets.json")
}
