// Seals that hold, and what each departure is called.

import Bytes
import Cryptography
import Files
import Foundation
import MerkleTree
import ProcessorTime
import ScratchFolders
import Sealing
import Testing

@testable import Mailseal

struct SealCheckTests {
    private static let stamp = SealFolderStamp(list: 1, authority: "tsa.example")

    private func codes(_ report: SealReport) -> [String] { report.findings.map(\.code) }

    private func faults(_ report: SealReport) -> Set<String> {
        Set(report.findings.filter { $0.weight == .integrity }.map(\.code))
    }

    private func verify(
        _ bench: SealCheckBench, _ path: String, _ change: (inout VerifyOptions) throws -> Void = { _ in }
    ) async throws -> VerifyReport {
        var options = VerifyOptions(path: bench.bench.path(path))
        options.seal = .beside
        try change(&options)
        return try await Verify.run(options)
    }

    @Test func `a seal by somebody who was named anchors the root, since its stamp`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let trust = try bench.trust()
        for name in ["a", "b"] {
            let report = try await verify(bench, "\(name).tar.gz") { $0.sealing = trust }
            let seal = try #require(report.seal)
            #expect(seal.findings == [] && report.findings == [])
            #expect(report.verdict == .intact && seal.isAnchored && seal.bundleLine == .compared)
            #expect(seal.signers == ["desk@newsroom.example", "newsroom.example"])
            #expect(seal.since?.name == Self.stamp && seal.since?.authority == "CN=tsa-\(name)")
            #expect(seal.stamps.map(\.state) == [.sound, .sound] && seal.stamps.map(\.name.list) == [1, 2])
        }
    }

    @Test func `one of a signer and a note key is enough`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        var (signer, note) = (SealCheckOptions(), SealCheckOptions())
        signer.allowedSigners = try bench.signers()
        note.noteKeys = [try SealCheckBench.noteKey(1).verifierKey]
        for options in [signer, note] {
            let report = try await verify(bench, "a.tar.gz") { $0.sealing = options }
            #expect(report.verdict == .intact && report.seal?.since == nil)
            #expect(report.seal?.stamps.map(\.state) == [.unanchored, .unanchored])
        }
    }

    @Test func `nothing is trusted that nobody named`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let report = try await verify(bench, "a.tar.gz")
        let seal = try #require(report.seal)
        #expect(report.verdict == .consistent && seal.findings == [] && !seal.isAnchored && seal.since == nil)
        #expect(seal.signers == [] && seal.signature?.isVerified == true)
        var anchors = SealCheckOptions()
        try anchors.addAnchors(bench.bench.path("root-a.crt"))
        // A stamp dates what nobody known signed.
        let stamped = try await verify(bench, "a.tar.gz") { $0.sealing = anchors }
        #expect(stamped.verdict == .consistent && stamped.seal?.since != nil)
        #expect(try await verify(bench, "a.tar.gz") { $0.seal = .none }.seal == nil)
    }

    @Test func `whom one names must be found`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        var options = SealCheckOptions()
        options.allowedSigners = try bench.signers(key: "other")
        #expect(faults(try bench.check(options)) == ["seal-signer-refused"])
        options = SealCheckOptions()
        options.noteKeys = [try SealCheckBench.noteKey(2).verifierKey]
        #expect(faults(try bench.check(options)) == ["seal-note-refused"])
        options = SealCheckOptions()
        try options.addAnchors(bench.bench.path("root-b.crt"))
        #expect(faults(try bench.check(options)) == ["seal-stamp-refused"])
        let report = try await verify(bench, "a.tar.gz") { $0.sealing = options }
        #expect(report.verdict == .sealBroken && report.bundleVerdict == .consistent)
        // Nor is it enough that there is nothing at all.
        let bare = try bench.check {
            $0 = $0.filter { [.checkpoint].contains($0.key) }
        }
        let missing: Set = ["seal-file-missing", "seal-signer-refused", "seal-note-refused", "seal-stamp-refused"]
        #expect(faults(bare) == missing)
        try bench.bench.write("unsealed.tar.gz", try bench.read("a.tar.gz"))
        await #expect(throws: MailsealError.self) {
            try await verify(bench, "unsealed.tar.gz") { $0.sealing = options }
        }
        #expect(try await verify(bench, "unsealed.tar.gz").seal == nil)
    }

    @Test func `a signer must be allowed at the time of the stamp, whatever the time is now`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        var options = try bench.trust()
        options.time = Timestamp(secondsSince1970: 4_000_000_000)
        let until = try bench.time(0)
        let earlier = try bench.time(-1)
        let later = try bench.time(1)
        for (period, isAllowed) in [
            ("valid-before=\"\(until)\"", true), ("valid-before=\"\(earlier)\"", false),
            ("valid-after=\"\(until)\"", true), ("valid-after=\"\(later)\"", false),
            ("namespaces=\"git\"", false), ("cert-authority", false),
        ] {
            options.allowedSigners = try bench.signers(period)
            let report = try bench.check(options)
            #expect(faults(report) == (isAllowed ? [] : ["seal-signer-refused"]), "\(period)")
            #expect(report.isAnchored == isAllowed)
        }
        // Without a stamp that proves the time, it is now that counts.
        options.anchors = nil
        options.allowedSigners = try bench.signers("valid-before=\"\(later)\"")
        #expect(faults(try bench.check(options)) == ["seal-signer-refused"])
        options.allowedSigners = try bench.signers("valid-after=\"\(later)\"")
        #expect(faults(try bench.check(options)) == [])
    }

    @Test func `a revoked key does not seal`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        var options = try bench.trust()
        options.revokedKeys = try RevokedKeys(parsing: try bench.read("other.pub"))
        #expect(try bench.check(options).isAnchored)
        options.revokedKeys = try RevokedKeys(parsing: try bench.read("desk.pub"))
        let report = try bench.check(options)
        #expect(faults(report) == ["seal-signer-refused"] && !report.isAnchored)
    }

    @Test func `whatever of one seal is put into another is refused`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        for (name, otherName) in [("a", "b"), ("b", "a")] {
            let (one, other) = (try bench.seal(name), try bench.seal(otherName))
            #expect(one.names == other.names)
            for place in one.names where place != .readMe {
                for file in other.names where file != .readMe {
                    // Without the renewal, whose list has the digest of every file, each is refused for its own sake.
                    let report = try bench.check(of: name) { files in
                        files = files.filter { $0.key.list != 2 || $0.key == place }
                        files[place] = other[file]
                    }
                    #expect(!faults(report).isEmpty, "\(file) of \(otherName) as \(place)")
                }
                let renewed = try bench.check(of: name) { $0[place] = other[place] }
                #expect(!faults(renewed).isEmpty, "\(place) of \(otherName)")
            }
            // The whole seal beside the other bundle, and the other bundle beside the seal.
            let report = try await verify(bench, "\(name).tar.gz") {
                $0.seal = .folder(bench.bench.path("\(otherName).seal"))
                $0.sealing = try bench.trust()
            }
            #expect(report.verdict == .sealBroken)
            #expect(faults(try #require(report.seal)) == ["seal-of-other", "seal-bundle-differs"])
        }
    }

    @Test func `a flipped bit of any byte of a seal is told`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let seal = try bench.seal("a")
        let digests = try BundleDigests(of: ReadableFile(named: bench.bench.path("a.tar.gz")))
        let checkpoint = try bench.checkpoint("a")
        let trust = try bench.trust()
        var silent: [String] = []
        for name in seal.names where name != .readMe && name.list != 2 {
            // The first stamp alone: the renewal's list has the digest of every file, and would tell of it.
            let original = try #require(seal[name])
            for place in original.indices {
                var files = seal.files.filter { $0.key.list != 2 }
                files[name]?[place] ^= 1
                let report = SealCheck.run(SealFolder(files: files), of: checkpoint, .file(digests), trust)
                if report.findings.isEmpty { silent.append("byte \(place) of \(name)") }
            }
        }
        // What nobody signs (versions, names of algorithms, a second copy of a certificate) is told too. Of other bits than
        // the last one, only the case of letters in the name of the signer's issuer is not: such names are the same.
        #expect(silent == [])
        for name in seal.names where name != .readMe && name.list != 2 {
            let report = try bench.check { $0[name]?[0] ^= 1 }
            #expect(faults(report).contains("seal-list-differs"), "the renewal tells of \(name)")
        }
    }

    @Test func `each departure has its code`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let other = try bench.seal("b")
        let sealed = ["seal-bundle-not-compared"]
        #expect(codes(try bench.check()) == sealed)
        typealias Change = (inout [SealFolderName: [UInt8]]) throws -> Void
        let changes: [(String, Change)] = [
            ("seal-file-missing", { $0[.list512] = nil }),
            ("seal-file-unreadable", { $0[.note]?.append(0x0A) }),
            ("seal-of-other", { $0[.note] = other[.note] }),
            ("seal-list-differs", { $0[.list512] = $0[.list(1)] }),
            ("seal-list-differs", { $0[.signature] = nil }),
            ("seal-signature-refused", { $0[.signature] = other[.signature] }),
            ("seal-stamp-refused", { $0[.stamp(Self.stamp, .reply)] = other[.stamp(Self.stamp, .reply)] }),
            ("seal-stamp-pending", { $0[.stamp(Self.stamp, .reply)] = nil }),
            ("seal-revocation-unchecked", { $0[.stamp(Self.stamp, .revocationLists)] = nil }),
            ("seal-part-unused", { $0[.stamp(Self.stamp, .chain)]?.append(0x0A) }),
            ("seal-file-unexpected", { $0[.readMe] = "Run this.\n".bytes }),
            // The status is the first number in the reply.
            ("seal-stamp-changed", { $0[.stamp(Self.stamp, .reply)]?[8] = 1 }),
        ]
        for (code, change) in changes { #expect(codes(try bench.check(nil, change)).contains(code), "\(code)") }
        let digests = try BundleDigests(of: ReadableFile(named: bench.bench.path("b.tar.gz")))
        #expect(codes(try bench.check(bundle: .file(digests))).contains("seal-bundle-differs"))
    }

    @Test func `mailseal's own text for people brings no remark`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let report = try bench.check { $0[.readMe] = SealReadme.text(bundle: "../a.tar.gz".bytes) }
        #expect(codes(report) == ["seal-bundle-not-compared"])
    }

    @Test func `certificates of a stamp that is not there are no request for one`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let lone = SealFolderStamp(list: 1, authority: "lone.example")
        let report = try bench.check { $0[.stamp(lone, .chain)] = $0[.stamp(Self.stamp, .chain)] }
        #expect(codes(report) == ["seal-bundle-not-compared", "seal-part-unused"])
        let asked = try bench.check { $0[.stamp(lone, .request)] = $0[.stamp(Self.stamp, .request)] }
        #expect(codes(asked) == ["seal-bundle-not-compared", "seal-stamp-pending"])
    }

    @Test func `a checkpoint that is a link is told once`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        try bench.bench.run("rm -rf linked; cp -r a.seal linked; ln -sf ../a.seal/checkpoint linked/checkpoint")
        let folder = try SealFolder(path: bench.bench.path("linked"))
        let report = SealCheck.run(folder, of: try bench.checkpoint("a"), .none, SealCheckOptions())
        #expect(faults(report) == ["seal-file-unreadable"])
    }

    @Test func `a file is hashed once, however many renewals list it`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        var files = try bench.seal("a").files
        let large = SealFolderName.stamp(SealFolderStamp(list: 1, authority: "large.example"), .chain)
        files[large] = [UInt8](repeating: 0x0A, count: 16 << 20)
        var line = Hexadecimal.encode(HashFunction.sha512.digest(of: files[large] ?? []))
        line += "  \(large)\n".bytes
        func time(renewals: Int) throws -> Duration {
            for number in 2..<(2 + renewals) { files[.list(number)] = line }
            let folder = SealFolder(files: files)
            let checkpoint = try bench.checkpoint("a")
            return processorTime { _ = SealCheck.run(folder, of: checkpoint, .none, SealCheckOptions()) }
        }
        let few = try time(renewals: 1)
        #expect(try time(renewals: 50) < few * 10)
    }

    @Test func `a renewal lists what was there, no more and no less`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        let renewal = try #require(try bench.seal("a")[.list(2)]).split(separator: ASCII.lf).map(Array.init)
        func codes(_ lines: [[UInt8]]) throws -> Set<String> {
            let text = lines.flatMap { $0 + [ASCII.lf] }
            return faults(
                try bench.check {
                    $0 = $0.filter { $0.key.list != 2 }; $0[.list(2)] = text
                })
        }
        #expect(try codes(renewal) == [])
        for place in renewal.indices {
            var fewer = renewal
            fewer.remove(at: place)
            // Certificates, revocation lists and requests may have come later.
            let name = renewal[place].dropFirst(130).displayText
            let isNeeded = !name.contains("tsa.example") || name.hasSuffix(".tsr")
            #expect(try codes(fewer) == (isNeeded ? ["seal-list-differs"] : []), "\(name)")
            var swapped = renewal
            swapped.swapAt(place, renewal.count - 1)
            // The line about the bundle may stand anywhere; the last of all then comes first.
            let isOrder = place < renewal.count - 1
            #expect(try codes(swapped) == (isOrder ? ["seal-list-differs"] : []), "\(name)")
        }
        let digest = [UInt8](repeating: 0x30, count: 128) + "  ".bytes
        for name in ["README.txt", "SEAL-2", "SEAL-3", "SEAL-2.tsa.example.tsr", "other"] {
            #expect(try codes(renewal + [digest + name.bytes]).contains("seal-list-differs"), "\(name)")
        }
        #expect(try codes(renewal + [digest + "SEAL.z.tsr".bytes]).contains("seal-file-missing"))
    }

    @Test func `a certificate that was revoked later throws doubt on the stamp`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        try bench.bench.run(
            """
            set -e; sleep 1.1; mkdir -p revoked; cd revoked; . "\(SealCheckBench.peers)/tsa.sh"; cp ../root-a.* .
            openssl ca -config tsa.cnf -name crl -keyfile root-a.key -cert root-a.crt -revoke ../tsa-a.crt \\
                -crl_reason keyCompromise
            revocations root-a list.pem
            """)
        let lists = try bench.read("revoked/list.pem")
        let report = try bench.check {
            $0[.stamp(Self.stamp, .revocationLists)] = lists; $0[.list(2)] = nil
            $0 = $0.filter { $0.key.list != 2 }
        }
        #expect(report.stamps.map(\.state) == [.doubtful] && report.since == nil)
        #expect(codes(report).contains("seal-stamp-doubtful") && !report.isBroken)
    }

    @Test func `of two authorities one may be unknown`() async throws {
        guard let bench = try await SealCheckBench.shared() else { return }
        try bench.bench.run(
            """
            set -e; mkdir -p second; cd second; . "\(SealCheckBench.peers)/tsa.sh"; cp ../tsa-b.* .
            query ../a.seal/SEAL sha512 tsq
            stamp tsa-b tsq tsr
            """)
        let second = SealFolderStamp(list: 1, authority: "second.example-2")
        let (request, reply) = (try bench.read("second/tsq"), try bench.read("second/tsr"))
        func check(_ roots: [String]) throws -> SealReport {
            var options = SealCheckOptions()
            for root in roots { try options.addAnchors(bench.bench.path(root)) }
            return try bench.check(options) {
                $0[.stamp(second, .request)] = request
                $0[.stamp(second, .reply)] = reply
            }
        }
        let one = try check(["root-a.crt"])
        #expect(!one.isBroken && codes(one).contains("seal-stamp-unanchored"))
        #expect(one.stamps.map(\.state) == [.unanchored, .sound, .sound])
        #expect(try check(["root-a.crt", "tsa-b.crt"]).stamps.map(\.state) == [.sound, .sound, .sound])
    }
}

extension SealFolderName {
    /// The number of the list that the file belongs to.
    fileprivate var list: Int {
        switch self {
        case .list(let number): number
        case .stamp(let stamp, _): stamp.list
        case .checkpoint, .note, .signature, .list512, .readMe: 1
        }
    }
}
