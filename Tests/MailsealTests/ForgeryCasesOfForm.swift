// Lies about the form: the grammar of lines, tag files, the container, rules.

import Bytes
import Container
import Cryptography
import Manifest
import Testing

@testable import Mailseal

extension ForgeryCase {
    static let grammar: [ForgeryCase] = [
        .altered("a blank in a line", ["line-malformed", "balance-differs", "counts-differ"]) {
            try $0.replace("occurrence", #"","source""#, #"", "source""#)
        },
        .altered("the order of lines", ["line-order", "reference-unknown"]) {
            let content = $0.lines.count - 2
            $0.lines.swapAt(content, content - 1)
        },
        .altered("a message's number", ["number-sequence"]) {
            try $0.replace("message", #""number":2,"#, #""number":3,"#)
        },
        .altered(
            "a message's line twice",
            ["message-duplicate", "number-sequence", "entry-missing", "line-order", "index-differs"]
        ) {
            let place = try #require($0.places(of: "message").first)
            $0.lines.insert($0.lines[place], at: place)
            try $0.settle()
        },
        .altered("an attachment of another message", ["reference-unknown", "attachments-differ"]) {
            try $0.change("attachment") { line in
                guard case .attachment(var attachment) = line else { return nil }
                attachment.message = Digest(hashing: [1])
                return .attachment(attachment)
            }
        },
        .altered("a format of the future", ["format-unknown"]) { try $0.replace("head", "mailseal/0", "mailseal/1") },
        .altered("a salt where lines have none", ["salt-differs"]) {
            let salt = String(repeating: "0", count: 64)
            try $0.replace("content", #"{"type""#, "{\"salt\":\"\(salt)\",\"type\"")
        },
        .altered("a withheld line in a bundle that is not redacted", ["redaction-invalid"]) { forgery in
            let place = try #require(forgery.places(of: "source-end").first)
            let hash = ManifestLine.leafHash(of: forgery.lines[place])
            forgery.lines[place] = ManifestLine.withheld(hash).bytes
        },
        .altered("another edition", ["edition-unknown"]) { try $0.replace("head", #""edition":1"#, #""edition":2"#) },
        .altered("an origin that cannot be", ["name-invalid"]) {
            try $0.replace("head", "mailseal.invalid/sample", "mailseal.invalid/a b")
        },
        .altered("a kind of source that cannot be", ["code-unknown"]) { try $0.replace("source", "tree", "disk") },
        .altered("a file without content", ["file-invalid"]) {
            try $0.change("file") { line in
                guard case .file(var file) = line, file.target != nil else { return nil }
                file.target = nil
                return .file(file)
            }
        },
        .altered(
            "a message that is too large",
            ["message-too-large", "message-altered", "counts-differ", "mailbox-gap", "container-differs"]
        ) {
            let place = try #require($0.places(of: "message").last)
            guard case .message(var message) = try ManifestLine($0.lines[place]) else { return }
            message.size = 1 << 31 + 1
            $0.lines[place] = ManifestLine.message(message).bytes
        },
    ]

    static let tags: [ForgeryCase] =
        [
            "bagit.txt", "checkpoint", "mailbag.csv", "manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt",
        ].flatMap { name in
            [
                ForgeryCase.altered("\(name) alone", ["tag-file-differs"]) {
                    $0.changeTags = { tags in
                        for place in tags.indices where tags[place].path == name { tags[place].content[3] ^= 1 }
                    }
                },
                ForgeryCase.altered("\(name) left out", ["entry-missing"]) {
                    $0.changeTags = { $0.removeAll { $0.path == name } }
                },
            ]
        } + [
            .altered("a tag file and its digest", ["tag-file-differs"]) {
                $0.changeTags = { tags in
                    for place in tags.indices where tags[place].path == "bag-info.txt" { tags[place].content[3] ^= 1 }
                    let sums = tags.dropLast().map { (name: $0.path, digest: Digest(hashing: $0.content)) }
                    tags[tags.count - 1].content = TagFiles.tagManifest(sums)
                }
            },
            .altered("a tag file too many", ["entry-unexpected"]) {
                $0.changeTags = { $0.insert(Forgery.File(path: "notes.txt", content: []), at: 3) }
            },
            .altered("a tag file in the wrong place", ["entry-missing", "entry-unexpected"]) {
                $0.changeTags = { $0.swapAt(2, 3) }
            },
        ]

    static let container: [ForgeryCase] = [
        .altered("an entry's place in the index", ["index-differs"]) {
            $0.changeIndex = {
                $0.entries[2] = .init(tarOffset: $0.entries[2].tarOffset + 512, leaf: $0.entries[2].leaf)
            }
        },
        .altered("an entry's line in the index", ["index-differs"]) {
            $0.changeIndex = { $0.entries[2] = .init(tarOffset: $0.entries[2].tarOffset, leaf: 3) }
        },
        .altered("a group's hash in the index", ["index-differs"]) {
            $0.changeIndex = { $0.changeGroup(hash: Digest(hashing: [])) }
        },
        .altered("a group's place in the index", ["index-differs"]) {
            $0.changeIndex = { $0.changeGroup(shift: 1) }
        },
        .altered("the number of lines in the index", ["index-differs"]) { $0.changeIndex = { $0.leafCount += 1 } },
        .altered("entries out of order in the index", ["index-differs", "index-unusable"]) {
            $0.changeIndex = { $0.entries.swapAt(1, 2) }
        },
        .altered("an index that does not find the manifest", ["index-differs", "index-unusable"]) {
            $0.changeIndex = { $0.entries[1] = .init(tarOffset: $0.entries[1].tarOffset, leaf: nil) }
        },
        .altered("the comment's checksum", ["gzip-comment"]) {
            $0.changeComment = {
                $0 = BundleComment(
                    blockOffset: $0.blockOffset, headerOffset: $0.headerOffset, checksum: $0.checksum ^ 1)
            }
        },
        .altered("the comment's place", ["gzip-comment", "index-unusable"]) {
            $0.changeComment = {
                $0 = BundleComment(blockOffset: $0.blockOffset, headerOffset: 512, checksum: $0.checksum)
            }
        },
        .altered(
            "an empty stored block behind the last one",
            [
                "block-inflate", "index-unusable", "manifest-unreadable", "tar-end", "tar-lost", "entry-missing",
            ]
        ) {
            $0.changeCompressed = { $1 += [0, 0, 0, 0xFF, 0xFF] }
        },
        .altered("padding", ["tar-padding"]) { $0.changeTar = { $0[1000] = 1 } },
        .altered("a file's time in the archive", ["tar-header"]) {
            $0.changeTar = {
                $0[146] = 0x31
                $0[153] += 1
            }
        },
        .altered("the folder's name", ["name-differs"]) { $0.name = "other".bytes },
        .altered("the name in the manifest", ["name-differs"]) {
            try $0.replace("head", #""name":"sample""#, #""name":"other""#)
        },
        .altered("more behind the archive", ["tar-end"]) { $0.endOfArchive += [UInt8](repeating: 0, count: 512) },
        .altered("half an end of the archive", ["tar-end", "index-unusable"]) { $0.endOfArchive.removeLast(512) },
    ]

    static let rules: [ForgeryCase] = [
        .altered("rules that never were", ["format-unknown", "other-rules"]) {
            try $0.replace("head", #""rules":2"#, #""rules":0"#)
        },
        .unseen("other rules", ["other-rules"], verdict: .bytesConsistent) {
            try $0.replace("head", #""rules":2"#, #""rules":1"#)
            try $0.replace("message", "Number 1", "Number 8")
            try $0.change("end") { line in
                guard case .end(var end) = line else { return nil }
                end.verified += 1
                end.unsigned -= 1
                return .end(end)
            }
        },
    ]

    /// Changes after which everything agrees again: only a root that the reader knows tells.
    static let sound: [ForgeryCase] = [
        .unseen("the path of a message") { try $0.replace("occurrence", "1.eml", "8.eml") },
        .unseen("an empty name in a path") { try $0.replace("occurrence", #""1.eml""#, #""""#) },
        .unseen("when it was retrieved") { try $0.replace("source", "2017-05-05", "2017-05-04") },
        .unseen("the origin") { try $0.replace("head", "mailseal.invalid/sample", "newsroom.example/sample") },
        .unseen("a mailbox with a part that is a file") { try $0.makeFileOfLastMessage() },
        .altered("a part of a mailbox that is a file", ["file-altered"]) {
            try $0.makeFileOfLastMessage()
            try $0.overwrite("Text 7.", "Text 9.")
        },
    ]
}

extension Forgery {
    /// Makes the last message, the first of all.mbox, a file as if it were too large to be a message.
    mutating func makeFileOfLastMessage() throws {
        let place = try #require(places(of: "message").last)
        guard case .message(let message) = try ManifestLine(lines[place]),
            case .occurrence(let row) = try ManifestLine(lines[place + 1])
        else { return }
        let file = FileLine(
            sha256: message.sha256, size: message.size, source: row.source, path: row.path, offset: row.offset,
            before: row.before)
        lines.replaceSubrange(place...place + 1, with: [ManifestLine.file(file).bytes])
        payload[payload.count - 1].path =
            PayloadFile.files(message.sha256, size: message.size, pieces: [])[0].path.displayText
        let end = try #require(places(of: "source-end").last)
        lines[end] =
            ManifestLine.sourceEnd(SourceEndLine(source: row.source, items: 2, messages: 1, files: 1, failures: 0))
            .bytes
        let box = try #require(places(of: "container").last)
        guard case .container(var container) = try ManifestLine(lines[box]) else { return }
        container.messages = 1
        container.files = 1
        lines[box] = ManifestLine.container(container).bytes
        try settle()
    }
}

extension BundleIndex {
    fileprivate mutating func changeGroup(shift: Int = 0, hash: Digest? = nil) {
        let group = groups[0]
        groups[0] = Group(
            tarOffset: group.tarOffset + shift, firstMessage: group.firstMessage, hash: hash ?? group.hash)
    }
}
