// Footers of mailing lists and banners of scanners, at the end of a body, in its parts, and around it.

import Bytes
import DKIM
import Mail
import Testing

@Suite struct RepairFooterTests {
    /// What mailing lists and scanners put behind a text, and what it is called.
    static let endings: [(text: String, name: Repair.Name)] = [
        (RepairSample.mailmanFooter, .listFooter),
        (
            "\n______________________________________________________\nLinux discussion\nhttp://x.example/\n",
            .listFooter
        ),
        ("_______________________________________________\nlist mailing list -- list@example.net\n", .listFooter),
        (
            "\n-- \nYou received this message because you are subscribed to the Google Groups \"x\" group.\n"
                + "To unsubscribe from this group and stop receiving emails from it, send an email to x@example.\n",
            .listFooter
        ),
        ("-=-=-=-=-=-\nGroups.io Links: You receive all messages sent to this group.\n-=-=-=-=-=-\n\n", .listFooter),
        ("--\nTo unsubscribe from this list: send the line \"unsubscribe x\"\n", .listFooter),
        ("---\nVous recevez ce message de la liste de diffusion x.\nPour vous désabonner : x\n", .listFooter),
        ("\n---\nThis email has been checked for viruses by Avast antivirus software.\nhttps://x.example\n", .banner),
        ("\n\n-- \nThis email has been checked for viruses by AVG.\nhttps://www.avg.com", .banner),
        ("CAUTION: This email originated from outside of the organization.\n", .banner),
    ]

    @Test(arguments: endings.indices, CanonicalForm.allCases)
    func `an ending is left out and named`(number: Int, form: CanonicalForm) throws {
        let (text, name) = Self.endings[number]
        let signer = try RepairSample.signer(form)
        for body in ["Hello\n", "Hello\n\n  \n", "Hello\n-- \nme\n"] {
            let original = RepairSample.message(body: body)
            let message = try Sample.signed(original, by: signer) + RepairSample.crlf(text)
            for bytes in [message, message.filter { $0 != ASCII.cr }] {
                let found = try RepairSample.evidence(bytes, signer)
                #expect(found.header == .valid && found.body.word == "restored", "\(text)")
                #expect(found.verdict == .restored)
                #expect(found.repairs.last?.name == name)
                let repairs = found.repairs.filter { $0.name != .lineEnds }
                #expect(repairs.count == 1 && repairs[0].edits.count == 1)
                #expect(repairs[0].edits.first?.upperBound == bytes.count)
                // Empty lines before the ending may be on either side.
                let left = RepairSample.body(of: bytes, without: repairs).replacing("\r\n", with: "\n")
                #expect(left.hasPrefix(body.trimmingSuffix()) && left.trimmingSuffix() == body.trimmingSuffix())
            }
        }
    }

    @Test func `the most that fits is kept, and the edit starts at the footer`() throws {
        let signer = try RepairSample.signer()
        let footer = RepairSample.crlf(RepairSample.mailmanFooter)
        let once = try Sample.signed(RepairSample.message(body: "Hello\n"), by: signer) + "\r\n\r\n".bytes + footer
        let repair = try #require(RepairSample.evidence(once, signer).repairs.first)
        #expect(RepairSample.omitted(repair, of: once) == footer.displayText)
        // A footer that was signed stays, and one more is left out.
        let quoted = RepairSample.message(body: "Hello\n" + RepairSample.mailmanFooter)
        let twice = try Sample.signed(quoted, by: signer) + footer
        let second = try #require(RepairSample.evidence(twice, signer).repairs.first)
        #expect(second.edits == [twice.count - footer.count..<twice.count])
        // Two lists, two footers, one edit.
        let both = try Sample.signed(RepairSample.message(body: "Hello\n"), by: signer) + footer + footer
        #expect(try RepairSample.evidence(both, signer).repairs.first?.edits.first?.count == 2 * footer.count)
    }

    @Test(arguments: [(3800, true), (4200, false)])
    func `a footer has less than 4096 bytes`(length: Int, isRestored: Bool) throws {
        let signer = try RepairSample.signer()
        let footer =
            "-- \nmailing list\n" + String(repeating: String(repeating: "x", count: 99) + "\n", count: length / 100)
        let message = try Sample.signed(RepairSample.message(body: "Hello\n"), by: signer) + footer.bytes
        #expect(try RepairSample.evidence(message, signer).body.word == (isRestored ? "restored" : "altered"))
    }

    @Test(arguments: ["\n", "Hello\n"]) func `something of the text must be left`(body: String) throws {
        let signer = try RepairSample.signer()
        let message =
            try Sample.signed(RepairSample.message(body: body), by: signer)
            + RepairSample.crlf(RepairSample.mailmanFooter)
        #expect(try RepairSample.evidence(message, signer).body.word == (body == "\n" ? "altered" : "restored"))
    }

    @Test func `a banner before the text is left out`() throws {
        let signer = try RepairSample.signer(.simple)
        let banners = [
            "CAUTION: This email originated from outside of the organization. Do not click links\nunless you know.\n\n",
            "[EXTERNAL]\n", "*** External email ***\n\n\n", "Checked for viruses by X\n---\n\n",
        ]
        for banner in banners {
            let original = RepairSample.message(body: "Hello\n\nBye\n")
            let changed = RepairSample.message(body: banner + "Hello\n\nBye\n" + RepairSample.mailmanFooter)
            let message = try RepairSample.stored(changed, signedAs: original, by: signer)
            let found = try RepairSample.evidence(message, signer)
            #expect(found.body.word == "restored", "\(banner)")
            #expect(found.repairNames == [.banner, .listFooter])
            #expect(RepairSample.omitted(found.repairs.first, of: message) == RepairSample.crlf(banner).displayText)
        }
    }

    @Test func `l= of the original text is covered as ever`() throws {
        var signer = try RepairSample.signer()
        signer.bodyLength = 7
        let message = try Sample.signed(RepairSample.message(body: "Hello\n"), by: signer)
        let found = try RepairSample.evidence(message + RepairSample.crlf(RepairSample.mailmanFooter), signer)
        #expect(found.body.word == "partial" && found.repairs.isEmpty)
    }
}

extension String {
    /// The text without white space at its end.
    fileprivate func trimmingSuffix() -> String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
