// What mailing lists, virus scanners and mail gateways put at the end or the start of a text, told by their words.

import Bytes

/// A text that stands before or behind the signed one.
enum RepairTrailer {
    /// Words of mailing list footers, in lower case: Mailman, Google Groups, groups.io, Yahoo, Sympa, LISTSERV, ezmlm.
    private static let listWords = [
        "mailing list", "mailing-list", "mailinglist", "mailman/listinfo", "unsubscribe", "signoff", "google groups",
        "groups.io", "yahoo! groups", "sympa", "liste de diffusion", "désinscri", "désabonn", "desabonn", "abmelden",
        "abbestellen", "lista de correo", "lista di distribuzione", "darse de baja",
    ].map(\.bytes)

    /// Words of virus scanners, and of warnings of a sender outside the house, in lower case.
    private static let bannerWords = [
        "virus", "antivir", "malware", "mailscanner", "avast", "avg.com", "caution:", "external email",
        "external e-mail", "external sender", "external message", "[external]", "originated from outside",
        "originated outside", "sent from outside", "from outside of", "from outside the", "outside your organi",
        "outside the organi", "outside of the organi", "do not click", "expéditeur externe", "courriel externe",
        "mail externe", "message externe", "externe e-mail", "externer absender", "correo externo",
    ].map(\.bytes)

    /// The bytes of a text's start that are looked at for a banner.
    static let bannerWindow = 2048

    /// What was put behind a text: it starts with a line of marks or with words of its kind, and has such words.
    static func name(of added: ArraySlice<UInt8>) -> Repair.Name? {
        let text = ASCII.lowercased(added)[...]
        let start = text.firstIndex { !ASCII.isWhiteSpace($0) } ?? text.endIndex
        let first = text[start...].prefix { $0 != ASCII.lf }
        let isRule = first.count { $0 == 0x5F } >= 20 && isMarks(first)
        guard let name = words(of: text) ?? (isRule ? .listFooter : nil) else { return nil }
        return isMarks(first) || words(of: first) != nil ? name : nil
    }

    /// Whether a line is of marks only, as they are put above a footer: `-- `, `_____`, `*****`, `-=-=-`.
    static func isMarks(_ line: ArraySlice<UInt8>) -> Bool {
        let line = ASCII.trimmed(line)
        return line.count >= 2 && line.allSatisfy { "-_=*~#+".utf8.contains($0) }
    }

    /// Where a text may start that has a banner before it: the starts of the first lines behind the banner's first one.
    static func ends(ofBannerIn text: [UInt8]) -> [Int] {
        let start = ASCII.lowercased(text.prefix(bannerWindow))
        var ends: [Int] = []
        var place = 0
        var hasWords = false
        while ends.count < 8, let feed = start.firstPlace(of: ASCII.lf, from: place) {
            hasWords = hasWords || contains(start[place...feed], bannerWords)
            place = feed + 1
            if hasWords, place < text.count { ends.append(place) }
        }
        return ends
    }

    private static func words(of text: ArraySlice<UInt8>) -> Repair.Name? {
        if contains(text, listWords) { return .listFooter }
        return contains(text, bannerWords) ? .banner : nil
    }

    private static func contains(_ text: ArraySlice<UInt8>, _ words: [[UInt8]]) -> Bool {
        text.indices.contains { place in
            words.contains { $0[0] == text[place] && text[place...].starts(with: $0) }
        }
    }
}
