// Public bundles: the same root, and nothing of what is withheld.

import Bytes
import Container
import Cryptography
import Files
import Manifest
import MerkleTree
import SampleArchive
import ScratchFolders
import Testing

@testable import Mailseal

struct RedactTests {
    private let bench: VerifyBench
    private static let origin = "newsroom.example/archives/1".bytes

    init() throws {
        bench = try VerifyBench()
        try bench.write("leak/inbox/1.eml", Mails.generated(.verified))
        try bench.write("leak/inbox/2.eml", Mails.attached)
        try bench.write("leak/secret-plan/3.eml", mail("three", to: "hidden@secret.example"))
        try bench.write("leak/copy-of-three/3.eml", mail("three", to: "hidden@secret.example"))
        let boxed = [mail("four", to: "box@example.org"), mail("five", to: "other@example.net")]
        try bench.write("leak/all.mbox", Mails.mailbox(boxed))
        try bench.write("leak/notes.txt", "a file that is no mail\n".bytes)
    }

    private func mail(_ subject: String, to: String) -> [UInt8] {
        """
        From: \(subject)@from.example
        To: \(to)
        Subject: About \(subject)
        Date: Mon, 2 Jan 2017 10:00:00 +0000
        Message-ID: <\(subject)@id.example>
        Content-Type: application/x-\(subject); name="\(subject).bin"
        Content-Disposition: attachment; filename="\(subject).bin"

        content of \(subject)

        """.bytes
    }

    private func whole(salted: Bool = true) async throws -> [UInt8] {
        let seed = try bench.write("seed", (0..<32).map { UInt8($0) })
        return try await bench.bundle(of: ["leak"]) {
            $0.origin = Self.origin
            if salted { $0.seedFile = seed }
        }
    }

    /// A public bundle's bytes.
    private func redact(
        _ bundle: [UInt8], _ disclosure: RedactOptions.Disclosure, _ change: (inout RedactOptions) -> Void = { _ in }
    ) async throws -> (bytes: [UInt8], summary: RedactSummary) {
        let output = bench.path("public-\(Int.random(in: 0 ..< .max)).tar.gz")
        var options = RedactOptions(
            bundle: try bench.write("whole.tar.gz", bundle), output: output, disclosure: disclosure)
        change(&options)
        let summary = try await Redact.run(options)
        return (try bench.read(output), summary)
    }

    private func numbers(_ numbers: [Int]) -> MessageSelection { MessageSelection(numbers: numbers.map { $0...$0 }) }

    private func open(_ bytes: [UInt8]) throws -> Bundle {
        try Bundle(path: try bench.write("opened-\(Int.random(in: 0 ..< .max)).tar.gz", bytes))
    }

    @Test(arguments: [true, false]) func `every part of an archive verifies under the root of the whole`(
        salted: Bool
    ) async throws {
        let whole = try await whole(salted: salted)
        let root = try open(whole).root
        for mask in 1..<32 {
            let kept = (1...5).filter { mask >> ($0 - 1) & 1 == 1 }
            let made = try await redact(whole, .keep(numbers(kept)))
            let report = try await bench.verify(made.bytes) { $0.pin = root }
            #expect(report.verdict == .intact && report.findings == [], "\(kept): \(report.findings)")
            #expect(report.disclosure?.messages == kept.count && report.disclosure?.total == 5)
            #expect(report.disclosure?.withheldLines == made.summary.withheldLines)
            let bundle = try open(made.bytes)
            for number in 1...5 { #expect(try (bundle.leaf(ofMessage: number) != nil) == kept.contains(number)) }
            for range in [1...5, 2...4, 3...3] {
                var listed: [Int] = []
                _ = try await List.run(bundle, Self.filter(range)) { listed.append($0.line.number) }
                #expect(listed == kept.filter(range.contains), "\(kept) in \(range)")
            }
        }
    }

    private static func filter(_ numbers: ClosedRange<Int>) -> MessageFilter {
        var filter = MessageFilter()
        filter.numbers = [numbers]
        return filter
    }

    /// A public bundle of 400 lines without message 3, whose index says that its second group begins with another message.
    private func misleading(_ first: UInt32) async throws -> Bundle {
        for number in 1...200 { try bench.write("many/\(number).eml", Mails.plain(number)) }
        let made = try await redact(
            try await bench.bundle(of: ["many"], keys: false), .withhold(numbers([3]))
        ).bytes
        var forgery = try Forgery(of: made, in: bench)
        forgery.changeIndex = { index in
            let group = index.groups[1]
            index.groups[1] = .init(tarOffset: group.tarOffset, firstMessage: first, hash: group.hash)
        }
        return try open(try forgery.assemble())
    }

    @Test func `a wildcard's key stays with the message that it proves`() async throws {
        try bench.write(
            "signed/1.eml", try SigningKey().signed(MailsealTests.mail("From: a@example.org", "Subject: x")))
        try bench.write("signed/2.eml", Mails.plain(1))
        let record = try SigningKey().record.displayText.replacing("_domainkey.example.org", with: "_domainkey.*.org")
        let keys = try bench.write("wildcard", record)
        let whole = try await bench.bundle(of: ["signed"], keys: false) { $0.keyFiles = [keys] }
        let report = try await bench.verify(try await redact(whole, .keep(numbers([1]))).bytes)
        #expect(report.findings == [] && report.counts.verified == 1)
    }

    @Test func `a public bundle is compared by what it discloses`() async throws {
        let whole = try await whole()
        let made = try await redact(whole, .keep(numbers([1, 5]))) { $0.listed = numbers([5]) }
        let a = try bench.write("a.tar.gz", made.bytes)
        try bench.write("leak/inbox/2.eml", Mails.attached + "more\r\n".bytes)
        let b = try bench.write("b.tar.gz", try await bench.bundle(of: ["leak"]))
        let report = try await Diff.run(DiffOptions(a: a, b: b))
        #expect(report.verdict == .different && report.notes.contains { $0.hasPrefix("A is redacted") })
        // Of message 5, inbox/2.eml, which is listed, the bytes are not there to be compared.
        #expect((report.classes.onlyA, report.classes.onlyB, report.classes.altered) == (0, 3, 1))
    }

    @Test func `sizes that no file can have are no sum`() async throws {
        var forgery = try Forgery(of: try await RedactedBundles.sample(in: bench), in: bench)
        let place = try #require(forgery.lines.firstIndex { $0.first == ManifestLine.listedMark })
        guard case .message(var message) = try ManifestLine(forgery.lines[place]) else { return }
        message.size = 1 << 53 - 1
        let first = message.number
        let lines = (0..<1100).map { number -> [UInt8] in
            message.number = first + number
            message.sha256 = Digest(hashing: "\(number)".bytes)
            return ManifestLine.message(message).bytes
        }
        forgery.lines.insert(contentsOf: lines, at: place)
        try forgery.change("end") { line in
            guard case .end(var end) = line else { return nil }
            end.messages = 1200
            return .end(end)
        }
        let bundle = try open(try forgery.assemble())
        var largest = 0
        _ = try await List.run(bundle, observer: Observer(progress: { largest = max(largest, $0.bytes) })) { _ in }
        #expect(largest > 1000 * Format.messageLimit && largest < 2000 * Format.messageLimit)
    }

    @Test func `an index that leads past a message hides none`() async throws {
        let late = try await misleading(200)
        let sound = try await misleading(128)
        #expect(try sound.leaf(ofMessage: 3) == nil && late.leaf(ofMessage: 3) == nil)
        for number in [2, 100, 127, 128, 150, 200] {
            #expect(try late.leaf(ofMessage: number) == sound.leaf(ofMessage: number), "\(number)")
        }
        let early = try await misleading(2)
        for number in [2, 100, 127] {
            #expect(throws: MailsealError.self, "\(number)") { try early.leaf(ofMessage: number) }
            let filter = Self.filter(number...number)
            await #expect(throws: MailsealError.self, "\(number)") { try await List.run(early, filter) { _ in } }
        }
        #expect(try early.leaf(ofMessage: 150) == sound.leaf(ofMessage: 150))
    }

    @Test func `keeping some is withholding the others, and the same options give the same bytes`() async throws {
        let whole = try await whole()
        let kept = try await redact(whole, .keep(numbers([1, 4]))).bytes
        #expect(try await redact(whole, .withhold(numbers([2, 3, 5]))).bytes == kept)
        #expect(try await redact(whole, .keep(numbers([1, 4]))) { $0.jobs = 1 }.bytes == kept)
    }

    @Test func `messages are named by digest and Message-ID too`() async throws {
        let whole = try await whole()
        let selection = MessageSelection(references: [
            .digest(Digest(hashing: Mails.attached)), .messageID("four@id.example".bytes),
        ])
        let made = try await redact(whole, .keep(selection))
        #expect(made.summary.disclosed == 2)
    }

    @Test func `a name that fits no message writes nothing`() async throws {
        let whole = try await whole()
        let slips = [
            numbers([1, 6]), MessageSelection(references: [.messageID("nobody@id.example".bytes)]),
            MessageSelection(references: [.digest(Digest(hashing: [1]))]),
        ]
        for slip in slips {
            await #expect(throws: MailsealError.self) { try await redact(whole, .withhold(slip)) }
            await #expect(throws: MailsealError.self) { try await redact(whole, .keep(slip)) }
        }
        #expect(try !bench.names().contains { $0.hasPrefix("public") })
    }

    @Test func `withholding everything is refused`() async throws {
        let whole = try await whole()
        await #expect(throws: MailsealError.self) { try await redact(whole, .withhold(numbers(Array(1...5)))) }
    }

    /// Everything in a bundle's tar stream.
    private func stream(of bundle: [UInt8]) throws -> [UInt8] {
        let path = try bench.write("scan.tar.gz", bundle)
        let script = "gzip -dc \"$1\" > scan.tar"
        try bench.run(script, [path.displayText])
        return try bench.read("scan.tar")
    }

    @Test func `nothing of what is withheld is in the public bundle`() async throws {
        let whole = try await whole()
        let full = try open(whole)
        for mask in 1..<31 {
            let kept = Set((1...5).filter { mask >> ($0 - 1) & 1 == 1 })
            let bytes = try await redact(whole, .keep(numbers(kept.sorted()))).bytes
            let text = String(decoding: try stream(of: bytes), as: UTF8.self)
            let shown = try open(bytes)
            for leaf in 0..<full.lineCount {
                var disclosed = shown.unread(from: leaf)
                guard try disclosed.next()?.isWithheld == true else { continue }
                var lines = full.unread(from: leaf)
                let line = try #require(try lines.next())
                let salt = line.text.displayText.value("salt") ?? ""
                #expect(salt.count == 64 && !text.contains(salt))
                for secret in secrets(in: try line.read()) where try !isShown(secret, kept, full) {
                    #expect(!text.contains(secret), "\(kept): \(secret)")
                }
            }
        }
    }

    /// What a line says that nobody may learn: digests, paths, addresses and Message-IDs.
    private func secrets(in line: ManifestLine) -> [String] {
        switch line {
        case .message(let message):
            [message.sha256.description]
                + [message.messageID, message.from, message.to, message.subject].compactMap { $0?.displayText }
        case .attachment(let attachment):
            [attachment.sha256.description] + (attachment.name.map { [$0.displayText] } ?? [])
        case .occurrence(let place): place.path.levels.flatMap { $0 }.map(\.displayText).filter { $0.count > 6 }
        case .file(let file): [file.sha256?.description ?? ""].filter { !$0.isEmpty } + ["notes.txt"]
        case .container(let container): [container.sha256?.description ?? ""].filter { !$0.isEmpty }
        case .content(let content): [content.root.description]
        default: []
        }
    }

    /// Whether a disclosed message, or its place, says it as well.
    private func isShown(_ secret: String, _ kept: Set<Int>, _ full: Bundle) throws -> Bool {
        for number in kept {
            let shown = try #require(try Show.run(full, .number(number), everywhere: true))
            var lines: [ManifestLine] = [.message(shown.line)]
            lines += shown.attachments.map { .attachment($0.line) }
            lines += shown.places.map(\.occurrence).filter { $0.offset == nil }.map { .occurrence($0) }
            if lines.contains(where: { $0.bytes.displayText.contains(secret) }) { return true }
            if String(decoding: shown.bytes, as: UTF8.self).contains(secret) { return true }
        }
        return false
    }

    @Test func `other files are withheld unless they are to be kept`() async throws {
        let whole = try await whole()
        let digest = Digest(hashing: "a file that is no mail\n".bytes).description
        for keeps in [false, true] {
            let made = try await redact(whole, .withhold(numbers([3]))) { $0.keepsFiles = keeps }
            let text = String(decoding: try stream(of: made.bytes), as: UTF8.self)
            #expect(text.contains(digest) == keeps && text.contains("a file that is no mail") == keeps)
            #expect(try await bench.verify(made.bytes).findings == [])
        }
    }

    @Test func `a listed message has its lines and not its bytes`() async throws {
        let whole = try await whole()
        let made = try await redact(whole, .keep(numbers([1, 5]))) { $0.listed = self.numbers([5]) }
        let report = try await bench.verify(made.bytes) { $0.pin = try? self.open(whole).root }
        #expect(report.verdict == .intact && report.findings == [])
        #expect(report.disclosure == .init(messages: 1, listed: 1, total: 5, withheldLines: made.summary.withheldLines))
        let bundle = try open(made.bytes)
        let leaf = try #require(try bundle.leaf(of: .digest(Digest(hashing: Mails.attached))))
        #expect(try bundle.leaf(ofMessage: 5) == leaf)
        #expect(throws: MailsealError.self) { try Show.bytes(bundle, .number(5)) }
        let proof = try #require(try Prove.run(bundle, .message(.number(5))))
        #expect(proof.proof == (try Prove.run(try open(whole), .message(.number(5)))?.proof))
        #expect(throws: MailsealError.self) { try Prove.run(bundle, .line(bundle.lineCount - 2)) }
    }

    @Test func `messages of a public bundle are listed, shown and extracted, sources are not`() async throws {
        let bundle = try open(try await redact(try await whole(), .keep(numbers([1, 3]))).bytes)
        let shown = try #require(try Show.run(bundle, .number(3)))
        #expect(shown.findings == [] && shown.places.count == 2)
        #expect(try Show.run(bundle, .number(2)) == nil)
        var found: [Int] = []
        _ = try await List.run(bundle, MessageFilter()) { found.append($0.line.number) }
        #expect(found == [1, 3])
        let summary = try await Extract.run(bundle, ExtractOptions(folder: bench.path("out")))
        #expect(summary.messages == 2 && summary.findings == [])
        var source = ExtractOptions(folder: bench.path("sources"))
        source.layout = .source
        await #expect(throws: MailsealError.self) { try await Extract.run(bundle, source) }
    }

    @Test func `a public bundle is neither redacted again nor extended`() async throws {
        let made = try await redact(try await whole(salted: false), .keep(numbers([1]))).bytes
        await #expect(throws: MailsealError.self) { try await redact(made, .keep(numbers([1]))) }
        await #expect(throws: MailsealError.self) { try await bench.extend(made, Mails.keyLines) }
    }

    @Test func `an edition's evidence goes with its message`() async throws {
        let plain = try await bench.bundle(of: ["leak"], keys: false)
        let extended = try #require(try await bench.extend(plain, Mails.keyLines))
        for kept in [[1], [2], [1, 3, 5]] {
            let made = try await redact(extended, .keep(numbers(kept)))
            let report = try await bench.verify(made.bytes) { $0.pin = try? self.open(extended).root }
            #expect(report.verdict == .intact && report.findings == [], "\(kept): \(report.findings)")
            #expect(report.editions.count == 2)
        }
    }

    @Test func `the user is warned when nothing hides what withheld lines say`() async throws {
        for salted in [false, true] {
            var notices = 0
            var options = RedactOptions(
                bundle: try bench.write("w.tar.gz", try await whole(salted: salted)), output: bench.path("p\(salted)"),
                disclosure: .keep(numbers([1])))
            options.force = true
            let summary = try await Redact.run(options, observer: Observer(notice: { _ in notices += 1 }))
            #expect(notices == (salted ? 0 : 1) && summary.isSalted == salted)
        }
    }

    @Test func `the tag files are those that BagIt and sha256sum take`() async throws {
        let made = try await redact(try await whole(), .keep(numbers([1, 2])))
        let path = try bench.write("bag.tar.gz", made.bytes).displayText
        let script = """
            mkdir x && tar xzf "$1" -C x && cd x/sample
            sha256sum --quiet --strict -c manifest-sha256.txt tagmanifest-sha256.txt
            grep -x 'Mailseal-Disclosed: 2 of 5 messages' bag-info.txt
            [ "$(find data -type f | wc -l)" = 2 ] && [ "$(wc -l < mailbag.csv)" = 3 ]
            """
        try bench.run(script, [path])
    }
}
