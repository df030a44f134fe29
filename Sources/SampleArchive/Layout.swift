// Where messages are stored, and in which form.

import Bytes

/// How an archive is laid out in its folder.
public enum SampleLayout: String, Sendable, CaseIterable {
    /// A file for each message, in folders by account, folder and month.
    case tree
    /// Maildir++ folders, one for each account.
    case maildir
    /// Mailboxes with reversible quoting (mboxrd): `>` before each line of any number of `>`, then `From `.
    case mbox
    /// Mailboxes in which only lines that start with `From ` are quoted.
    case mboxo
    /// Mailboxes without quoting, each message with a Content-Length.
    case mboxcl2
    /// A tree, a Maildir and mailboxes side by side, with some files that are no mail.
    case mixed
}

/// How the lines of stored messages end.
public enum SampleLineEnds: String, Sendable, CaseIterable {
    /// CR and LF, as messages travel.
    case crlf
    /// LF alone, as mail stores on Unix have it.
    case lf
}

/// The form of the file that a message stands in.
enum StoredForm {
    case file, mboxrd, mboxo, mboxcl2

    /// Whether the file holds other messages too.
    var isMailbox: Bool { self != .file }

    /// The message with other line ends, quoting and a length as the form asks, and how many lines were quoted.
    func stored(_ message: [UInt8], _ lineEnds: SampleLineEnds) -> (bytes: [UInt8], quotedLines: Int) {
        let bytes = lineEnds == .lf ? Self.withoutCRs(message) : message
        switch self {
        case .file: return (bytes, 0)
        case .mboxrd: return Self.quoted(bytes, evenQuoted: true)
        case .mboxo: return Self.quoted(bytes, evenQuoted: false)
        case .mboxcl2: return (Self.withLength(bytes, lineEnds), 0)
        }
    }

    /// The message with LF for each CRLF; a lone CR stays.
    private static func withoutCRs(_ message: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: message.count) { out, filled in
            unsafe message.withUnsafeBufferPointer { input in
                var to = 0
                for place in 0..<input.count {
                    unsafe out[to] = input[place]
                    // A CR is overwritten by the LF after it.
                    let isPair =
                        unsafe input[place] == ASCII.cr && place + 1 < input.count
                        && input[place + 1] == ASCII.lf
                    to += isPair ? 0 : 1
                }
                filled = to
            }
        }
    }

    private static func quoted(_ message: [UInt8], evenQuoted: Bool) -> ([UInt8], Int) {
        let from = "From ".bytes
        let starts = lineStarts(message).filter { start in
            var place = start
            while evenQuoted, place < message.count, message[place] == 0x3E { place += 1 }
            return message[place...].starts(with: from)
        }
        guard !starts.isEmpty else { return (message, 0) }
        var out: [UInt8] = []
        out.reserveCapacity(message.count + starts.count)
        var copied = 0
        for start in starts {
            out += message[copied..<start]
            out.append(0x3E)
            copied = start
        }
        return (out + message[copied...], starts.count)
    }

    /// Where lines start that could be quoted: those with `F` or `>` first.
    private static func lineStarts(_ message: [UInt8]) -> [Int] {
        unsafe message.withUnsafeBufferPointer { input in
            var starts: [Int] = []
            for place in 1..<max(1, input.count) where unsafe input[place - 1] == ASCII.lf {
                if unsafe input[place] == 0x46 || input[place] == 0x3E { starts.append(place) }
            }
            return starts
        }
    }

    private static func withLength(_ message: [UInt8], _ lineEnds: SampleLineEnds) -> [UInt8] {
        let line = lineEnds == .lf ? "\n".bytes : "\r\n".bytes
        var end = 0
        // The header section ends where an empty line follows a line end.
        while end + 2 * line.count < message.count {
            if message[end] == line[0], message[end..<end + 2 * line.count].elementsEqual(line + line) { break }
            end += 1
        }
        end += line.count
        let length = message.count - end - line.count
        return message[..<end] + "Content-Length: \(length)".bytes + line + message[end...]
    }
}

/// The place of a message in an archive.
struct SamplePlace {
    /// The path of its file, components joined by `/`.
    let path: [UInt8]
    let form: StoredForm
    /// How lines usually end there: CRLF in files of their own, as they travel; LF where mail stores have it.
    let usualLineEnds: SampleLineEnds

    init(layout: SampleLayout, seed: UInt64, plan: Plan, _ envelope: Envelope) {
        // The second copy of a message lies where no first one does.
        let folder = plan.flaw == .duplicateBytes ? "Corbeille" : envelope.folder
        let account = envelope.account.local
        switch layout {
        case .tree:
            path = "\(account)/\(folder)/\(envelope.date.month)/".bytes + Self.fileName(seed, plan.index, envelope)
            form = .file
            usualLineEnds = .crlf
        case .maildir:
            let name = "\(envelope.date.seconds).M\(padded(plan.index, 6))P1.mx.example.org:2,S"
            path = "\(account)/Maildir/\(Self.maildirFolders[folder] ?? "")cur/\(name)".bytes
            form = .file
            usualLineEnds = .lf
        case .mbox, .mboxo, .mboxcl2:
            path = "\(account)/\(folder).mbox".bytes
            form = layout == .mbox ? .mboxrd : layout == .mboxo ? .mboxo : .mboxcl2
            usualLineEnds = .lf
        case .mixed:
            let (part, folder): (SampleLayout, String) =
                switch plan.index % 4 {
                case 2: (.maildir, "boites/")
                case 3: (.mbox, "exports/")
                default: (.tree, "courriels/")
                }
            let inner = SamplePlace(layout: part, seed: seed, plan: plan, envelope)
            path = folder.bytes + inner.path
            form = inner.form
            usualLineEnds = inner.usualLineEnds
        }
    }

    /// Maildir++ names of the folders, in modified UTF-7 (RFC 3501 §5.1.3).
    static let maildirFolders = [
        "INBOX": "", "Envoyés": ".Envoy&AOk-s/", "Archives": ".Archives/", "Réunions": ".R&AOk-unions/",
        "Corbeille": ".Corbeille/",
    ]

    private static func fileName(_ seed: UInt64, _ index: Int, _ envelope: Envelope) -> [UInt8] {
        var random = RandomSource(seed, .path, index)
        let number = padded(index, 7)
        let subject = envelope.subject.filter { $0 != "/" && $0 != ":" }
        switch Stratum(random.next(), perMille: [600, 200, 150, 20, 30]).index {
        case 0: return "\(number).eml".bytes
        case 1: return "\(subject) \(number).eml".bytes
        case 2: return number.bytes
        case 3: return TransferEncoding.latin1("Réunion \(number).eml".bytes)
        default: return "\(number).EML".bytes
        }
    }
}
