import Bytes
import DKIM
import Foundation
import Mail
import Testing

/// Messages of other implementations, each with the answer that is expected.
@Suite struct SharedVectorTests {
    /// What a verifier that knows no coverage would say.
    private enum Answer {
        case passes, fails, unsigned

        init(_ evidence: MessageEvidence) {
            let passes = evidence.signatures.contains { $0.verdict == .pass || $0.verdict == .neutral }
            self = evidence.signatures.isEmpty ? .unsigned : passes ? .passes : .fails
        }
    }

    /// What is answered otherwise than Mail::DKIM does, and why; Docs/dkim.md has the same list.
    private static let deviations: [(reason: String, answer: Answer, messages: [String])] = [
        (
            "drafts without v= or with v=0.5 break a rule of the RFC", .fails,
            (1...4).map { "mine_ietf01_\($0)" } + ["mine_ietf05_1", "good_ietf01_1", "good_ietf01_2", "multiple_1"]
                + (1...3).flatMap { ["no_body_\($0)", "bad_ietf01_\($0)"] } + ["bad_1"]
        ),
        ("drafts without bh= sign something else", .fails, (1...5).map { "good_ietf00_\($0)" }),
        ("q= may be absent, as it often was; Mail::DKIM skips its own test", .passes, ["bad_dk_3"]),
        ("RFC 6376 dropped g=", .passes, ["badkey_8", "badkey_9", "badkey_12", "badkey_13"]),
        ("x= in the past does not undo a signature", .passes, ["ignore_7"]),
    ]

    @Test func `messages of Mail DKIM get its answers, or documented others`() throws {
        guard let folder = SharedVectors.place("dkim/mail-dkim") else { return }
        let verifier = Verifier(keys: KeyStore(KeyFile(parsing: try SharedVectors.read(folder, "keys.txt")).keys))
        let table = try SharedVectors.read(folder, "expected.tsv").split(separator: ASCII.lf).dropFirst()
        #expect(table.count == 79)
        for line in table {
            let columns = line.split(separator: ASCII.tab).map(\.displayText)
            let (name, expected) = (columns[0], columns[1])
            let message = try SharedVectors.read(folder, "messages/" + name)
            let evidence = verifier.evidence(of: message.span, header: HeaderSection(of: message.span))
            let verdicts = evidence.signatures.map(\.verdict)
            let stem = String(name.dropLast(4))
            if let deviation = Self.deviations.first(where: { $0.messages.contains(stem) }) {
                #expect(Answer(evidence) == deviation.answer, "\(name): \(deviation.reason)")
                continue
            }
            switch expected {
            case "pass": #expect(verdicts.contains(.pass), "\(name)")
            case "fail": #expect(verdicts == [.fail], "\(name)")
            case "invalid": #expect(Set(verdicts).isSubset(of: [.permerror, .keyUnavailable]), "\(name): \(verdicts)")
            default: Issue.record("\(name): unknown answer \(expected)")
            }
        }
    }

    @Test func `messages of mail-auth verify`() throws {
        guard let folder = SharedVectors.place("dkim/mail-auth") else { return }
        for number in 1...6 {
            let text = try SharedVectors.read(folder, "00\(number).txt")
            let (keys, message) = try #require(SharedVectors.splitAtEmptyLine(text))
            let file = KeyFile(parsing: keys)
            #expect(file.notes == [])
            let verifier = Verifier(keys: KeyStore(file.keys))
            let evidence = verifier.evidence(of: message.span, header: HeaderSection(of: message.span))
            #expect(!evidence.signatures.isEmpty && evidence.signatures.allSatisfy { $0.verdict == .pass }, "\(number)")
        }
    }
}

/// Test vectors beside the package; a test steps aside without them.
enum SharedVectors {
    /// A file or folder of the vectors, or nil when it is not there.
    static func place(_ path: String) -> URL? {
        let place = URL(filePath: #filePath).appending(path: "../../../../shared/vectors/\(path)").standardized
        guard FileManager.default.fileExists(atPath: place.path) else {
            print("stepping aside: \(place.path) is not there")
            return nil
        }
        return place
    }

    static func read(_ folder: URL, _ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// The keys that stand before a message, and the message.
    static func splitAtEmptyLine(_ text: [UInt8]) -> (keys: [UInt8], message: [UInt8])? {
        for separator in ["\r\n\r\n".bytes, "\n\n".bytes] {
            if let found = Data(text).range(of: Data(separator)) {
                return (Array(text[..<found.lowerBound]), Array(text[found.upperBound...]))
            }
        }
        return nil
    }
}

@Suite struct DocumentationTests {
    @Test func `every code and word is explained`() throws {
        let text = try ["dkim.md", "arc.md", "keys.md", "repairs.md"].map { page in
            let place = URL(filePath: #filePath).appending(path: "../../../Docs/\(page)").standardized
            return try String(contentsOf: place, encoding: .utf8)
        }.joined()
        let bodies: [BodyResult] = [
            .intact(total: 0), .restored(total: 0), .altered(total: 0), .partial(covered: 0, total: 1),
            .tooShort(total: 0), .notComputed,
        ]
        let words =
            Violation.allCases.map(\.rawValue) + Remark.allCases.map(\.rawValue) + MessageClass.allCases.map(\.rawValue)
            + Verdict.allCases.map(\.rawValue) + HeaderResult.allCases.map(\.rawValue)
            + SignatureKind.allCases.map(\.rawValue) + Repair.Name.allCases.map(\.rawValue)
            + ShownField.allCases.map(\.rawValue) + Alignment.allCases.map(\.rawValue)
            + Reservation.allCases.map(\.rawValue) + KeyFile.Reason.allCases.map(\.rawValue) + bodies.map(\.word) + [
                MessageEvidence.unexaminedCode
            ]
        for word in words { #expect(text.contains("`\(word)`"), "\(word)") }
    }
}
