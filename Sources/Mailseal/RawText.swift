// Raw text on its way into manifest lines, where an empty text is an absent fact.

extension [UInt8] {
    /// The bytes, or nil when there are none.
    var nonEmpty: [UInt8]? { isEmpty ? nil : self }
}
