// Whether bytes are DER all the way down, before a more lenient decoder sees them.

extension DERReader {
    /// Throws unless the bytes are one value of this tag, whose values and theirs have definite, shortest lengths, tags of one
    /// byte, strings in one piece, and depths of at most 32 (X.690 §10.1, §10.2).
    ///
    /// A value inside of an OCTET STRING is not looked at. Linear in the number of bytes.
    static func checkForm(of bytes: [UInt8], tag: Tag) throws(CryptographyError) {
        var whole = DERReader(bytes)
        var levels = [try whole.contents(of: tag)]
        try whole.finish()
        while var level = levels.popLast() {
            if level.isAtEnd { continue }
            let start = level.offset
            let (tag, contents) = try level.next()
            levels.append(level)
            let isUniversal = tag & 0xC0 == 0
            let isConstructed = tag & 0x20 != 0
            // SEQUENCE and SET, 16 and 17, consist of values; nothing else of the universal class does.
            if isUniversal, isConstructed != (tag & 0x1E == 0x10) {
                throw .malformedKey(offset: start, expected: "a value in one piece")
            }
            guard isConstructed else { continue }
            guard levels.count < 32 else { throw .malformedKey(offset: start, expected: "a depth of at most 32") }
            levels.append(contents)
        }
    }
}
