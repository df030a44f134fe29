// Where the seal of a bundle is, and its check in `verify`.

import Bytes
import MerkleTree
import Sealing

extension VerifyOptions {
    /// The folder of the seal, nil when none is to be checked.
    ///
    /// - Throws: `MailsealError` when the user named whom to believe and there is no seal.
    func sealPath() throws -> [UInt8]? {
        switch seal {
        case .none: return nil
        case .folder(let path): return path
        case .beside:
            let beside = path.map(Self.sealPath(beside:))
            if let beside, ReadableFolder.isFolder(beside) { return beside }
            guard sealing.namesAnything else { return nil }
            throw MailsealError(
                "no seal was found\(beside.map { " at \($0.displayText)" } ?? "")", hint: "name its folder with --seal")
        }
    }

    /// `NAME.seal` beside `NAME.tar.gz`, or beside a folder `NAME`.
    static func sealPath(beside bundle: [UInt8]) -> [UInt8] {
        let trailing = bundle.reversed().prefix { $0 == 0x2F }.count
        let path = Array(bundle.dropLast(trailing))
        let end = ".tar.gz".bytes
        return (path.suffix(end.count).elementsEqual(end) ? Array(path.dropLast(end.count)) : path) + ".seal".bytes
    }
}

extension VerifyReport {
    /// The report with what was found about the seal in a folder, if there is one; the digests are of the bundle's file.
    func checkingSeal(
        _ path: [UInt8]?, _ options: VerifyOptions, _ digests: PassingDigests?
    ) throws -> VerifyReport {
        guard let path else { return self }
        var bundle = SealCheckBundle.none
        if disclosure != nil { bundle = .redacted } else if let digests { bundle = .file(try digests.finish()) }
        let checkpoint = hasManifest ? Checkpoint(origin: origin, size: root.size, root: root.root) : nil
        var report = self
        report.seal = SealCheck.run(try SealFolder(path: path), of: checkpoint, bundle, options.sealing)
        report.sealPath = safeForTerminal(path.displayText)
        return report
    }
}
