// A first look through an archive: is there anything in it to open it for.

import Files

/// Whether an archive holds a message, an mbox, a further archive, or something that cannot be looked into.
struct ArchiveSurvey {
    private let reader: any MemberReader

    /// A survey of an archive from its start.
    init(_ reader: any MemberReader) { self.reader = reader }

    /// Whether the archive is to be opened; it stops at the first member that says so.
    func findsMail() throws(ArchiveFault) -> Bool {
        while let member = try reader.next() {
            if case .unsupported = member.kind { return true }
            guard member.kind == .file else { continue }
            if member.isEncrypted { return true }
            let name = Array(member.name)
            if Sorter.isNamedMessage(name) { return true }
            let prefix = try prefix()
            if MailSniffing.startsLikeMbox(prefix) || MailSniffing.startsLikeMail(prefix) { return true }
            if ArchiveFormat.isNamedArchive(name), ArchiveFormat(magic: prefix) != nil { return true }
        }
        return false
    }

    private func prefix() throws(ArchiveFault) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < Sorter.prefixLength {
            let more = try reader.read()
            if more.isEmpty { break }
            bytes.append(contentsOf: more)
        }
        return Array(bytes.prefix(Sorter.prefixLength))
    }
}
