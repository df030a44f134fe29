// Decides what an input is: a message, a container to open, or a file.

import Bytes
import Files
import Mail

/// What all readers of an intake share: its options, its account, and the rules by which inputs are told apart.
final class Sorter {
    /// What is known of an input before its bytes are looked at.
    enum Nature {
        /// Nothing; its name and its bytes decide.
        case unknown
        /// It was named by the user, so an archive needs no extension.
        case named
        /// It is mail, whatever it looks like.
        case mail
        /// It is no mail, whatever it looks like.
        case file
    }

    /// An input with all that is known of it.
    struct Input {
        let content: Intake.Content
        let place: Intake.Place
        let mtime: Int?
        let nature: Nature
        let allowance: Allowance

        /// The last component of its path.
        var name: [UInt8] { place.path.last?.last ?? [] }
    }

    /// How much of an input decides what it is.
    static let prefixLength = 64 << 10

    let options: Intake.Options
    var balance = Intake.Balance()
    var willRead: ((Intake.Place) -> Void)?

    /// A sorter with these options.
    init(options: Intake.Options) { self.options = options }

    /// The steps that a file on disk leads to.
    func sort(_ file: ReadableFile, at place: Intake.Place, as nature: Nature) -> [Step] {
        willRead?(place)
        balance.inputs += 1
        balance.read += file.size
        var content = Intake.Content(file)
        do throws(FileError) {
            if file.size <= Intake.memoryLimit {
                content = Intake.Content(try content.bytes())
                try file.checkUnchanged()
            }
        } catch {
            return [.item(failure(error, at: place, size: file.size))]
        }
        let mtime = options.omitsTimes ? nil : file.stamp.modified
        let allowance = Allowance(forContainerOf: file.size)
        return sort(
            Input(content: content, place: place, mtime: mtime, nature: nature, allowance: allowance))
    }

    /// The steps that a member of an archive leads to.
    func sort(member input: Input) -> [Step] {
        balance.inputs += 1
        balance.unpacked += input.content.size
        return sort(input)
    }

    private func sort(_ input: Input) -> [Step] {
        guard !input.place.isTooLong else { return [.item(tooLong(input.place, size: input.content.size))] }
        do throws(FileError) {
            switch try shape(of: input) {
            case .message: return [.item(.message(try message(input)))]
            case .mbox: return [.open(MboxReader(input, self))]
            case .archive(let format): return open(format, input)
            case .file: return [.item(file(input))]
            }
        } catch {
            return [.item(failure(error, at: input.place, size: input.content.size))]
        }
    }

    private enum Shape {
        case message, mbox, file
        case archive(ArchiveFormat)
    }

    private func shape(of input: Input) throws(FileError) -> Shape {
        let fits = input.content.size <= Intake.messageLimit
        if input.nature == .file { return .file }
        if input.nature == .mail || Self.isNamedMessage(input.name) { return fits ? .message : .file }
        let prefix = try input.content.prefix(Self.prefixLength)
        if MailSniffing.startsLikeMbox(prefix) { return .mbox }
        if MailSniffing.startsLikeMail(prefix) { return fits ? .message : .file }
        guard input.nature == .named || ArchiveFormat.isNamedArchive(input.name),
            let format = ArchiveFormat(magic: prefix)
        else { return .file }
        return .archive(format)
    }

    /// Whether a name says that the file is one message.
    static func isNamedMessage(_ name: [UInt8]) -> Bool { ASCII.lowercased(name.suffix(4)) == ".eml".bytes }

    private func message(_ input: Input) throws(FileError) -> Intake.Message {
        let bytes = try input.content.bytes()
        try input.content.checkUnchanged()
        return Intake.Message(bytes: bytes, place: input.place, mtime: input.mtime)
    }
}

/// How much the containers within one file on disk may unpack to, all levels together.
final class Allowance {
    private let count: Int
    private var left: Int
    /// As much once more, for first looks into all archives within the container.
    private(set) lazy var forSurveys = Allowance(of: count)

    /// The allowance of a container of a size: a little more than what deflate can reach.
    convenience init(forContainerOf size: Int) { self.init(of: (1 << 30) + min(size, 1 << 50) * 1100) }

    /// The allowance of a number of bytes.
    init(of count: Int) {
        self.count = count
        left = count
    }

    /// Takes bytes off; false when there are not so many left.
    func spend(_ count: Int) -> Bool {
        left -= count
        return left >= 0
    }
}
