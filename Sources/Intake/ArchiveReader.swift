// An archive that is open: its members become items, in its own order.

import Cryptography
import Files

/// Reads an archive's members.
final class ArchiveReader: OpenContainer {
    private let input: Sorter.Input
    private let reader: any MemberReader
    private let sorter: Sorter
    private var members = Intake.MemberCounts()
    /// Members other than folders whose paths have no component.
    private var nameless = 0
    private var isAtEnd = false
    private var isDone = false

    /// Reads the archive that an input is.
    init(_ input: Sorter.Input, _ reader: any MemberReader, _ sorter: Sorter) {
        self.input = input
        self.reader = reader
        self.sorter = sorter
    }

    func next() throws(IntakeError) -> [Step]? {
        if isDone { return nil }
        if isAtEnd { return end() }
        let member: Member?
        do throws(ArchiveFault) {
            member = try reader.next()
        } catch {
            isAtEnd = true
            return counted(namelessFailure + [.item(sorter.failure(input.place, error.code, size: 0, error.detail))])
        }
        guard let member else {
            isAtEnd = true
            return counted(namelessFailure)
        }
        return counted(try steps(for: member))
    }

    private func steps(for member: Member) throws(IntakeError) -> [Step] {
        let components = member.components
        guard !components.isEmpty || member.kind == .directory else {
            nameless += 1
            return []
        }
        let place = input.place.member(components)
        let mtime = sorter.options.omitsTimes ? nil : member.mtime
        switch member.kind {
        case .directory:
            members.directories += 1
            return []
        case .link(let target): return sorter.link(to: target, at: place, mtime: mtime)
        case .special: return sorter.refuse(place, .specialFile, "a pipe or device")
        case .unsupported(let what): return sorter.refuse(place, .unsupportedMember, what)
        case .file: break
        }
        if member.isEncrypted { return sorter.refuse(place, .encryptedMember, "it is encrypted") }
        switch try load() {
        case .success(let content):
            return sorter.sort(
                member: Sorter.Input(
                    content: content, place: place, mtime: mtime, nature: .unknown, allowance: input.allowance))
        case .failure(let fault):
            isAtEnd = fault.endsArchive
            return sorter.refuse(place, fault.code, fault.detail)
        }
    }

    /// Told at the container's place and once, since there is no path to tell each at.
    private var namelessFailure: [Step] {
        guard nameless > 0 else { return [] }
        let detail = "\(nameless) of its members \(nameless == 1 ? "has" : "have") no name"
        return [.item(sorter.failure(input.place, .unsupportedMember, size: 0, detail))]
    }

    /// The data of the current member: in memory, or in a temporary file when they are many.
    private func load() throws(IntakeError) -> Result<Intake.Content, ArchiveFault> {
        var bytes: [UInt8] = []
        var spool: TemporaryFile?
        while true {
            let chunk: [UInt8]
            do throws(ArchiveFault) { chunk = try reader.read() } catch { return .failure(error) }
            do throws(FileError) {
                if let spool {
                    if chunk.isEmpty { return .success(Intake.Content(try spool.readable())) }
                    try spool.append(chunk)
                } else if chunk.isEmpty {
                    return .success(Intake.Content(bytes))
                } else if bytes.count + chunk.count <= Intake.memoryLimit {
                    bytes.append(contentsOf: chunk)
                } else {
                    let file = try TemporaryFile()
                    try file.append(bytes)
                    try file.append(chunk)
                    (spool, bytes) = (file, [])
                }
            } catch {
                throw .spool(error)
            }
        }
    }

    /// The end of the container: its digest, and its own bytes where they are asked for or needed.
    private func end() -> [Step] {
        isDone = true
        var steps: [Step] = []
        let hash = RunningHash(.sha256)
        var digest: Digest?
        do throws(FileError) {
            try input.content.update(hash)
            try input.content.checkUnchanged()
            digest = hash.finishDigest()
        } catch {
            steps = counted([.item(sorter.failure(error, at: input.place, size: 0))])
        }
        // What could not be unpacked is not lost: the container stays as a whole, unless it cannot be read again.
        let isKept = digest != nil && (sorter.options.keepContainers || members.failures > 0)
        if isKept { steps.append(.item(sorter.file(input, isContainer: true))) }
        let end = Intake.ContainerEnd(
            place: input.place, kind: reader.kind, reader: reader.library, digest: digest, size: input.content.size,
            after: [], mtime: input.mtime, isKept: isKept, members: members)
        return steps + [.item(.containerEnd(end))]
    }

    private func counted(_ steps: [Step]) -> [Step] {
        for step in steps {
            switch step {
            case .item(.message): members.messages += 1
            case .item(.file): members.files += 1
            case .item(.failure): members.failures += 1
            case .item: break
            case .open: members.containers += 1
            }
        }
        return steps
    }
}
