// The part tree, names, fields and decoded bodies beside the expected results of stalwartlabs/mail-parser.

import Foundation
import OtherProjects
import Testing

@testable import Mail

/// For each file the differences, as `Difference.code` writes them, and why, in both forms of line ends or with CRLF only.
let mailParserReasons: [String: [String: ParserReason]] = [
    "legacy/016": ["0.3 name": .eightBitText],
    "legacy/017": ["0.2 content": .uuencode, "0.3 content": .uuencode],
    "legacy/023": ["0.4 name": .eightBitText],
    "legacy/026": ["0.2 name": .eightBitText, "0.2 content": .uuencode],
    "legacy/035": ["0.1.2.2 name": .backslashInName, "0.1.2.3 name": .backslashInName],
    "legacy/039": ["0.1.2 name": .backslashInName, "0.1.3 name": .backslashInName],
    "legacy/048": ["0.2 content": .uuencode, "0.3 content": .uuencode, "0.4 content": .uuencode],
    "legacy/052": ["0 content": .eightBitText],
    "malformed/000": ["0 parts 4/0": .delimiterInHeader],
    "malformed/001": ["0 parts 2/1": .delimiterPrefix],
    "malformed/004": ["0 parts 0/1": .delimiterPrefix],
    "malformed/007": ["0 parts 1/2": .delimiterPrefix],
    "malformed/008": ["0 parts 2/1": .delimiterPrefix],
    "malformed/009": ["0 parts 2/1": .delimiterOfOuter],
    "malformed/011": ["0 parts 2/1": .delimiterOfOuter],
    "malformed/012": ["0 parts 2/1": .delimiterOfOuter],
    "malformed/013": ["0.2.2.2 parts 2/1": .delimiterLast],
    "malformed/014": ["0 parts 2/1": .delimiterLast],
    "malformed/016": ["0 parts 2/1": .delimiterPrefix],
    "malformed/017": ["0.1 name": .dispositionMissing],
    "malformed/019": ["0 parts 9/5": .partWithoutHeader],
    "malformed/020": ["0.1 type": .fieldRepeated, "0.1 end": .emptyPart, "0.1 parts 2/0": .fieldRepeated],
    "malformed/021": ["0.1 type": .fieldRepeated, "0.1 end": .emptyPart, "0.1 parts 2/0": .fieldRepeated],
    "malformed/022": ["0.2 end": .messageWithoutHeader, "0.2 parts 1/0": .messageWithoutHeader],
    "rfc/000": ["0.3.1 content": .base64Damaged, "0.3.2 content": .base64Damaged],
    "rfc/008": ["0.2 parts 0/1": .messageEncoded],
    "thirdparty/002": ["0.2 content": .base64Damaged, "0.3 content": .base64Damaged],
    "thirdparty/005": ["0.5 end": .delimiterInLine, "0.5 content": .delimiterInLine],
    "thirdparty/005 with CRLF": ["0.1 content": .characterCut],
    "thirdparty/015": ["0 parts 4/2": .delimiterInHeader],
]

@Test func `parts are those that mail-parser expects, but for stated reasons`() throws {
    guard let folder = OtherProjects.cloned("mail-parser/resources/eml") else { return }
    var tally = ComparisonTally()
    for name in ["legacy", "malformed", "rfc", "thirdparty"] {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: name), includingPropertiesForKeys: nil)
        for file in files where file.pathExtension == "eml" {
            let base = file.deletingPathExtension()
            let bytes = [UInt8](try Data(contentsOf: file))
            for form in LineEndForm.allCases {
                let results = base.appendingPathExtension(form == .feed ? "json" : "crlf.json")
                let message = Message(parsing: form.applied(to: bytes))
                let comparison = PartComparison(message, with: try MailParserResult.read(results).expected())
                tally.add(
                    comparison, file: "\(name)/\(base.lastPathComponent)", form: form, reasons: mailParserReasons)
            }
        }
    }
    #expect(tally.messages >= 214)
    tally.finish("mail-parser", reasons: mailParserReasons)
}

@Test func `every reason is given somewhere, and the documentation tells it`() throws {
    let given = (Array(mailParserReasons.values) + Array(mimeKitReasons.values)).flatMap(\.values)
    let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Docs/mail-parsing.md")
    let text = try String(contentsOf: page.standardizedFileURL, encoding: .utf8)
    for reason in ParserReason.allCases {
        #expect(given.contains(reason), "\(reason.rawValue) is needed no more")
        #expect(text.contains("\n- **\(reason.rawValue)**: "))
    }
}
