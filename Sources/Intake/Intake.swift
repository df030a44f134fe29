// The one stream of items that all sources of a bundle make up, pulled by whoever packs it.

/// Reads sources in the order given and gives out what they hold, item by item.
///
/// Containers that are open are a stack, not a recursion; memory is bounded by a few buffers per level.
public final class Intake {
    /// How sources are read.
    public struct Options: Sendable {
        /// Whether a container's own bytes come as a file item, too; those with a failure in them always do.
        public var keepContainers = false
        /// Whether times of files are left out.
        public var omitsTimes = false
        /// The id of the first source; the others follow.
        public var firstSource = 1

        /// The usual: containers are not kept, times are told.
        public init() {}
    }

    /// The largest message in bytes; anything larger is a file.
    public static let messageLimit = 1 << 31
    /// The largest input in bytes that is held in memory as a whole unless it is a message.
    public static let memoryLimit = 8 << 20
    /// The longest stretch between two messages of an mbox, in bytes, that is told beside the second.
    public static let framingLimit = 64 << 10
    /// How many archives may lie within one another.
    public static let nestingLimit = 8
    /// The longest path of one container level in bytes, separators counted.
    public static let pathLimit = 4096

    private let sources: [OpenSource]
    private let sorter: Sorter
    private var stack: [any OpenContainer] = []
    private var steps: [Step] = []
    private var nextStep = 0
    private var current = -1

    /// Opens every source, so that one that is missing is known before anything is written.
    public init(sources paths: [[UInt8]], options: Options = Options()) throws(IntakeError) {
        var sources: [OpenSource] = []
        for path in paths { sources.append(try OpenSource(path: path, id: options.firstSource + sources.count)) }
        self.sources = sources
        sorter = Sorter(options: options)
    }

    /// Called with the path of each file on disk between its opening and its reading.
    var willRead: ((Place) -> Void)? {
        get { sorter.willRead }
        set { sorter.willRead = newValue }
    }

    /// The next item, or nil after the end of the last source.
    public func next() throws(IntakeError) -> Item? {
        while true {
            if nextStep < steps.count {
                nextStep += 1
                switch steps[nextStep - 1] {
                case .item(let item): return entered(item)
                case .open(let container): stack.append(container)
                }
            } else if let container = stack.last {
                let more = try container.next()
                if more == nil { stack.removeLast() }
                (steps, nextStep) = (more ?? [], 0)
                if more == nil, stack.isEmpty {
                    return .sourceEnd(SourceEnd(id: sources[current].begin.id, balance: sorter.balance))
                }
            } else {
                guard current + 1 < sources.count else { return nil }
                current += 1
                return begin(sources[current])
            }
        }
    }

    private func begin(_ source: OpenSource) -> Item {
        sorter.balance = Balance()
        stack = [TreeReader(source, sorter)]
        (steps, nextStep) = ([], 0)
        return .sourceBegin(source.begin)
    }

    private func entered(_ item: Item) -> Item {
        sorter.balance.enter(item)
        return item
    }
}

/// Something that holds inputs and is read from front to back.
protocol OpenContainer: AnyObject {
    /// The steps that come next, possibly none yet; nil at the end.
    func next() throws(IntakeError) -> [Step]?
}

/// What an intake does next.
enum Step {
    /// Gives an item out.
    case item(Intake.Item)
    /// Reads a container before it goes on; always the last of several steps.
    case open(any OpenContainer)
}
