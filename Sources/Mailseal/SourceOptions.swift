// What `create` and `extend` are told about the inputs.

public import Manifest

/// What to read and how.
public struct SourceOptions: Sendable {
    /// The inputs, as paths on this machine.
    public var paths: [[UInt8]]
    /// When and where all of them were retrieved, when stated.
    public var retrieval: Retrieval?
    /// A log of retrievals, message by message.
    public var retrievalLog: [UInt8]?
    /// Whether the rest is packed when something cannot be read.
    public var keepGoing = false
    /// Whether mailboxes and archives are stored beside their content.
    public var keepContainers = false
    /// Whether modification times are left out.
    public var omitsTimes = false

    /// The defaults for these inputs.
    public init(paths: [[UInt8]]) { self.paths = paths }
}
