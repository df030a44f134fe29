import Bytes
import Foundation
import SampleArchive
import ScratchFolders
import Testing

@Suite struct EnvironmentTests {
    let bench: CommandBench

    /// A tree with signatures by every algorithm, an archive in it, and keys beside it.
    init() throws {
        bench = try CommandBench()
        let archive = try SampleArchive(seed: 5, messages: 24, averageSize: 4000, signedPercent: 80)
        for (number, message) in archive.messages(24).enumerated() {
            try Data(message.bytes).write(to: URL(filePath: bench.root + "/leak/s\(number).eml"))
        }
        let lines = archive.keyLines
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: bench.root + "/keys", atomically: false, encoding: .utf8)
        _ = try bench.run(
            """
            cd leak; tar czf sub/in.tar.gz 1.eml note.txt; printf 'From: x\\n\\n' > $'\\xc3\\xa4\\xff.eml'; cd ..
            tac keys | head -30 > keys-2; cat keys | tail -n +3 > keys-1; find leak -type f | xargs -d '\\n' touch -d @1500000000
            """)
    }

    private static let strict = """
        openssl_conf = init
        [init]
        providers = provs
        alg_section = algs
        ssl_conf = ssl
        [provs]
        base = on
        [on]
        activate = 1
        [algs]
        default_properties = fips=yes
        [ssl]
        system_default = tls
        [tls]
        CipherString = DEFAULT@SECLEVEL=5
        """

    @Test(arguments: [
        "LANG=C LC_ALL=C", "LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8", "TZ=Asia/Kathmandu", "TMPDIR=$PWD/tmp",
        "OPENSSL_CONF=$PWD/strict.cnf", "OPENSSL_CONF=/dev/null OPENSSL_MODULES=/nowhere", "SOURCE_DATE_EPOCH=1",
        "SWIFT_DETERMINISTIC_HASHING=1", "COLUMNS=20 NO_COLOR=1 TERM=dumb", "-u HOME -u PATH", "-i",
    ])
    func `nothing in the environment changes the bundle`(environment: String) throws {
        let keys = "--keys keys --retrieved-at 2017-05-05T18:35:00Z --json"
        let plain = try bench.run("\"$M\" create leak \(keys) -o plain.tar.gz")
        #expect(plain.status == 0 && plain.output.contains("\"key_unavailable\":0"))
        try Self.strict.write(toFile: bench.root + "/strict.cnf", atomically: false, encoding: .utf8)
        let other = try bench.run("mkdir tmp; env \(environment) \"$M\" create leak \(keys) -o other.tar.gz")
        #expect(other.status == 0 && other.errors.isEmpty, "\(other.errors)")
        #expect(try bench.read("plain.tar.gz") == bench.read("other.tar.gz"))
        #expect(try bench.names(in: "tmp") == [])
    }

    @Test(arguments: [
        ("the program run again", "\"$M\" create leak --keys keys -o other.tar.gz"),
        ("a umask", "umask 077; \"$M\" create leak --keys keys -o other.tar.gz"),
        ("standard output and error", "\"$M\" create leak --keys keys -o other.tar.gz 2>/dev/full | cat"),
        ("key files in another order", "\"$M\" create --keys keys-2 leak --keys keys-1 -o other.tar.gz"),
        ("the number of workers", "\"$M\" create leak --keys keys -o other.tar.gz --jobs 8 --memory 64"),
        (
            "the place and the order of files",
            "cp -a leak 2; mkdir b; mv 2 b/leak; mkdir c; cd b/leak; for f in $(ls -r | grep -v sub); do cp -p $f ../x; rm $f; mv ../x $f; done; cd ../..; \"$M\" create b/leak/. --name leak --keys keys -o other.tar.gz"
        ),
        (
            "where the program is started",
            "cd /; \"$M\" create \"$OLDPWD/leak\" --keys \"$OLDPWD/keys\" -o \"$OLDPWD/other.tar.gz\""
        ),
        ("the limit of open files", "ulimit -n 32; \"$M\" create leak --keys keys -o other.tar.gz"),
        ("the modes of files", "chmod -R u=rwX,go= leak; \"$M\" create leak --keys keys -o other.tar.gz"),
    ])
    func `none of these changes the bundle`(what: String, script: String) throws {
        #expect(try bench.run("\"$M\" create leak --keys keys -o plain.tar.gz").status == 0)
        #expect(try bench.run(script).status == 0, "\(what)")
        #expect(try bench.read("plain.tar.gz") == bench.read("other.tar.gz"), "\(what)")
    }

    @Test func `many large files need no more open ones than few do`() throws {
        let made = try bench.run(
            """
            for i in $(seq 40); do truncate -s 9M leak/$i; done; (cd leak; python3 -m zipfile -c many.zip ?? *.eml)
            "$M" create leak -o plain.tar.gz && ulimit -n 40 && "$M" create leak -o other.tar.gz --jobs 8
            """)
        #expect(made.status == 0, "\(made.errors)")
        #expect(try bench.read("plain.tar.gz") == bench.read("other.tar.gz"))
    }

    @Test func `the seed of hash tables, new in every process, does not show`() throws {
        let script =
            "for i in 1 2 3 4 5 6; do \"$M\" create leak --keys keys -o $i.tar.gz; done; sha256sum ?.tar.gz | cut -c1-64 | sort -u"
        let sums = try bench.run("unset SWIFT_DETERMINISTIC_HASHING; (\(script)) | grep -E '^[0-9a-f]{64}$'")
        #expect(sums.output.split(separator: "\n").count == 1)
    }
}
