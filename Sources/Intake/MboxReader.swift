// An mbox that is open: its messages become items, and every byte between them is told.

import Cryptography
import Files
import Mail

/// Reads the messages of an mbox.
final class MboxReader: OpenContainer {
    private let input: Sorter.Input
    private let sorter: Sorter
    private var splitter: MboxSplitter<FileError>
    private let hash = RunningHash(.sha256)
    private var members = Intake.MemberCounts()
    /// Everything before this byte has been given out and hashed.
    private var position = 0
    private var isDone = false

    /// Reads the mbox that an input is.
    init(_ input: Sorter.Input, _ sorter: Sorter) {
        self.input = input
        self.sorter = sorter
        let content = input.content
        splitter = MboxSplitter(size: content.size) { offset, count throws(FileError) in
            try content.read(at: offset, count: count)
        }
    }

    func next() throws(IntakeError) -> [Step]? {
        if isDone { return nil }
        do throws(FileError) {
            if let part = try splitter.next() { return try steps(for: part) }
            return try end(after: splitter.after)
        } catch {
            members.failures += 1
            let failure = sorter.failure(error, at: input.place, size: content.size - position)
            // What changed, or cannot be read, cannot be kept as it was.
            return finished([.item(failure)], digest: nil, after: [], canKeep: false)
        }
    }

    private var content: Intake.Content { input.content }

    private func steps(for part: MboxMessage) throws(FileError) -> [Step] {
        guard part.before.lowerBound == position, part.before.upperBound == part.message.lowerBound else {
            return unaccounted()
        }
        var before = try content.read(at: part.before.lowerBound, count: part.before.count)
        hash.update(before)
        let message = try message(of: part)
        // Nothing of the part counts before all of it was read.
        sorter.balance.inputs += 1
        position = part.message.upperBound
        var steps: [Step] = []
        if before.count > Intake.framingLimit {
            // Nobody's From_ line is that long; it is told as a file, since a manifest line could not hold it.
            let range = Intake.MboxRange(offset: part.before.lowerBound, length: before.count, before: [])
            steps.append(file(content.part(part.before), range))
            before = []
        }
        let range = Intake.MboxRange(offset: part.message.lowerBound, length: part.message.count, before: before)
        guard let message else { return steps + [file(content.part(part.message), range)] }
        members.messages += 1
        return steps + [.item(.message(Intake.Message(bytes: message, place: input.place.part(range), mtime: nil)))]
    }

    /// The bytes of a part's message, hashed; nil when they are too many for a message.
    private func message(of part: MboxMessage) throws(FileError) -> [UInt8]? {
        guard part.message.count <= Intake.messageLimit else {
            try content.part(part.message).update(hash)
            return nil
        }
        let bytes = try content.read(at: part.message.lowerBound, count: part.message.count)
        hash.update(bytes)
        return bytes
    }

    /// A part that is too large for a message.
    private func file(_ part: Intake.Content, _ range: Intake.MboxRange) -> Step {
        members.files += 1
        return .item(
            .file(
                Intake.File(
                    content: part, place: input.place.part(range), mtime: nil, linkTarget: nil, isContainer: false)))
    }

    private func end(after range: Range<Int>) throws(FileError) -> [Step] {
        guard range.lowerBound == position, range.upperBound == content.size else { return unaccounted() }
        let rest = content.part(range)
        try rest.update(hash)
        let after = range.count > Intake.framingLimit ? [] : try rest.bytes()
        try content.checkUnchanged()
        position = range.upperBound
        var steps: [Step] = []
        if range.count > Intake.framingLimit {
            steps.append(file(rest, Intake.MboxRange(offset: range.lowerBound, length: range.count, before: [])))
        }
        return finished(steps, digest: hash.finishDigest(), after: after)
    }

    /// Parts that leave a gap or overlap would lose or invent bytes.
    private func unaccounted() -> [Step] {
        members.failures += 1
        let detail = "the parts do not follow one another at byte \(position)"
        let failure = sorter.failure(input.place, .unaccountedBytes, size: content.size - position, detail)
        return finished([.item(failure)], digest: nil, after: [])
    }

    private func finished(_ steps: [Step], digest: Digest?, after: [UInt8], canKeep: Bool = true) -> [Step] {
        isDone = true
        let isKept = canKeep && (sorter.options.keepContainers || members.failures > 0)
        let end = Intake.ContainerEnd(
            place: input.place, kind: .mbox, reader: nil, digest: digest, size: content.size, after: after,
            mtime: input.mtime, isKept: isKept, members: members)
        let kept: [Step] = isKept ? [.item(sorter.file(input, isContainer: true))] : []
        return steps + kept + [.item(.containerEnd(end))]
    }
}
