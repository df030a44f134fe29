// The second verifier, other people's tools and the page on verifying by hand, on the same bundles as `verify`.

import Bytes
import Foundation
import MerkleTree
import ScratchFolders
import Testing

@testable import Mailseal

struct AgreementTests {
    private let bench: VerifyBench
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("SecondVerifier").path
    private static let page = URL(fileURLWithPath: folder)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Docs/verify-by-hand.md").path

    init() throws { bench = try VerifyBench() }

    /// What the second verifier says of a bundle.
    private struct Answer: Decodable {
        let verdict: String
        let root: String?
        let codes: [String]
    }

    /// The answers of the second verifier on bundles, one process for all.
    private func answers(on bundles: [[UInt8]]) throws -> [Answer] {
        let paths = try bundles.enumerated().map { try bench.write("bundle-\($0).tar.gz", $1) }
        let run = try bench.attempt(
            #"python3 "$1/verify_many.py""#, [Self.folder], input: Array(paths.joined(separator: [0x0A])) + [0x0A])
        #expect(run.status == 0, "\(run)")
        return try run.output.split(separator: "\n").map {
            try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
        }
    }

    private func word(_ verdict: VerifyReport.Verdict, _ second: ForgeryCase.Second = .same) -> String {
        switch verdict {
        case .consistent, .bytesConsistent, .extended, .sealBroken: "consistent"
        case .intact, .bytesIntact: "intact"
        case .altered: "altered"
        case .evidenceDiffers: second == .same ? "not-derivable" : "consistent"
        }
    }

    @Test func `the second verifier computes the same roots`() async throws {
        var bundles = [[UInt8]]()
        for keeping in [false, true] { bundles.append(try await SharedBundles.everything(keepingContainers: keeping)) }
        bundles += try await SharedBundles.byEdition()
        bundles += try await ContinuedBundles.byEdition()
        bundles += try await RedactedBundles.all(in: bench)
        for (bundle, answer) in zip(bundles, try answers(on: bundles)) {
            #expect(answer.verdict == "consistent", "\(answer.codes)")
            #expect(answer.root == (try await bench.verify(bundle)).root.description)
        }
    }

    @Test func `the second verifier has the same verdict on every lie`() async throws {
        var bundles = [[UInt8]]()
        for forgery in ForgeryCase.all { bundles.append(try await forgery.bundle(in: bench)) }
        let answers = try answers(on: bundles)
        #expect(answers.count == bundles.count)
        for (forgery, answer) in zip(ForgeryCase.all, answers) {
            #expect(answer.verdict == word(forgery.verdict, forgery.second), "\(forgery.name): \(answer.codes)")
        }
    }

    @Test func `both verifiers find every lie in a redacted bundle`() async throws {
        var bundles = [[UInt8]]()
        for forgery in RedactedBundles.lies { bundles.append(try await forgery.bundle(in: bench)) }
        for ((forgery, bundle), answer) in zip(zip(RedactedBundles.lies, bundles), try answers(on: bundles)) {
            let report = try await bench.verify(bundle)
            #expect(
                Set(report.findings.map(\.code)).isSuperset(of: forgery.codes), "\(forgery.name): \(report.findings)")
            #expect(answer.verdict == forgery.second, "\(forgery.name): \(answer.codes)")
        }
    }

    @Test func `the second verifier has the same verdict on damage`() async throws {
        let sound = try await SharedBundles.everything()
        var bundles = (0..<60).map { number in
            var changed = sound
            // Without the first two bytes the second verifier sees no gzip file, and says so.
            changed[2 + number * (sound.count - 3) / 59] ^= 1 << UInt8(number % 8)
            return changed
        }
        bundles += (1..<20).map { Array(sound.prefix(sound.count * $0 / 20)) }
        bundles += [sound + [0], sound + sound]
        for (bundle, answer) in zip(bundles, try answers(on: bundles)) {
            #expect(answer.verdict == "altered")
            #expect(try await bench.verify(bundle).verdict == .altered)
        }
    }

    // The attachments and signatures of these bundles are invented, so the best that they can be is not derivable.
    @Test func `both verifiers find what the second one's tests manipulate`() async throws {
        let run = try bench.attempt(#"PYTHONDONTWRITEBYTECODE=1 python3 "$1/write_manipulations.py" ."#, [Self.folder])
        #expect(run.status == 0, "\(run)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count > 60)
        for line in lines {
            let fields = line.split(separator: "\t")
            let report = try await Verify.run(VerifyOptions(path: bench.path(String(fields[0]))))
            let codes = Set(report.findings.map(\.code)).sorted()
            #expect(report.verdict == (fields[1] == "altered" ? .altered : .evidenceDiffers), "\(fields[2]): \(codes)")
        }
    }

    @Test(arguments: ["whole", "extended", "continued", "redacted"])
    func `other tools open the bundle and find the same files`(kind: String) async throws {
        let bundle =
            switch kind {
            case "extended": try await SharedBundles.extended()
            case "continued": try await ContinuedBundles.last()
            case "redacted": try await RedactedBundles.all(in: bench)[0]
            default: try await SharedBundles.everything(keepingContainers: true)
            }
        try bench.write("b.tar.gz", bundle)
        let run = try bench.attempt(#""$1/interop.sh" b.tar.gz"#, [Self.folder])
        for line in run.output.split(separator: "\n") where line.hasPrefix("skipped") { print(line) }
        #expect(run.status == 0, "\(run)")
        #expect(run.output.contains("ok "))
    }

    @Test(arguments: [1, 5, 12]) func `a bundle can be verified by hand`(number: Int) async throws {
        try bench.write("b.tar.gz", try await SharedBundles.everything())
        let run = try bench.attempt(#""$1/run_document.sh" "$2" b.tar.gz "$3""#, [Self.folder, Self.page, "\(number)"])
        #expect(run.status == 0, "\(run)")
        #expect(run.output.contains("mailbox: OK"))
        let root = try await bench.verify(SharedBundles.everything()).root
        #expect(run.output.contains("message \(number) belongs to \(root)"))
    }

    @Test(arguments: [2, 25]) func `a bundle that goes on can be verified by hand`(number: Int) async throws {
        let bundle = try await ContinuedBundles.last()
        try bench.write("b.tar.gz", bundle)
        let run = try bench.attempt(#""$1/run_document.sh" "$2" b.tar.gz "$3""#, [Self.folder, Self.page, "\(number)"])
        #expect(run.status == 0 && run.output.contains("mailbox: OK"), "\(run)")
        let report = try await bench.verify(bundle)
        #expect(run.output.contains("message \(number) belongs to \(report.root)"))
        for edition in report.editions {
            #expect(run.output.contains("lines 1 to \(edition.root.size): root \(edition.root)\n"))
        }
    }

    @Test(arguments: [1, 12]) func `a redacted bundle can be verified by hand`(number: Int) async throws {
        let bundle = try await RedactedBundles.sample(in: bench)
        try bench.write("b.tar.gz", bundle)
        let run = try bench.attempt(#""$1/run_document.sh" "$2" b.tar.gz "$3""#, [Self.folder, Self.page, "\(number)"])
        #expect(run.status == 0, "\(run)")
        let root = try await bench.verify(bundle).root
        #expect(run.output.contains("message \(number) belongs to \(root)"))
        #expect(run.output.contains("proven for the root \(root)"))
    }

    @Test func `a salted bundle can be verified by hand`() async throws {
        try bench.write("leak/1.eml", Mails.attached)
        try bench.write("leak/all.mbox", Mails.mailbox([Mails.plain(4, lineEnd: "\n"), Mails.plain(5, lineEnd: "\n")]))
        let seed = try bench.write("seed", [UInt8](repeating: 3, count: 32))
        let bundle = try await bench.bundle(of: ["leak"]) {
            $0.origin = "newsroom.example/salted".bytes
            $0.seedFile = seed
        }
        try bench.write("b.tar.gz", bundle)
        let run = try bench.attempt(#""$1/run_document.sh" "$2" b.tar.gz 2"#, [Self.folder, Self.page])
        #expect(run.status == 0 && run.output.contains("mailbox: OK"), "\(run)")
        #expect(run.output.contains("message 2 belongs to \(try await bench.verify(bundle).root)"))
    }

    @Test func `verifying by hand finds a lie`() async throws {
        let names = ["a message's bytes", "what stands before a message", "an entry too few", "checkpoint alone"]
        for forgery in ForgeryCase.all where names.contains(forgery.name) {
            try bench.write("b.tar.gz", try await forgery.bundle(in: bench))
            let run = try bench.attempt(#""$1/run_document.sh" "$2" b.tar.gz 1"#, [Self.folder, Self.page])
            #expect(run.status != 0, "\(forgery.name)")
        }
    }
}
