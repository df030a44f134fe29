// The part tree: numbers, ranges, boundaries.

import Bytes
import Testing

@testable import Mail

/// The example of RFC 9051 §6.4.5.
private let example = """
    \(plainHeader)Content-Type: multipart/mixed; boundary=A

    preamble
    --A

    one
    --A
    Content-Type: application/octet-stream

    two
    --A
    Content-Type: message/rfc822

    Content-Type: multipart/mixed; boundary="B"

    --B

    three one
    --B
    Content-Type: application/octet-stream

    three two
    --B--
    epilogue of B
    --A
    Content-Type: multipart/mixed; boundary=C

    --C
    Content-Type: image/gif

    four one
    --C
    Content-Type: message/rfc822

    Content-Type: multipart/mixed; boundary=D

    --D

    four two one
    --D
    Content-Type: multipart/alternative; boundary=E

    --E

    four two two one
    --E
    Content-Type: text/richtext

    four two two two
    --E--
    --D--
    --C--
    --A--
    epilogue
    """

@Test func `parts are numbered as IMAP numbers them`() {
    let parsed = message(example)
    #expect(
        parsed.outline == [
            " multipart/mixed", "1 text/plain", "2 application/octet-stream", "3 message/rfc822", " multipart/mixed",
            "3.1 text/plain", "3.2 application/octet-stream", "4 multipart/mixed", "4.1 image/gif",
            "4.2 message/rfc822", " multipart/mixed", "4.2.1 text/plain", "4.2.2 multipart/alternative",
            "4.2.2.1 text/plain", "4.2.2.2 text/richtext",
        ])
    #expect(
        parsed.leaves == [
            "one", "two", "three one", "three two", "four one", "four two one", "four two two one", "four two two two",
        ])
    #expect(parsed.defects.isEmpty)
    #expect(parsed.attachments.map(\.number.displayText) == ["2", "3", "3.2", "4.1", "4.2"])
    #expect(parsed.parts.map(\.parent) == [nil, 0, 0, 0, 3, 4, 4, 0, 7, 7, 9, 10, 10, 12, 12])
}
