import Bytes
import DKIM
import Foundation
import Mail
import Testing

/// Messages of other implementations, each with the answer that is expected.
@Suite struct SharedVectorTests {
    /// What is answered otherwise than Mail::DKIM does, and why; Docs/dkim.md has the same list.
    private static let deviations: [String: (MessageClass, String)] = [:]

    @Test func `messages of Mail DKIM get its answers, or documented others`() throws {
        guard let folder = vectors("mail-dkim") else { return }
        let verifier = Verifier(keys: KeyStore(KeyFile(parsing: try read(folder, "keys.txt")).keys))
        let table = try read(folder, "expected.tsv").split(separator: ASCII.lf).dropFirst()
        #expect(table.count == 79)
        for line in table {
            let columns = line.split(separator: ASCII.tab).map(\.displayText)
            let (name, expected) = (columns[0], columns[1])
            let message = try read(folder, "messages/" + name)
            let evidence = verifier.evidence(of: message.span, header: HeaderSection(of: message.span))
            let found = evidence.messageClass
            let agrees = (found == .verified) == (expected == "pass")
            if !agrees { print(name, expected, found, evidence.signatures.map { "\($0.verdict) \($0.header) \($0.body) \($0.violations)" }) }
            if let deviation = Self.deviations[name] {
                #expect(found == deviation.0, "\(name)")
                #expect(!agrees, "\(name) is no deviation")
            } else {
                #expect(agrees, "\(name): \(found), expected \(expected)")
            }
        }
    }

    @Test func `messages of mail-auth verify`() throws {
        guard let folder = vectors("mail-auth") else { return }
        for number in 1...6 {
            let text = try read(folder, "00\(number).txt")
            let (keys, message) = try #require(splitAtEmptyLine(text))
            let file = KeyFile(parsing: keys)
            #expect(file.notes == [])
            let verifier = Verifier(keys: KeyStore(file.keys))
            let evidence = verifier.evidence(of: message.span, header: HeaderSection(of: message.span))
            print(number, evidence.signatures.map { "\($0.verdict) \($0.header) \($0.body) \($0.violations)" })
            #expect(evidence.messageClass == .verified, "\(number)")
        }
    }

    private func splitAtEmptyLine(_ text: [UInt8]) -> (keys: [UInt8], message: [UInt8])? {
        for separator in ["\r\n\r\n".bytes, "\n\n".bytes] {
            if let found = Data(text).range(of: Data(separator)) {
                return (Array(text[..<found.lowerBound]), Array(text[found.upperBound...]))
            }
        }
        return nil
    }

    private func vectors(_ name: String) -> URL? {
        let folder = URL(filePath: #filePath).appending(path: "../../../../shared/vectors/dkim/\(name)").standardized
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("stepping aside: \(folder.path) is not there")
            return nil
        }
        return folder
    }

    private func read(_ folder: URL, _ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }
}
