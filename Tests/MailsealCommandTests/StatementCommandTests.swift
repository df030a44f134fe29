import Foundation
import ScratchFolders
import Testing

@Suite struct StatementCommandTests {
    private let bench: CommandBench

    init() throws {
        bench = try CommandBench()
        _ = try bench.run(
            "printf 'From a Mon Jan  2 10:00:00 2017\\nFrom: a@example.org\\nSubject: boxed\\n\\nText\\n\\n' > leak/in.mbox"
        )
        try bench.create("--origin newsroom.example/leak --retrieved-from https://example.org/leak --keep-going")
    }

    @Test func `the page names the copy, its sources, the counts and the root`() throws {
        let made = try bench.run("\"$M\" statement leak.tar.gz")
        #expect(made.status == 0 && made.errors.isEmpty)
        let digest = try bench.run("sha256sum leak.tar.gz leak/in.mbox | cut -c1-64").output.split(separator: "\n")
        let page = made.output.replacing("\n                ", with: " ")
        for text in [
            "CERTIFICATION OF A DIGITAL COPY\n", String(digest[0]), String(digest[1]), "newsroom.example/leak",
            "retrieved 2017-05-05T18:35:00Z from https://example.org/leak", "902(14)", "ISO/IEC 27037", "Signature  ",
            "Messages      3, ", "consistent: everything recomputed agrees", "in.mbox (mbox)",
        ] { #expect(page.contains(text), "\(text) is not in \(page)") }
    }

    @Test func `no line of the text is wider than 80 columns`() throws {
        let made = try bench.run("\"$M\" statement leak.tar.gz")
        for line in made.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test func `the root that the signer names is compared`() throws {
        let shown = try bench.run("\"$M\" show --json leak.tar.gz 1").output
        let root = try #require(shown.firstMatch(of: /"root":"([0-9]+:[0-9a-f]{64})"/)).1
        #expect(try bench.run("\"$M\" statement leak.tar.gz --root \(root)").output.contains("intact: everything"))
        let zero = "9:" + String(repeating: "0", count: 64)
        let other = try bench.run("\"$M\" statement leak.tar.gz --root \(zero)")
        #expect(other.status == 1 && other.output.contains("ALTERED: this copy is not what was packed"))
        #expect(other.output.contains("pin-differs") && !other.output.contains("WHAT IT HOLDS"))
    }

    @Test func `HTML holds no name of a file as markup, and nothing from outside`() throws {
        _ = try bench.run("mkdir 'x'; cp leak/1.eml x/1.eml; mv x '<script>alert(1)<'")
        let made = try bench.run(
            """
            "$M" create '<script>alert(1)<' --name x -o x.tar.gz --retrieved-from '"><img src=x>' && "$M" statement x.tar.gz --html -o x.html
            """)
        #expect(made.status == 0, "\(made.errors)")
        let html = String(decoding: try bench.read("x.html"), as: UTF8.self)
        #expect(html.contains("&lt;script&gt;alert(1)&lt;") && html.contains("&quot;&gt;&lt;img src=x&gt;"))
        #expect(
            !html.contains("<script") && !html.contains("<img") && !html.contains("http://") && !html.contains("src=\"")
        )
        #expect(html.hasPrefix("<!DOCTYPE html>\n") && html.hasSuffix("</html>\n"))
        #expect(try bench.run("\"$M\" statement x.tar.gz --html -o x.html").status == 2)
    }

    @Test func `of a redacted bundle it says how much is disclosed`() throws {
        let made = try bench.run("\"$M\" redact leak.tar.gz --keep 1 -o p.tar.gz && \"$M\" statement p.tar.gz")
        #expect(made.status == 0 && made.output.contains("1 of 3 messages; the others are withheld"))
        #expect(!made.output.contains("by the line only"))
    }

    @Test func `of messages without bytes it says that nothing of them was computed again`() throws {
        let made = try bench.run(
            "\"$M\" redact leak.tar.gz --keep 1-2 --lines-only 2 -o p.tar.gz > /dev/null && \"$M\" statement p.tar.gz")
        let page = made.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for text in [
            "1 of 3 messages, 1 more by their lines only; the others are withheld",
            "1 of these by the line only: the bytes are not in the copy",
            "Of 1 message it holds the line without the bytes: no digest, attachment or DKIM signature of it was computed again",
        ] { #expect(page.contains(text), "\(text) is not in \(page)") }
    }
}
