// Keys, signed zones and the server's configuration, in a folder.

import Foundation
import ScratchFolders

struct ZoneBuilder {
    let folder: String

    /// Writes all zones and the root; the root's DS record.
    func build(_ zones: [Zone]) throws -> String {
        var delegations = ""
        for zone in zones {
            let text = head(of: "\(zone.name).") + "$ORIGIN \(zone.name).\n" + zone.records
            try write(zone.name, text)
            delegations += "\(zone.name). 3600 IN NS ns.\n"
            if zone.signing != .none { delegations += try sign(zone.name, apex: "\(zone.name).", zone.signing) }
            try change(zone)
        }
        try write("root", head(of: ".") + "ns. 3600 IN A 127.0.0.1\n" + delegations)
        return try sign("root", apex: ".", .sound)
    }

    func writeConfiguration(_ zones: [Zone], port: UInt16) throws {
        var text = """
            server:
              ip-address: 127.0.0.1@\(port)
              username: ""
              zonesdir: "\(folder)"
              database: ""
              pidfile: ""
              xfrdfile: "\(folder)/xfrd.state"
              zonelistfile: "\(folder)/zone.list"
              xfrdir: "\(folder)"
              server-count: 1
            remote-control:
              control-enable: no
            zone:
              name: "."
              zonefile: "root.zone"

            """
        for zone in zones { text += "zone:\n  name: \"\(zone.name).\"\n  zonefile: \"\(zone.name).zone\"\n" }
        try text.write(toFile: folder + "/nsd.conf", atomically: false, encoding: .utf8)
    }

    private func head(of apex: String) -> String {
        "\(apex) 3600 IN SOA ns. host. 1 7200 3600 86400 300\n\(apex) 3600 IN NS ns.\n"
    }

    // Replaces the file by the signed zone; the DS record for its parent.
    private func sign(_ name: String, apex: String, _ signing: Zone.Signing) throws -> String {
        let key = try run("ldns-keygen", "-k", "-a", "ECDSAP256SHA256", apex).trimmingCharacters(in: .newlines)
        let times = signing == .expired ? ["-i", "20200101000000", "-e", "20200201000000"] : []
        try run(["ldns-signzone"] + times + ["-f", "signed", "\(name).zone", key])
        try write(name, try String(contentsOfFile: folder + "/signed", encoding: .utf8))
        return try String(contentsOfFile: folder + "/\(key).ds", encoding: .utf8)
    }

    private func change(_ zone: Zone) throws {
        var text = try String(contentsOfFile: folder + "/\(zone.name).zone", encoding: .utf8)
        for change in zone.changes {
            guard text.contains(change.old) else { throw ProgramFailure(sentence: "no \(change.old) in \(zone.name)") }
            text = text.replacingOccurrences(of: change.old, with: change.new)
        }
        try write(zone.name, text)
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: folder + "/\(name).zone", atomically: false, encoding: .utf8)
    }

    @discardableResult
    private func run(_ arguments: String...) throws -> String { try run(arguments) }

    @discardableResult
    private func run(_ arguments: [String]) throws -> String {
        let run = try ProgramRun(arguments, in: folder)
        guard run.status == 0 else { throw ProgramFailure(sentence: "\(arguments.joined(separator: " ")): \(run)") }
        return run.output
    }
}
