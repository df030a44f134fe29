// Quoting marks that a mailbox file puts before lines: they say how a message was kept.

import Bytes
import DKIM
import Mail
import Testing

@Suite struct RepairQuotingTests {
    private static let original = "Hi\nFrom here\n>From there\n>>From far\n From blank\nFrom\nFrom end\n"

    /// A message as a mailbox file keeps it: `quote` tells how many marks a `>*From ` line gets.
    private func stored(
        _ body: String = original, by signer: Signer, lf: Bool = false, quote: (_ line: Int, _ marks: Int) -> Int
    ) throws -> [UInt8] {
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { number, line in
            let marks = line.prefix { $0 == ">" }.count
            guard line.dropFirst(marks).hasPrefix("From ") else { return String(line) }
            return String(repeating: ">", count: quote(number, marks)) + line
        }
        let kept = RepairSample.message(body: lines.joined(separator: "\n"))
        let message = try RepairSample.stored(kept, signedAs: RepairSample.message(body: body), by: signer)
        return lf ? message.filter { $0 != ASCII.cr } : message
    }

    @Test(arguments: CanonicalForm.allCases, [false, true])
    func `mboxrd quoting is undone and named`(form: CanonicalForm, lf: Bool) throws {
        let signer = try RepairSample.signer(form)
        let message = try stored(by: signer, lf: lf) { _, _ in 1 }
        let found = try RepairSample.evidence(message, signer)
        #expect(found.header == .valid && found.body.word == "intact" && found.verdict == .pass)
        #expect(found.repairNames == (lf ? [.lineEnds, .mboxrdQuoting] : [.mboxrdQuoting]))
        let repair = try #require(found.repairs.last)
        #expect(repair.edits.count == 4 && repair.edits.allSatisfy { $0.count == 1 && message[$0] == [0x3E] })
        let left = RepairSample.body(of: message, without: found.repairs).replacing("\r\n", with: "\n")
        #expect(left == Self.original)
    }

    @Test func `mboxo quoting is undone where lines had marks of their own`() throws {
        let signer = try RepairSample.signer()
        let message = try stored(by: signer) { _, marks in marks == 0 ? 1 : 0 }
        let found = try RepairSample.evidence(message, signer)
        // `>From there` was there before, so that only an attempt tells it from the quoted lines.
        #expect(found.repairNames == [.mixedQuoting])
        #expect(RepairSample.body(of: message, without: found.repairs) == Self.original.replacing("\n", with: "\r\n"))
        let plain = "From here\nFrom there\n>>From far\n"
        let mboxo = try stored(plain, by: signer) { _, marks in marks == 0 ? 1 : 0 }
        #expect(try RepairSample.evidence(mboxo, signer).repairNames == [.mboxoQuoting])
        #expect(try RepairSample.evidence(mboxo, signer).body.word == "intact")
    }

    @Test func `every choice of up to ten marked lines is found`() throws {
        let signer = try RepairSample.signer()
        for count in 2...10 {
            for choice in Set([1, 2, 1 << (count - 1), (1 << count) - 2, 0b101 % (1 << count)]) where choice > 0 {
                let body = (0..<count).map { choice >> $0 & 1 == 1 ? "From \($0)\n" : ">From \($0)\n" }.joined()
                let message = try stored(body, by: signer) { line, _ in choice >> line & 1 }
                let found = try RepairSample.evidence(message, signer)
                #expect(found.repairNames == [.mixedQuoting] || choice == (1 << count) - 1, "\(count) \(choice)")
                #expect(found.body.word == "intact")
                #expect(found.repairs.first?.edits.count == choice.nonzeroBitCount)
            }
        }
    }

    @Test func `of more than ten marked lines no mixture is tried`() throws {
        let signer = try RepairSample.signer()
        let body = ">From 0\n" + (1..<11).map { "From \($0)\n" }.joined()
        let message = try stored(body, by: signer) { line, _ in line == 0 ? 0 : 1 }
        #expect(try RepairSample.evidence(message, signer).body.word == "altered")
    }

    @Test(arguments: [1000, 1001]) func `a thousand marked lines are unquoted, more are left alone`(count: Int) throws {
        let signer = try RepairSample.signer()
        let message = try stored(String(repeating: "From x\n", count: count), by: signer) { _, _ in 1 }
        let found = try RepairSample.evidence(message, signer)
        #expect(found.body.word == (count == 1000 ? "intact" : "altered"))
        #expect(found.repairs.first?.edits.count == (count == 1000 ? 1000 : nil))
    }

    @Test func `quoting and a footer are undone together`() throws {
        let signer = try RepairSample.signer()
        let message = try stored(by: signer) { _, _ in 1 } + RepairSample.crlf(RepairSample.mailmanFooter)
        let found = try RepairSample.evidence(message, signer)
        #expect(found.body.word == "restored")
        #expect(found.repairNames == [.mboxrdQuoting, .listFooter])
        #expect(RepairSample.body(of: message, without: found.repairs) == Self.original.replacing("\n", with: "\r\n"))
    }

    @Test func `a mark in the header section is no quoting`() throws {
        let signer = try RepairSample.signer()
        let original = RepairSample.message(body: "Hello\n")
        let message = ">From a\r\n".bytes + (try RepairSample.stored(original, signedAs: original, by: signer))
        let found = try RepairSample.evidence(message, signer)
        #expect(found.body.word == "intact" && found.repairs.isEmpty)
    }
}
