// Members of ZIP, 7-Zip and RAR archives: libarchive unpacks them, names and times come from where they are sure.

/// The members of an archive that libarchive reads.
final class LibraryMembers: MemberReader {
    let kind: Intake.ContainerKind
    private let archive: LibraryArchive
    private let directory: ZipDirectory?
    private let tellsTime: Bool
    private var index = 0

    /// The members of an archive; a ZIP's own directory, where there is one, says their names and times.
    ///
    /// libarchive composes Unicode names and reads local times in the machine's time zone. Where the format is simple
    /// enough for us to know better, we do.
    init(
        _ archive: LibraryArchive, _ kind: Intake.ContainerKind, directory: ZipDirectory? = nil, tellsTime: Bool = false
    ) {
        self.archive = archive
        self.kind = kind
        self.directory = directory
        self.tellsTime = tellsTime
    }

    var library: String? { directory == nil ? LibraryArchive.version : nil }

    func next() throws(ArchiveFault) -> Member? {
        guard var member = try archive.next() else {
            try checkEnd()
            return nil
        }
        if !tellsTime { member.mtime = nil }
        if let entries = directory?.entries {
            guard index < entries.count, entries[index].mayBe(member.path) else {
                throw .damaged("member \(index + 1) is not the one that its directory names")
            }
            member.path = entries[index].name
            member.mtime = entries[index].mtime
            if entries[index].hidesData(as: member.kind) { member.kind = .hidingData }
        }
        index += 1
        return member
    }

    /// After the last member, a ZIP must have been read by its directory, and that must name what was found.
    private func checkEnd() throws(ArchiveFault) {
        guard kind == .zip else { return }
        // What stands between members, or is damaged, ends the reading without a word.
        guard let directory else { throw .damaged("it has no directory that can be read") }
        guard directory.entries.count == index else {
            throw .damaged("its directory names \(directory.entries.count) members, \(index) were found")
        }
        guard !directory.isAmbiguous else { throw .damaged("its directory names different members at one place") }
    }

    func read() throws(ArchiveFault) -> [UInt8] { try archive.read(upTo: 1 << 16) }
}
