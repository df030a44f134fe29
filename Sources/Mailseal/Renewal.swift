// What another edition has to record: gathered while the bundle that it extends is verified.

import Bytes
import DKIM
import Manifest

/// The evidence that changes with more key records, and the records that signatures call for.
final class Renewal {
    /// The key records that the edition may add.
    let keys: [Key]
    /// The `dkim` lines of the messages whose evidence changes, in the order of the messages.
    let lines = SpooledText()
    /// The number of messages whose evidence changes.
    private(set) var messages = 0
    /// The names of those records that a signature calls for.
    private(set) var wanted: Set<KeyName> = []
    /// The CRC-32 of each block of the tar stream.
    var blockChecksums: [UInt32] = []
    private let names: Set<KeyName>

    /// A renewal with these records.
    init(_ keys: [Key]) {
        self.keys = keys
        names = Set(keys.map(\.name))
    }

    /// Takes what was found out about the next message.
    func take(_ judgement: RecordedMessage.Judgement) throws {
        for name in judgement.keyNames { wanted.formUnion(name.matching.filter(names.contains)) }
        guard let renewed = judgement.renewed else { return }
        messages += 1
        for signature in renewed { try lines.append(ManifestLine.dkim(signature).bytes + [ASCII.lf]) }
    }
}
