// Files that are written once, with the modification time that the sample wants.

import Bytes
import Glibc

/// A new file, written through a buffer.
final class OutputFile {
    private let path: [UInt8]
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private static let bufferSize = 1 << 18

    /// Makes a file that does not exist yet.
    init(creating path: [UInt8]) throws(SampleArchiveError) {
        self.path = path
        descriptor = unsafe open(
            path.map { CChar(bitPattern: $0) } + [0], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw .system(action: "create", path: path.displayText, code: errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends bytes.
    func append(_ bytes: [UInt8]) throws(SampleArchiveError) {
        if buffer.isEmpty, bytes.count >= Self.bufferSize { return try write(bytes) }
        buffer += bytes
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Writes what is left and sets the modification time, in seconds since 1970.
    func finish(modified seconds: Int?) throws(SampleArchiveError) {
        try flush()
        guard let seconds else { return }
        let time = timespec(tv_sec: seconds, tv_nsec: 0)
        if unsafe futimens(descriptor, [time, time]) != 0 { throw failure("set the time of") }
    }

    private func flush() throws(SampleArchiveError) {
        try write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: [UInt8]) throws(SampleArchiveError) {
        var done = 0
        while done < bytes.count {
            let step = unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
            }
            if step >= 0 {
                done += step
            } else if errno != EINTR {
                throw failure("write")
            }
        }
    }

    private func failure(_ action: String) -> SampleArchiveError {
        .system(action: action, path: path.displayText, code: errno)
    }
}

/// Folders that are made as paths need them.
struct OutputFolders {
    private let root: [UInt8]
    private var made: Set<[UInt8]> = []

    /// A folder that is empty or does not exist yet; it is made, its parents are not.
    init(root: String) throws(SampleArchiveError) {
        self.root = root.bytes
        if unsafe mkdir(root, 0o755) != 0 {
            guard errno == EEXIST else { throw .system(action: "create", path: root, code: errno) }
            guard try Self.isEmpty(root) else { throw .folderNotEmpty(root) }
        }
    }

    private static func isEmpty(_ path: String) throws(SampleArchiveError) -> Bool {
        guard let folder = unsafe opendir(path) else { throw .system(action: "read", path: path, code: errno) }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return count <= 2
    }

    /// The full path of a file in the folder, after the folders on its way are made.
    mutating func place(for path: [UInt8]) throws(SampleArchiveError) -> [UInt8] {
        for end in path.indices where path[end] == 0x2F { try make(Array(path[..<end])) }
        return root + [0x2F] + path
    }

    private mutating func make(_ folder: [UInt8]) throws(SampleArchiveError) {
        guard made.insert(folder).inserted else { return }
        let full = root + [0x2F] + folder
        if unsafe mkdir(full.map { CChar(bitPattern: $0) } + [0], 0o755) != 0, errno != EEXIST {
            throw .system(action: "create", path: full.displayText, code: errno)
        }
    }

    /// Makes a symbolic link.
    func link(_ path: String, to target: [UInt8]) throws(SampleArchiveError) {
        let full = root + [0x2F] + path.bytes
        let made = unsafe symlink(
            target.map { CChar(bitPattern: $0) } + [0], full.map { CChar(bitPattern: $0) } + [0])
        if made != 0 { throw .system(action: "create", path: full.displayText, code: errno) }
    }
}
