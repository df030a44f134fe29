// The rules about sources: their ids, the mailboxes that rebuild without gaps, and the balances.

import Bytes
import Cryptography

extension ManifestAudit {
    mutating func open(_ line: SourceLine) {
        checkNumber(of: line)
        edition.addsSomething = true
        if !["tree", "maildir", "file"].contains(line.kind) { fault("code-unknown", "source kind \(line.kind)") }
        source = SourceBalance(id: line.id)
    }

    mutating func checkSource(_ id: Int) {
        if source?.id != id { fault("reference-unknown", "source \(id) is not the one that is open") }
    }

    mutating func check(_ file: FileLine) {
        checkSource(file.source)
        let content = file.sha256 != nil && file.size != nil
        if content == (file.target != nil) || (file.sha256 == nil) != (file.size == nil) {
            fault("file-invalid", "a file has a digest and a size, or a link's target")
        }
        let pieces = (file.size ?? 0) > PayloadFile.pieceSize ? ((file.size ?? 0) - 1) / PayloadFile.pieceSize + 1 : 0
        if file.pieces.count != pieces { fault("file-invalid", "\(file.pieces.count) pieces, expected \(pieces)") }
        if let digest = file.sha256, let size = file.size { checkSize(size, of: digest) }
        note(source?.found(file))
    }

    // All lines of a content say how large it is.
    private mutating func checkSize(_ size: Int, of digest: Digest) {
        let (isNew, place) = files.insert(digest)
        if isNew {
            fileSizes.append(size)
        } else if fileSizes[place] != size {
            fault("file-invalid", "\(digest) has \(size) bytes here and \(fileSizes[place]) before")
            fileSizes[place] = size
        }
    }

    mutating func check(_ container: ContainerLine) {
        checkSource(container.source)
        checkWhole("container")
        note(source?.close(container))
    }

    mutating func check(_ failure: FailureLine) {
        checkSource(failure.source)
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
