// The line that ends an input: what was found in it, and where each of its bytes went.

import Bytes

/// The end of an input, with its balance.
public struct SourceEndLine: Equatable, Sendable {
    /// The number of the source.
    public var source: Int
    /// All that was found: messages, files and failures.
    public var items: Int
    /// Places where a message stood.
    public var messages: Int
    /// Other files.
    public var files: Int
    /// What could not be read.
    public var failures: Int
    /// Where every byte went.
    public var bytes: ByteBalance

    /// What was read of a source, and what came of it, in bytes.
    public struct ByteBalance: Equatable, Sendable {
        /// Bytes of the files on disk.
        public var read: Int
        /// Bytes that archives unpacked to.
        public var unpacked: Int
        /// Bytes of messages.
        public var messages: Int
        /// Bytes of other files.
        public var files: Int
        /// Bytes of mailboxes between, before and after their messages.
        public var framing: Int
        /// Bytes of archives whose members came in their stead.
        public var containers: Int
        /// Bytes that are in nothing because of failures.
        public var failed: Int

        /// A balance of these facts.
        public init(
            read: Int = 0, unpacked: Int = 0, messages: Int = 0, files: Int = 0, framing: Int = 0, containers: Int = 0,
            failed: Int = 0
        ) {
            self.read = read
            self.unpacked = unpacked
            self.messages = messages
            self.files = files
            self.framing = framing
            self.containers = containers
            self.failed = failed
        }

        /// Whether what was read is what came of it.
        public var isEven: Bool { read + unpacked == messages + files + framing + containers + failed }
    }

    /// A line of these facts.
    public init(
        source: Int, items: Int, messages: Int, files: Int, failures: Int, bytes: ByteBalance = ByteBalance()
    ) {
        self.source = source
        self.items = items
        self.messages = messages
        self.files = files
        self.failures = failures
        self.bytes = bytes
    }
}

extension SourceEndLine: LineFields {
    static let type = "source-end"

    init(_ reader: inout CanonicalJSONReader) throws(CanonicalJSONError) {
        source = try reader.requiredNumber("source")
        items = try reader.requiredNumber("items")
        messages = try reader.requiredNumber("messages")
        files = try reader.requiredNumber("files")
        failures = try reader.requiredNumber("failures")
        bytes = ByteBalance()
        bytes.read = try reader.requiredNumber("bytes_read")
        bytes.unpacked = try reader.requiredNumber("bytes_unpacked")
        bytes.messages = try reader.requiredNumber("bytes_messages")
        bytes.files = try reader.requiredNumber("bytes_files")
        bytes.framing = try reader.requiredNumber("bytes_framing")
        bytes.containers = try reader.requiredNumber("bytes_containers")
        bytes.failed = try reader.requiredNumber("bytes_failed")
    }

    func write(to writer: inout CanonicalJSONWriter) {
        writer.add("source", source)
        writer.add("items", items)
        writer.add("messages", messages)
        writer.add("files", files)
        writer.add("failures", failures)
        writer.add("bytes_read", bytes.read)
        writer.add("bytes_unpacked", bytes.unpacked)
        writer.add("bytes_messages", bytes.messages)
        writer.add("bytes_files", bytes.files)
        writer.add("bytes_framing", bytes.framing)
        writer.add("bytes_containers", bytes.containers)
        writer.add("bytes_failed", bytes.failed)
    }
}
