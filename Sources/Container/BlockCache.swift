// The blocks that random access inflated last, so that neighbouring entries cost one inflation together, in a damaged block
// as well.

import Synchronization

/// At most eight blocks, the one used longest ago going first; it may be used from several tasks at once.
final class BlockCache: Sendable {
    /// How many blocks are kept: each is up to 1 MiB.
    static let capacity = 8

    /// A block's bytes, or what is wrong with it.
    typealias Content = Result<[UInt8], ContainerError>

    private struct State {
        /// From the one used longest ago to the one used last.
        var blocks: [(number: Int, content: Content)] = []
        var misses = 0
    }
    private let state = Mutex(State())

    /// How often a block was asked for that was not there, and so had to be inflated.
    var misses: Int { state.withLock { $0.misses } }

    /// What a block holds, if that is known.
    func content(of number: Int) -> Content? {
        state.withLock { state in
            guard let place = state.blocks.lastIndex(where: { $0.number == number }) else {
                state.misses += 1
                return nil
            }
            let block = state.blocks.remove(at: place)
            state.blocks.append(block)
            return block.content
        }
    }

    /// Keeps what a block holds.
    func keep(_ content: Content, of number: Int) {
        state.withLock { state in
            guard !state.blocks.contains(where: { $0.number == number }) else { return }
            if state.blocks.count == Self.capacity { state.blocks.removeFirst() }
            state.blocks.append((number, content))
        }
    }
}
