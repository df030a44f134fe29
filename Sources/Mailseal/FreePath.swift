// Where a file is to stand that replaces none.

import Bytes
public import Files

extension AtomicOutput {
    /// Throws `MailsealError` when anything stands at a path that is not to be replaced.
    public static func checkFree(
        _ path: [UInt8], hint: String = "choose another -o, or --force to replace it"
    ) throws {
        guard try isTaken(path) else { return }
        throw MailsealError("\(path.displayText) exists already", hint: hint)
    }
}
