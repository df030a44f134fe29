import Bytes
import Foundation
import ScratchFolders
import Testing

@testable import DKIM

/// A real name server's reader of zone files, which prints what it understood.
@Suite struct KeyImportPeerTests {
    private static let program = ["/usr/sbin/nsd-checkzone", "/usr/bin/nsd-checkzone"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    private func printed(_ zone: String) throws -> [UInt8]? {
        guard let program = Self.program else {
            print("nsd-checkzone is not installed: the comparison with it steps aside")
            return nil
        }
        let folder = try ScratchFolder()
        return try folder.run("\(program) -p example.org \"$1\"", [folder.write("zone", zone).displayText])
    }

    @Test(arguments: [
        "s1._domainkey TXT \"v=DKIM1; p=MIG\"",
        "s1._domainkey 300 IN TXT ( \"v=DKIM1; \" ; comment ) (\n  \"p=MIG\"\n)\n",
        "s1._domainkey IN 300 TXT \"a=1\"\n  TXT \"b=2\"\n\tIN TXT \"c=3\" \"d\"",
        "S1._DomainKey TXT v=DKIM1\\; p=\\065\\\" \"\\059\\\"x\"",
        "$ORIGIN sub.example.org.\ns1._domainkey TXT \"p=1\"\n$ORIGIN example.org.\ns1._domainkey\tTXT\t\"p=2\"\n$ORIGIN .\ns2._domainkey.example.org TXT \"p=3\"",
        "s1._domainkey.example.org. TXT(\"p=1\")",
        "$TTL 1h30m\ns1._domainkey 1W IN TXT \"p=\\\\(1)\" \"\"\n*._domainkey TXT \"p=\"",
        "@ TXT \"v=spf1\"\ns1._domainkey CNAME s1.mail\ns1.mail TXT \"p=1\"", "s1._domainkey TXT \"\u{e9}=\\233\"",
        "s1._domainkey TXT \"p=1\" ; \"p=2\" (\ns2._domainkey TXT \"p=3 ; (\"",
    ])
    func `a zone file is read as nsd reads it`(records: String) throws {
        let zone = "$TTL 3600\n$ORIGIN example.org.\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 127.0.0.1\n\(records)\n"
        guard let printed = try printed(zone) else { return }
        let found = KeyImport(parsing: printed)
        let ours = KeyImport(parsing: zone.bytes)
        #expect(KeyFile.text(of: ours.keys).displayText == KeyFile.text(of: found.keys).displayText)
        #expect(!ours.keys.isEmpty && ours.notes.isEmpty && found.notes.isEmpty)
    }
}
