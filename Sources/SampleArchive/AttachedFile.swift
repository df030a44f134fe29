// Files that mail carries: most as incompressible as PDF, JPEG and ZIP are, some as compressible as RTF and CSV.

import Bytes

/// A file to attach.
struct AttachedFile {
    let name: String
    let mediaType: String
    let content: [UInt8]

    private enum Form: Int { case pdf, jpeg, zip, word, rtf, csv }

    /// How many in a thousand files are of each form.
    private static let perMille = [430, 250, 130, 60, 70, 60]
    /// How many different files of about the same size are attached to many messages.
    private static let poolSize = 32

    /// A file of about so many bytes that no other message has.
    static func single(_ random: inout RandomSource, size: Int) -> AttachedFile {
        AttachedFile(&random, size: size, number: random.within(1...999))
    }

    /// One of the files that circulate: always the same for the same place among the sizes.
    static func circulating(seed: UInt64, position: Double, share: Int, size: (Double) -> Double) -> AttachedFile {
        let entry = Int(position * Double(poolSize))
        let middle = (Double(entry) + 0.5) / Double(poolSize)
        var random = RandomSource(seed, .pool, entry * 16 + share)
        return AttachedFile(&random, size: Int(size(middle)), number: 1000 + entry)
    }

    private init(_ random: inout RandomSource, size: Int, number: Int) {
        let form = Form(rawValue: Stratum(random.next(), perMille: Self.perMille).index) ?? .pdf
        let size = max(size, 64)
        let stem = random.pick(["document", "Note de synthèse", "budget", "Compte rendu", "photo été", "programme"])
        let base = "\(stem) \(number)"
        switch form {
        case .pdf:
            let content = "%PDF-1.4\n%\u{E9}\u{E8}\n1 0 obj\n<</Filter/FlateDecode>>\nstream\n".bytes
            self.init(base + ".pdf", "application/pdf", content + random.bytes(size) + "\nendstream\n%%EOF\n".bytes)
        case .jpeg:
            let start: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + "JFIF\u{0}\u{1}\u{1}".bytes
            self.init(base + ".jpg", "image/jpeg", start + random.bytes(size) + [0xFF, 0xD9])
        case .zip:
            let start: [UInt8] = [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0]
            let type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            self.init(base + ".docx", type, start + random.bytes(size) + [0x50, 0x4B, 5, 6])
        case .word: self.init(base + ".doc", "application/msword", Self.word(&random, size: size))
        case .rtf:
            let text = "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Times;}}\r\n".bytes
            self.init(base + ".rtf", "application/rtf", text + Prose.paragraphs(&random, atLeast: size) + "}".bytes)
        case .csv: self.init(base + ".csv", "text/csv", Self.table(&random, size: size))
        }
    }

    private init(_ name: String, _ mediaType: String, _ content: [UInt8]) {
        self.name = name
        self.mediaType = mediaType
        self.content = content
    }

    /// An OLE compound file's magic, then text in 16-bit units between runs of zeros.
    private static func word(_ random: inout RandomSource, size: Int) -> [UInt8] {
        var content: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
        content.reserveCapacity(size + 4096)
        while content.count < size {
            let text = TransferEncoding.latin1(Prose.paragraphs(&random, atLeast: 500))
            for byte in text { content += [byte, 0] }
            content += [UInt8](repeating: 0, count: 512)
        }
        return content
    }

    private static func table(_ random: inout RandomSource, size: Int) -> [UInt8] {
        var content = "numéro;nom;ville;montant\r\n".bytes
        content.reserveCapacity(size + 200)
        var row = 1
        while content.count < size {
            content += "\(row);".bytes
            for _ in 0..<2 {
                content += Vocabulary.words.word(random.next()).dropLast()
                content.append(0x3B)
            }
            content += "\(random.below(7500)),00\r\n".bytes
            row += 1
        }
        return content
    }
}
