// What the truth says of a message holds of its bytes.

import Bytes
import Cryptography
import DKIM
import Mail
import Testing

@testable import SampleArchive

extension MessageClass {
    /// The class under the name that the truth has for it.
    fileprivate var sample: SampleDKIM? { SampleDKIM(rawValue: rawValue.replacing("-", with: "_")) }
}

@Suite struct `the truth of a sample` {
    private static let messages: [SampleMessage] = {
        let archive = try? SampleArchive(seed: 11, messages: 450, averageSize: 4_000, signedPercent: 60)
        return archive?.messages(450) ?? []
    }()

    private static let verifier: Verifier? = {
        guard let archive = try? SampleArchive(seed: 11, messages: 1) else { return nil }
        let file = KeyFile(parsing: archive.keyLines.joined(separator: "\n").bytes)
        return file.notes.isEmpty ? Verifier(keys: KeyStore(file.keys)) : nil
    }()

    @Test func `says what the signatures prove`() throws {
        let verifier = try #require(Self.verifier)
        #expect(Self.messages.count == 450)
        for message in Self.messages {
            let header = HeaderSection(of: message.bytes.span)
            let evidence = verifier.evidence(of: message.bytes.span, header: header)
            #expect(
                evidence.messageClass.sample == message.truth.dkim,
                "message \(message.truth.index): \(message.truth.flaws) \(evidence.signatures.map(\.reservations))")
            #expect(evidence.signatures.count == message.truth.signatureCount)
        }
    }

    @Test func `holds with LF line ends too`() throws {
        let verifier = try #require(Self.verifier)
        let archive = try SampleArchive(
            seed: 12, messages: 80, averageSize: 4_000, signedPercent: 100, lineEnds: .lf)
        for message in archive.messages(80) where message.truth.dkim == .verified {
            #expect(!message.bytes.contains(ASCII.cr))
            let header = HeaderSection(of: message.bytes.span)
            let found = verifier.evidence(of: message.bytes.span, header: header).messageClass
            #expect(found == .verified, "message \(message.truth.index)")
        }
    }

    @Test func `has every class and every flaw`() {
        #expect(Set(Self.messages.map(\.truth.dkim)) == Set(SampleDKIM.allCases))
        #expect(Set(Self.messages.flatMap(\.truth.flaws)) == Set(SampleFlaw.allCases))
    }

    @Test func `has every algorithm and canonicalisation in use`() {
        let text = Self.messages.flatMap { $0.bytes.prefix(4096) }
        for part in [
            "a=rsa-sha256", "a=rsa-sha1", "a=ed25519-sha256", "c=relaxed/relaxed", "c=relaxed/simple",
            "c=simple/simple", "; l=", " x=", "d=listes.example",
        ] {
            #expect(contains(text, part.bytes), "\(part)")
        }
    }

    @Test func `names the defects that the bytes have`() {
        for message in Self.messages {
            let flaws = message.truth.flaws
            let bytes = message.bytes
            let hasBareCR = bytes.indices.contains {
                bytes[$0] == ASCII.cr && ($0 + 1 == bytes.count || bytes[$0 + 1] != ASCII.lf)
            }
            let header = HeaderSection(of: bytes.span)
            if !flaws.contains(.duplicateBytes) {
                #expect(hasBareCR == flaws.contains(.bareCR))
                #expect(bytes.contains(ASCII.nul) == flaws.contains(.nul))
                #expect(bytes[..<header.bodyStart].contains { $0 > 127 } == flaws.contains(.eightBitHeader))
            }
            let identifier = header.first(named: "Message-ID", in: bytes.span)
            #expect(identifier.map { ASCII.trimmed(bytes[$0.value]).displayText } == message.truth.messageID)
            #expect(header.endsWithEmptyLine && header.strayLines.isEmpty)
        }
    }

    @Test func `names the message that a duplicate repeats`() throws {
        let duplicates = Self.messages.filter { $0.truth.duplicateOf != nil }
        #expect(!duplicates.isEmpty)
        for message in duplicates {
            let original = Self.messages[try #require(message.truth.duplicateOf)]
            #expect(message.bytes == original.bytes)
            #expect(message.path != original.path)
        }
        let repeated = Self.messages.filter { $0.truth.flaws.contains(.duplicateMessageID) }
        for message in repeated {
            let others = Self.messages.filter { $0.truth.messageID == message.truth.messageID }
            #expect(Set(others.map(\.bytes)).count > 1)
        }
    }

    @Test func `has files that circulate`() {
        let files = Self.messages.flatMap(\.truth.attachments)
        #expect(Set(files.map(\.digest)).count < files.count - 5)
    }
}

/// Whether the bytes hold a text.
func contains(_ bytes: [UInt8], _ text: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0] == text[0] && bytes[$0...].starts(with: text) }
}
