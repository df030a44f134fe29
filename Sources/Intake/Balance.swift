// The account of a source: every byte that was read is in exactly one place.

extension Intake {
    /// What was read from a source, against what came of it.
    ///
    /// Always `read + unpacked == messageBytes + fileBytes + framingBytes + containerBytes + failedBytes`.
    public struct Balance: Equatable, Sendable {
        /// Bytes of the files on disk.
        public internal(set) var read = 0
        /// Bytes that archives unpacked to.
        public internal(set) var unpacked = 0
        /// Files on disk and members of archives that were met; links and special files among them.
        public internal(set) var inputs = 0
        /// Messages.
        public internal(set) var messages = 0
        /// Bytes of messages.
        public internal(set) var messageBytes = 0
        /// Files and links that are no mail.
        public internal(set) var files = 0
        /// Bytes of files.
        public internal(set) var fileBytes = 0
        /// Bytes of mboxes between, before and after their messages.
        public internal(set) var framingBytes = 0
        /// Containers that were opened.
        public internal(set) var containers = 0
        /// Bytes of archives whose members came in their stead.
        public internal(set) var containerBytes = 0
        /// Failures.
        public internal(set) var failures = 0
        /// Bytes that are in no item because of failures.
        public internal(set) var failedBytes = 0

        /// Whether both sides are equal.
        public var isEven: Bool {
            read + unpacked == messageBytes + fileBytes + framingBytes + containerBytes + failedBytes
        }

        /// Enters an item on the side of what came out.
        mutating func enter(_ item: Item) {
            switch item {
            case .message(let message):
                messages += 1
                messageBytes += message.bytes.count
                framingBytes += message.place.range?.before.count ?? 0
            case .file(let file) where !file.isContainer:
                files += 1
                fileBytes += file.content?.size ?? 0
                framingBytes += file.place.range?.before.count ?? 0
            case .containerEnd(let end):
                containers += 1
                if end.kind == .mbox {
                    framingBytes += end.after.count
                } else {
                    containerBytes += end.size
                }
            case .failure(let failure):
                failures += 1
                failedBytes += failure.size
            case .file, .sourceBegin, .sourceEnd: break
            }
        }
    }
}
