// How the lines of a message end, and what its bytes alone tell.

import Bytes

/// How the lines of a message end.
///
/// Over the whole message, header section and body alike: `crlf` when every LF has a CR before it, `lf` when none has,
/// `mixed` when some have, `none` when there is no LF. A CR without an LF after it ends no line; it is a defect.
public enum LineEnds: String, Sendable {
    /// Every LF has a CR before it, and there is one at least.
    case crlf
    /// No LF has a CR before it, and there is one at least.
    case lf
    /// Some LFs have a CR before them, some have not.
    case mixed
    /// There is no LF.
    case none
}

/// What one pass over all bytes tells.
struct LineSurvey {
    private(set) var lineEnds: LineEnds
    private(set) var defects: Set<Defect> = []

    init(of bytes: Span<UInt8>) {
        var withCR = false
        var withoutCR = false
        var position = 0
        while position < bytes.count {
            let end = bytes.lineEnd(from: position, to: bytes.count)
            let content = bytes.content(ofLine: position..<end)
            if content.upperBound < end {
                if end - content.upperBound == 2 { withCR = true } else { withoutCR = true }
            }
            if content.count > Limits.line { defects.insert(.lineTooLong) }
            if bytes.firstIndex(of: ASCII.cr, in: content) != nil { defects.insert(.bareCR) }
            position = end
        }
        if bytes.firstIndex(of: ASCII.nul, in: 0..<bytes.count) != nil { defects.insert(.nulByte) }
        lineEnds = withCR ? (withoutCR ? .mixed : .crlf) : (withoutCR ? .lf : .none)
    }
}
