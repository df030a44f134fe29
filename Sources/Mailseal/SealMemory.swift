// What was sealed last for each origin, so that no second history of one archive is sealed unnoticed.

import Bytes
import Cryptography
import Files
import Glibc
import MerkleTree

extension SealOptions {
    /// The folder `mailseal/origins` in `$XDG_STATE_HOME` or `~/.local/state`; nil when the environment names neither.
    public static var userMemory: [UInt8]? {
        func folder(_ variable: String) -> [UInt8]? {
            let value = unsafe getenv(variable).map { unsafe Array(String(cString: $0).utf8) }
            // A relative path is not valid there (XDG Base Directory Specification).
            return value.flatMap { $0.first == 0x2F ? $0 : nil }
        }
        let state = folder("XDG_STATE_HOME") ?? folder("HOME").map { $0 + "/.local/state".bytes }
        return state.map { $0 + "/mailseal/origins".bytes }
    }
}

/// A folder with a checkpoint for each origin, in a file named by the origin's SHA-256.
struct SealMemory {
    let folder: [UInt8]

    private func path(of origin: [UInt8]) -> [UInt8] {
        folder + [0x2F] + Digest(hashing: origin).hexadecimal
    }

    /// The checkpoint that was sealed last for an origin.
    func last(_ origin: [UInt8]) throws -> Checkpoint? {
        let path = path(of: origin)
        guard try AtomicOutput.isTaken(path) else { return nil }
        return try Consistency.checkpoint(of: path)
    }

    /// Keeps a checkpoint in the place of the one before.
    func keep(_ checkpoint: Checkpoint) throws {
        for (place, byte) in folder.enumerated() where byte == 0x2F && place > 0 {
            try make(Array(folder[..<place]))
        }
        try make(folder)
        try AtomicOutput.write(checkpoint.text, to: path(of: checkpoint.origin), force: true)
    }

    private func make(_ path: [UInt8]) throws {
        let name = path.map { CChar(bitPattern: $0) } + [0]
        guard unsafe mkdir(name, 0o700) == 0 || errno == EEXIST else {
            throw FileError("create", path.displayText, code: errno)
        }
    }
}

extension SealMemory {
    /// How a bundle stands to what was sealed before for its origin, as far as that is known; throws when it forks.
    static func continuity(of bundle: Bundle, _ options: SealOptions) throws -> SealSummary.Continuity {
        var known: [(checkpoint: Checkpoint, place: String)] = []
        do {
            if let last = try options.memory.flatMap({ try SealMemory(folder: $0).last(bundle.checkpoint.origin) }) {
                known.append((last, "what was sealed last for \(bundle.checkpoint.origin.displayText)"))
            }
            if let after = options.after {
                known.append((try Consistency.checkpoint(of: after), after.displayText))
            }
        } catch  where options.allowsFork {}
        var answer = SealSummary.Continuity.notChecked
        for (old, place) in known {
            switch try Consistency.run(of: bundle, with: old).verdict {
            case .same: if answer == .notChecked { answer = .same }
            case .extends: answer = .extends(old.reference)
            case .fork, .shorter, .otherArchive:
                guard !options.allowsFork else { return .fork(old.reference) }
                throw MailsealError(
                    "the bundle does not extend \(safeForTerminal(place)), which has the root \(old.reference)",
                    hint: "mailseal check --extends shows both; --fork seals a second history of this origin")
            }
        }
        return answer
    }
}
