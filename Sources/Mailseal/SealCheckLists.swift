// The lists of a seal: which lines the files call for, and every digest.

import Bytes
import Cryptography
import Sealing

extension SealCheck {
    /// `SEAL`, `SEAL.512` and the lists of renewals.
    mutating func checkLists(_ bundle: SealCheckBundle) {
        let digests: BundleDigests?
        switch bundle {
        case .file(let found): digests = found
        case .redacted:
            digests = nil
            report.bundleLine = .ofFullBundle
        case .none: digests = nil
        }
        let first = check(.list(1), .sha256, digests)
        checkReadMe(first?.lines.first(where: \.isOfBundle)?.name)
        let second = check(.list512, .sha512, digests)
        if let first, let second, first.lines.map(\.name) != second.lines.map(\.name) {
            add(.integrity, .sealListDiffers, .list512, "it has other names than SEAL")
        }
        for number in folder.lists where number > 1 { _ = check(.list(number), .sha512, digests) }
        if digests != nil, report.bundleLine == .notCompared { report.bundleLine = .compared }
        if digests == nil {
            let reason =
                report.bundleLine == .ofFullBundle
                ? "the bundle is redacted, the line is that of the full one"
                : "there was no file to compare with the line about it"
            add(.remark, .sealBundleNotCompared, .list(1), reason)
        }
    }

    /// The text for people proves nothing, but people run its commands.
    private mutating func checkReadMe(_ bundle: [UInt8]?) {
        guard let text = folder[.readMe], let bundle, text != SealReadme.text(bundle: bundle) else { return }
        add(.remark, .sealFileUnexpected, .readMe, "it is not the text that mailseal writes; do not trust its commands")
    }

    /// Reads a list and compares its names and digests.
    private mutating func check(
        _ name: SealFolderName, _ function: HashFunction, _ digests: BundleDigests?
    ) -> SealFolderList? {
        guard let text = folder[name] else { return nil }
        let list: SealFolderList
        do {
            list = try SealFolderList(parsing: text, digestLength: function.digestLength)
        } catch {
            add(.integrity, .sealFileUnreadable, name, error.description)
            return nil
        }
        checkNames(of: list, name)
        for line in list.lines {
            if line.isOfBundle {
                compare(line, name, with: digests?[function])
            } else if let listed = SealFolderName(line.name), let digest = digest(of: listed, by: function),
                digest != line.digest
            {
                add(.integrity, .sealListDiffers, name, "the digest of \(line.name.displayText) is another")
            }
        }
        return list
    }

    private mutating func digest(of name: SealFolderName, by function: HashFunction) -> [UInt8]? {
        if let known = digests[name]?[function] { return known }
        let digest = folder[name].map { function.digest(of: $0) }
        digests[name, default: [:]][function] = digest
        return digest
    }

    private mutating func compare(_ line: SealFolderList.Line, _ name: SealFolderName, with digest: [UInt8]?) {
        guard let digest, digest != line.digest else { return }
        report.bundleLine = .differs
        add(
            .integrity, .sealBundleDiffers, name,
            "\(line.name.displayText) has \(Hexadecimal.encode(line.digest).displayText), "
                + "the bundle \(Hexadecimal.encode(digest).displayText)")
    }

    /// The names against those that the files call for.
    private mutating func checkNames(of list: SealFolderList, _ name: SealFolderName) {
        let bundles = list.lines.filter(\.isOfBundle)
        let others = list.lines.filter { !$0.isOfBundle }.map(\.name)
        let signatures = [SealFolderName.note, .signature].filter(folder.has)
        let signed = ([.checkpoint] + signatures).map(\.text)
        if bundles.count != 1 { add(.integrity, .sealListDiffers, name, "expected one line about the bundle") }
        guard case .list(let number) = name, number > 1 else {
            if others != signed || list.lines.last?.isOfBundle == false {
                let expected = (signed + ["../NAME.tar.gz".bytes]).map(\.displayText).joined(separator: ", ")
                add(.integrity, .sealListDiffers, name, "expected lines about \(expected), in this order")
            }
            return
        }
        let isSorted = zip(others, others.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }
        if !isSorted { add(.integrity, .sealListDiffers, name, "its lines are not sorted by name") }
        for base in signed + [SealFolderName.list(1).text, SealFolderName.list512.text] where !others.contains(base) {
            add(.integrity, .sealListDiffers, name, "no line about \(base.displayText)")
        }
        for other in others {
            guard let listed = SealFolderName(other), listed.isBelow(renewal: number) else {
                add(.integrity, .sealListDiffers, name, "\(other.displayText) cannot have been there")
                continue
            }
            if !folder.has(listed) { add(.integrity, .sealFileMissing, listed, "\(name) lists it") }
        }
        if !others.contains(where: { SealFolderName($0)?.isReply(to: number - 1) == true }) {
            add(.integrity, .sealListDiffers, name, "it renews no stamp of the list before")
        }
    }
}

extension SealFolderName {
    /// Whether the file can have been there when the list of this number was made.
    fileprivate func isBelow(renewal number: Int) -> Bool {
        switch self {
        case .checkpoint, .note, .signature, .list512: true
        case .list(let other): other < number
        case .stamp(let stamp, _): stamp.list < number
        case .readMe: false
        }
    }

    /// Whether it is a stamp over the list of this number.
    fileprivate func isReply(to number: Int) -> Bool {
        if case .stamp(let stamp, .reply) = self { stamp.list == number } else { false }
    }
}
