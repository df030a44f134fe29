import Bytes
import DKIM
import Mail
import ProcessorTime
import Testing

@Suite struct CoverageTests {
    /// The evidence about the sample with fields put above it, signed under these names.
    private func evidence(
        signing names: String, above: String = "", below: String = "", algorithm: Algorithm = .ed25519SHA256
    ) throws -> Evidence {
        var signer = try Sample.signer(algorithm)
        signer.signedFields = names.split(separator: " ").map { Array($0.utf8) }
        let message = try Sample.signed(below.bytes + Sample.message, by: signer)
        return try #require(Sample.evidence(above.bytes + message, signer.keyRecord).signatures.first)
    }

    private static let all = "from to to subject date"

    @Test func `a signature of every field leaves nothing open`() throws {
        let found = try evidence(signing: Self.all)
        #expect(found.uncovered == [] && found.added == [] && found.outside == [] && found.reservations == [])
    }

    @Test(
        arguments: [
            ("from", [.date, .subject, .to], [], [.fieldNotCovered]),
            ("from to subject date", [], [.to], [.fieldAdded]),
            ("to to subject date", [.from], [], [.fieldNotCovered]),
            ("FROM To tO sUBJECT Date date x-none", [], [], []),
        ] as [(String, [ShownField], [ShownField], [Reservation])])
    func `what is not signed is uncovered, what stands more often is added`(
        names: String, uncovered: [ShownField], added: [ShownField], reservations: [Reservation]
    ) throws {
        let found = try evidence(signing: names)
        #expect(found.uncovered == uncovered)
        #expect(found.added == added)
        #expect(found.reservations == reservations)
    }

    @Test(arguments: ShownField.allCases)
    func `each shown field is told apart`(field: ShownField) throws {
        let text = "\(field.rawValue): x\r\n"
        let present = ["from", "to", "subject", "date"].contains(field.rawValue)
        let names = present ? Self.all : Self.all + " " + field.rawValue
        let added = try evidence(signing: names, above: text, below: present ? "" : text)
        #expect(added.added == [field] && added.uncovered == [])
        #expect(added.header == .valid && added.violations == [])
        guard !present else { return }
        let uncovered = try evidence(signing: Self.all, above: text)
        #expect(uncovered.uncovered == (field == .sender ? [] : [field]) && uncovered.added == [])
    }

    @Test(
        arguments: [
            ("Message-ID: <a@b>\r\n", []), ("References: <a@b>\r\nIn-Reply-To: <a@b>\r\n", []), ("Sender: s@b\r\n", []),
            ("Cc: c\r\n", [.fieldNotCovered]), ("Reply-To: c\r\n", [.fieldNotCovered]),
            ("Content-Type: text/html\r\n", [.renderingNotCovered]), ("MIME-Version: 1.0\r\n", [.renderingNotCovered]),
            ("Content-Transfer-Encoding: base64\r\n", [.renderingNotCovered]),
            ("Content-Disposition: attachment\r\n", [.renderingNotCovered]),
            ("Content-Disposition: Inline \r\n", []),
            ("Content-Disposition: inline; filename=x\r\n", [.renderingNotCovered]),
            ("X-Other: 1\r\n", []),
            ("From: a@example.org\r\n", [.fieldAdded]),
            (
                "Subject: x\r\nContent-Type: text/html\r\nCc: c\r\n",
                [.fieldAdded, .fieldNotCovered, .renderingNotCovered]
            ),
        ] as [(String, [Reservation])])
    func `fields that readers judge by and that are not covered are reservations`(
        above: String, reservations: [Reservation]
    ) throws {
        #expect(try evidence(signing: Self.all, above: above).reservations == reservations)
    }

    @Test func `among fields that nobody looked at may be any`() throws {
        let many = String(repeating: "X: y\r\n", count: Limits.headerFields)
        let signer = try Sample.signer()
        let message = try Sample.signed(by: signer)
        let start = message.count - Sample.message.count + "Received: from a\r\nFrom: A <a@example.org>\r\n".utf8.count
        let longer = message[..<start] + many.bytes + message[start...]
        let found = try #require(Sample.evidence(Array(longer), signer.keyRecord).signatures.first)
        #expect(found.added == [.from])
    }

    @Test(arguments: [Algorithm.rsaSHA256, .rsaSHA1, .ed25519SHA256])
    func `a key below 1024 bits is a reservation, unless it is of a curve`(algorithm: Algorithm) throws {
        let found = try evidence(signing: Self.all, algorithm: algorithm)
        #expect(found.reservations == (algorithm == .ed25519SHA256 ? [] : [.keyBelow1024]))
    }

    @Test func `a recovered key is a reservation until another source has it`() throws {
        let signer = try Sample.signer()
        let message = try Sample.signed(by: signer)
        func found(_ bases: KeyProvenance.Basis...) -> [Reservation]? {
            let keys = bases.map {
                Key(
                    selector: "sel".bytes, domain: "example.org".bytes, record: signer.keyRecord,
                    provenance: KeyProvenance($0))
            }
            let verifier = Verifier(keys: KeyStore(keys))
            return verifier.evidence(of: Message(parsing: message)).signatures.first?.reservations
        }
        #expect(found(.recovered) == [.keyRecovered])
        for basis in KeyProvenance.Basis.allCases where basis != .recovered {
            #expect(found(basis) == [])
            #expect(found(.recovered, basis) == [])
        }
    }

    @Test func `a malformed signature has none of these facts`() throws {
        let found = try #require(Sample.evidence("DKIM-Signature: v=1\r\n".bytes + Sample.message).signatures.first)
        #expect(found.uncovered == [] && found.added == [] && found.alignment == nil && found.reservations == [])
    }

    @Test func `the facts are there whatever the results are`() throws {
        let signer = try Sample.signer()
        let message = try Sample.signed(by: signer).displayText.replacing("First", with: "Third").bytes
        for records in [[], ["p=".bytes], [signer.keyRecord]] {
            let verifier = Verifier(keys: KeyStore(records.map(Sample.key)))
            let found = verifier.evidence(of: Message(parsing: "Cc: x@y\r\n".bytes + message)).signatures.first
            #expect(found?.uncovered == [.cc] && found?.alignment == .same)
            #expect(found?.reservations == [.fieldNotCovered])
        }
    }
}

@Suite struct AttachmentCoverageTests {
    private static let start = """
        From: a@example.org\r
        MIME-Version: 1.0\r
        Content-Type: multipart/mixed; boundary=x\r
        \r

        """
    private static let body = """
        before  \t it\r
        --x\r
        Content-Type: text/plain; name=a.txt\r
        \r
        first \t file\r
        --x\r
        Content-Type: image/png\r
        \r
        secondfile\t \r
        --x--\r

        """

    /// The numbers of the attachments outside the first `length` octets.
    private func outside(_ length: Int, _ form: CanonicalForm, keeping lineEnds: Bool = true) throws -> [String] {
        var signer = try Sample.signer()
        signer.canonicalization = Canonicalization(header: .relaxed, body: form)
        signer.bodyLength = length
        let text = (Self.start + Self.body).bytes
        let message = try Sample.signed(lineEnds ? text : text.filter { $0 != ASCII.cr }, by: signer)
        let verifier = Verifier(keys: KeyStore([Sample.key(signer.keyRecord)]))
        let found = try #require(verifier.evidence(of: Message(parsing: message)).signatures.first)
        #expect(found.reservations.contains(.bodyPartlyCovered) == (found.body.word == "partial"))
        return found.outside.map(\.displayText)
    }

    @Test(arguments: CanonicalForm.allCases, [true, false])
    func `an attachment is outside until its last octet is covered`(form: CanonicalForm, keeping: Bool) throws {
        let canonical =
            form == .simple
            ? Self.body
            : Self.body.replacing("  \t ", with: " ").replacing(" \t ", with: " ")
                .replacing("\t \r\n", with: "\r\n")
        let ends = try ["first\(form == .simple ? " \t " : " ")file", "secondfile\(form == .simple ? "\t " : "")"].map {
            canonical[..<(try #require(canonical.firstRange(of: $0)).upperBound)].utf8.count
        }
        for length in 0..<canonical.utf8.count {
            let expected = (length < ends[0] ? ["1"] : []) + (length < ends[1] ? ["2"] : [])
            #expect(try outside(length, form, keeping: keeping) == expected, "\(length)")
        }
        #expect(try outside(canonical.utf8.count, form, keeping: keeping) == [])
    }

    @Test func `only so many numbers are given`() throws {
        var signer = try Sample.signer()
        signer.bodyLength = 1
        let parts = String(repeating: "--x\r\nContent-Type: a/b\r\n\r\nz\r\n", count: 3000)
        let message = try Sample.signed((Self.start + "\r\n" + parts).bytes, by: signer)
        let found = Verifier(keys: KeyStore([Sample.key(signer.keyRecord)])).evidence(of: Message(parsing: message))
        #expect(found.signatures.first?.outside.count == 1000)
    }

    @Test func `a hundred lengths are measured in one pass`() throws {
        var signer = try Sample.signer()
        var message = (Self.start + Self.body + String(repeating: "0123456789 \r\n", count: 100_000)).bytes
        for length in 0..<100 {
            signer.bodyLength = length
            message = try Sample.signed(message, by: signer)
        }
        let parsed = Message(parsing: message)
        let time = processorTime {
            let found = Verifier(keys: KeyStore([Sample.key(signer.keyRecord)])).evidence(of: parsed)
            #expect(found.signatures.count == 100 && found.signatures.allSatisfy { !$0.outside.isEmpty })
        }
        #expect(time < .seconds(10))
    }
}
