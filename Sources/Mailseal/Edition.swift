// One edition of a bundle, as the lines of the manifest give it.

public import Manifest
public import MerkleTree

/// An edition: the lines from a `head` line to its `end` line, and the root of all lines up to there.
public struct Edition: Sendable {
    /// Its first line.
    public let head: HeadLine
    /// The index of its first line.
    public let first: Int
    /// The root of the bundle as this edition left it.
    public let root: RootReference
    /// The counts of the bundle as this edition left it.
    public let counts: EndLine

    /// Its number, from 1: the place of its head line among all, whatever that line says.
    public let number: Int

    /// The key records that it adds to those of an earlier edition.
    public func addedKeys(to before: Edition?) -> Int { counts.keys - (before?.counts.keys ?? 0) }
}
