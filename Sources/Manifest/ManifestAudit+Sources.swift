// The rules about sources: their ids, the mailboxes that rebuild without gaps, and the balances.

import Bytes
import Cryptography

extension ManifestAudit {
    mutating func open(_ line: SourceLine) {
        checkNumber(of: line)
        edition.addsSomething = true
        if !["tree", "maildir", "file"].contains(line.kind) { fault("code-unknown", "source kind \(line.kind)") }
        source = SourceBalance(id: line.id)
        fileName = line.kind == "file" ? line.name : nil
    }

    mutating func checkSource(_ id: Int, _ path: SourcePath? = nil) {
        if source?.id != id { fault("reference-unknown", "source \(id) is not the one that is open") }
        // A source that is a file holds nothing beside it.
        if let fileName, let path, path.levels.first != [fileName] {
            fault("name-invalid", "\(path) in a source that is the file \(fileName.displayText)")
        }
    }

    mutating func check(_ file: FileLine) {
        checkSource(file.source, file.path)
        let content = file.sha256 != nil && file.size != nil
        if content == (file.target != nil) || (file.sha256 == nil) != (file.size == nil) {
            fault("file-invalid", "a file has a digest and a size, or a link's target")
        }
        let pieces = (file.size ?? 0) > PayloadFile.pieceSize ? ((file.size ?? 0) - 1) / PayloadFile.pieceSize + 1 : 0
        if file.pieces.count != pieces { fault("file-invalid", "\(file.pieces.count) pieces, expected \(pieces)") }
        if let digest = file.sha256, let size = file.size { check(size, file.pieces, of: digest) }
        note(source?.found(file))
    }

    // All lines of a content say how large it is, and what its pieces are.
    private mutating func check(_ size: Int, _ pieces: [Digest], of digest: Digest) {
        let (isNew, place) = files.insert(digest)
        let parts = pieces.isEmpty ? nil : Digest(hashing: pieces.flatMap(\.bytes))
        if isNew {
            fileSizes.append(size)
            filePieces[digest] = parts
        } else if fileSizes[place] != size {
            fault("file-invalid", "\(digest) has \(size) bytes here and \(fileSizes[place]) before")
            fileSizes[place] = size
        } else if filePieces[digest] != parts {
            fault("file-invalid", "\(digest) has other pieces here than before")
        }
    }

    mutating func check(_ container: ContainerLine) {
        checkSource(container.source, container.path)
        checkWhole("container")
        note(source?.close(container))
    }

    mutating func check(_ failure: FailureLine) {
        checkSource(failure.source, failure.path)
        note(source?.failed(failure))
    }

    mutating func note(_ problem: SourceBalance.Problem?) {
        if let problem, !redaction.isSourcePartial { fault(problem.code, problem.detail) }
    }

    mutating func close(_ line: SourceEndLine) {
        checkSource(line.source)
        checkWhole("source-end")
        guard let balance = source, !redaction.isSourcePartial else { return }
        if line.messages != balance.messages || line.files != balance.files || line.failures != balance.failures
            || line.items != balance.messages + balance.files + balance.failures
        {
            fault(
                "balance-differs",
                "source-end says \(line.items) items: \(line.messages) messages, \(line.files) files, \(line.failures) failures;"
                    + " found \(balance.messages), \(balance.files), \(balance.failures)"
            )
        }
        if !line.bytes.isEven { fault("balance-differs", "the bytes in the source-end line do not add up") }
        note(balance.unclosed)
        source = nil
    }
}
