// Which lines of a manifest a public bundle keeps: all that is about what is disclosed, and nothing that tells of the rest.

import Bytes
import Cryptography
import DKIM
import Manifest

/// The choice of lines, made in one pass over the whole manifest.
struct Redaction {
    /// What becomes of a line.
    enum Fate { case kept, listed, withheld }

    /// The number of messages that are disclosed with their bytes.
    private(set) var disclosed = 0
    /// The number of messages that are disclosed by their lines only.
    private(set) var listed = 0
    private let keepsFiles: Bool
    private var fates: [Digest: Fate] = [:]
    private var keyNames: Set<KeyName> = []
    /// Sources of which something is disclosed.
    private var openSources: Set<Int> = []
    /// Sources of which something is withheld.
    private var partialSources: Set<Int> = []

    /// Reads a bundle's manifest and chooses; throws when a message that is named is not there.
    init(of bundle: Bundle, _ options: RedactOptions) throws {
        keepsFiles = options.keepsFiles
        let (chosen, keeps) =
            switch options.disclosure {
            case .keep(let selection): (selection, true)
            case .withhold(let selection): (selection, false)
            }
        var matcher = SelectionMatcher(chosen, among: bundle.end.messages)
        var lister = SelectionMatcher(options.listed, among: bundle.end.messages)
        try bundle.forEachLine { _, line in
            if case .message(let message) = line {
                let isChosen = matcher.contains(message)
                let isListed = lister.contains(message)
                let fate: Fate = isChosen != keeps ? .withheld : isListed ? .listed : .kept
                if fate == .kept { disclosed += 1 }
                if fate == .listed { listed += 1 }
                fates[message.sha256] = fate
            } else {
                note(line)
            }
            return true
        }
        try matcher.checkAllFound()
        try lister.checkAllFound()
        guard disclosed + listed > 0 else {
            throw MailsealError("no message would be disclosed", hint: "a bundle has at least one message")
        }
    }

    private mutating func note(_ line: ManifestLine) {
        switch line {
        case .dkim(let signature) where isDisclosed(signature.message):
            if let selector = signature.selector, let domain = signature.domain {
                keyNames.formUnion(KeyName(selector: selector, domain: domain).matching)
            }
        case .occurrence(let place):
            if isDisclosed(place.message) {
                openSources.insert(place.source)
            } else {
                partialSources.insert(place.source)
            }
        case .file(let file):
            if keepsFiles { openSources.insert(file.source) } else { partialSources.insert(file.source) }
        case .failure(let failure): partialSources.insert(failure.source)
        default: break
        }
    }

    private func isDisclosed(_ message: Digest) -> Bool { fates[message].map { $0 != .withheld } ?? false }

    /// What becomes of a line.
    func fate(of line: ManifestLine) -> Fate {
        switch line {
        case .head, .end: .kept
        case .message(let message): fates[message.sha256] ?? .withheld
        case .attachment(let attachment): isDisclosed(attachment.message) ? .kept : .withheld
        case .dkim(let signature): isDisclosed(signature.message) ? .kept : .withheld
        case .occurrence(let place):
            // In a mailbox, offsets and what stands between messages tell of those that are withheld.
            isDisclosed(place.message) && (place.offset == nil || !partialSources.contains(place.source))
                ? .kept : .withheld
        case .source(let source): openSources.contains(source.id) ? .kept : .withheld
        case .file: keepsFiles ? .kept : .withheld
        case .container(let container): partialSources.contains(container.source) ? .withheld : .kept
        case .failure: .withheld
        case .sourceEnd(let end): partialSources.contains(end.source) ? .withheld : .kept
        case .key(let key): keyNames.contains(KeyName(selector: key.selector, domain: key.domain)) ? .kept : .withheld
        case .content, .withheld: .withheld
        }
    }
}

/// Tells which messages are meant, and whether all of those that were named are there.
private struct SelectionMatcher {
    private let numbers: [ClosedRange<Int>]
    private var digests: [Digest: Bool] = [:]
    private var messageIDs: [RawText: Bool] = [:]
    private let count: Int

    init(_ selection: MessageSelection, among count: Int) {
        var numbers = selection.numbers
        for reference in selection.references {
            switch reference {
            case .number(let number): numbers.append(number...number)
            case .digest(let digest): digests[digest] = false
            case .messageID(let id): messageIDs[id] = false
            }
        }
        self.numbers = numbers
        self.count = count
    }

    mutating func contains(_ message: MessageLine) -> Bool {
        var isMeant = numbers.contains { $0.contains(message.number) }
        if digests[message.sha256] != nil {
            digests[message.sha256] = true
            isMeant = true
        }
        if let id = message.coreMessageID, messageIDs[id] != nil {
            messageIDs[id] = true
            isMeant = true
        }
        return isMeant
    }

    /// A name that fits nothing is a slip, and a slip here can publish what was to be withheld.
    func checkAllFound() throws {
        let beyond = numbers.map(\.lowerBound).max().map { $0 > count ? ["message \($0)"] : [] } ?? []
        let names =
            beyond + digests.filter { !$0.value }.map { "message \($0.key)" }.sorted()
            + messageIDs.filter { !$0.value }.map { "message <\($0.key.displayText)>" }.sorted()
        guard let first = names.first else { return }
        let more = names.count > 1 ? " and \(names.count - 1) more" : ""
        throw MailsealError(
            "the bundle has no \(first)\(more): nothing was written", hint: "mailseal list shows what it has")
    }
}
