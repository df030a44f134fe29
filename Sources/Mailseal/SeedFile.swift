// The file of a seed: 32 random bytes that whoever packs an archive keeps secret.

import Bytes
import Files
import Manifest

extension LineSalts {
    /// Reads a seed: 32 bytes, or 64 hexadecimal digits in a line.
    init(seedFile path: [UInt8], origin: RawText) throws {
        let file = try ReadableFile(named: path)
        let size = Self.seedSize
        let text = try file.read(at: 0, count: min(file.size, 2 * size + 2))
        let seed = text.count == size ? text : Hexadecimal.decode(text.last == ASCII.lf ? text.dropLast() : text[...])
        guard let seed, let salts = LineSalts(seed: seed, origin: origin) else {
            throw MailsealError(
                "\(path.displayText) is no seed: expected \(size) bytes or \(2 * size) hexadecimal digits, "
                    + "found \(file.size) bytes",
                hint: "make one with: head -c \(size) /dev/urandom > \(path.displayText)")
        }
        self = salts
    }
}
