// What is refused before anything is read that takes long.

import Bytes
import Files
import MerkleTree
import Sealing

/// Whether what is asked for can be done.
enum SealPlan {
    /// Throws when it cannot.
    static func check(_ options: SealOptions, _ bundle: Bundle, _ draft: SealDraft) throws {
        try check(origin: bundle.checkpoint.origin)
        guard !bundle.isRedacted else {
            throw MailsealError(
                "\(options.bundle.displayText) is redacted", hint: "seal the whole bundle: its seal fits both")
        }
        let name = try fileName(of: options.bundle)
        guard name.allSatisfy({ $0 >= ASCII.space && $0 != 0x7F && $0 != 0x5C }) else {
            throw MailsealError(
                "\(safeForTerminal(name.displayText)): a name that sha256sum can list has no control characters and "
                    + "no backslash", hint: "rename the bundle")
        }
        if case .request(let path)? = options.offline { try AtomicOutput.checkFree(path, hint: "name another file") }
        if let offline = options.offlineName, !SealFolderName.isAuthority(offline) {
            throw MailsealError(
                "\(safeForTerminal(offline)) cannot name an authority, expected lower-case letters, digits, - and .")
        }
        try checkWork(options, bundle, draft)
    }

    /// The last component of a bundle's path.
    static func fileName(of path: [UInt8]) throws -> [UInt8] {
        guard let name = path.split(separator: 0x2F, omittingEmptySubsequences: false).last, !name.isEmpty else {
            throw MailsealError("\(path.displayText) is no bundle")
        }
        return Array(name)
    }

    private static func check(origin: [UInt8]) throws {
        let hint = "give mailseal create an --origin of your own, such as newsroom.example/archives/2026-11"
        guard !origin.starts(with: "mailseal.invalid/".utf8) else {
            throw MailsealError(
                "the bundle has the origin \(origin.displayText), which anybody's has who named none", hint: hint)
        }
        let hasScheme = origin.indices.contains { origin[$0...].starts(with: "://".utf8) }
        guard origin.allSatisfy({ (0x21...0x7E).contains($0) }), !hasScheme else {
            throw MailsealError(
                "the origin \(safeForTerminal(origin.displayText)) cannot be sealed, expected visible ASCII characters "
                    + "and no scheme", hint: hint)
        }
    }

    private static func checkWork(_ options: SealOptions, _ bundle: Bundle, _ draft: SealDraft) throws {
        let signs = options.sshKey != nil || options.noteKey != nil
        let stamps = !options.authorities.isEmpty || options.offline != nil
        guard !options.renews || (stamps && !isReply(options)) else {
            throw MailsealError("a renewal needs --tsa or --stamp-request")
        }
        let shown = draft.path.displayText
        if draft.isNew {
            guard !options.renews, !isReply(options) else {
                throw MailsealError("\(shown) is not there", hint: "seal the bundle first")
            }
            guard signs || stamps else {
                throw MailsealError(
                    "nothing to seal with", hint: "give --ssh-key, --note-key, --tsa or several of them")
            }
            return
        }
        guard draft[.checkpoint] == bundle.checkpoint.text else {
            throw MailsealError(
                "\(shown) is there already, and not the seal of this bundle", hint: "name another folder with -o")
        }
        guard !signs else {
            throw MailsealError(
                "\(shown) is a seal already, and its list of signatures is never changed",
                hint: "make another seal with -o, or add a time stamp with --tsa")
        }
        guard stamps || options.completes else {
            throw MailsealError("\(shown) is a seal already", hint: "add a time stamp with --tsa")
        }
    }

    private static func isReply(_ options: SealOptions) -> Bool {
        if case .reply? = options.offline { true } else { false }
    }
}
