// From what the intake found to manifest lines.

import Bytes
import Cryptography
import Intake
import Manifest

extension SourcePath {
    /// The place as the manifest writes it.
    init(_ place: Intake.Place) { self.init(levels: place.path) }
}

extension ContainerLine {
    /// The line of a container whose content has been given out.
    init(_ container: Intake.ContainerEnd) {
        self.init(
            source: container.place.source, path: SourcePath(container.place), kind: container.kind.rawValue,
            readBy: container.reader?.bytes, size: container.size, sha256: container.digest,
            after: container.after.isEmpty ? nil : container.after, mtime: Timestamp(fileTime: container.mtime),
            stored: container.isKept,
            messages: container.members.messages, files: container.members.files,
            failures: container.members.failures)
    }
}

extension FailureLine {
    /// The line of something that could not be read.
    init(_ failure: Intake.Failure) {
        self.init(
            source: failure.place.source,
            path: failure.place.path.isEmpty ? nil : SourcePath(failure.place), code: failure.code.rawValue)
    }
}

extension Intake.Failure {
    /// Where and why, for people.
    var sentence: String { "\(SourcePath(place)): \(detail) (\(code.rawValue))" }
}

extension SourceEndLine {
    /// The balance of a source.
    init(_ end: Intake.SourceEnd) {
        let balance = end.balance
        self.init(
            source: end.id, items: balance.messages + balance.files + balance.failures, messages: balance.messages,
            files: balance.files, failures: balance.failures,
            bytes: ByteBalance(
                read: balance.read, unpacked: balance.unpacked, messages: balance.messageBytes,
                files: balance.fileBytes, framing: balance.framingBytes, containers: balance.containerBytes,
                failed: balance.failedBytes))
    }
}

extension Timestamp {
    /// A time of the file system; nil when it is outside the years 1 to 9999.
    init?(fileTime seconds: Int?) {
        guard let seconds, let time = Timestamp(secondsSince1970: Int64(seconds)) else { return nil }
        self = time
    }
}
