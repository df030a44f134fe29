// What searches for keys are doing, and how long that will take, for whoever looks at it from beside.

public import DKIM
public import KeyRecovery
import Synchronization

/// Where searches that run beside each other write down what they do.
public final class KeyRecoverBoard: Sendable {
    /// One search.
    public struct Search: Sendable {
        /// The name whose key is looked for.
        public let name: KeyName
        /// What is being done.
        public let step: KeySearch.Step
        /// How long it has been done, in seconds.
        public let elapsed: Double
        /// How long it will take in all, in seconds; nil when that is not known yet.
        public let expected: Double?
    }

    /// How things are.
    public struct View: Sendable {
        /// The searches that run, in their order.
        public let searches: [Search]
        /// How many searches are over.
        public let finished: Int
        /// How many there are.
        public let total: Int
        /// The seconds that are left, if every search needs one attempt; nil when that is not known yet.
        public let left: Double?
    }

    private struct State {
        var running: [Int: (name: KeyName, step: KeySearch.Step, since: ContinuousClock.Instant)] = [:]
        var weights: [Int] = []
        var finished: Set<Int> = []
        var width = 1
        /// The seconds that a large common divisor takes for each bit.
        var rate: Double?

        /// Learns how fast the machine is; before the first divisor is done, from the powers that go before it.
        ///
        /// As measured, a divisor takes as long as 60 powers, and a product with its remainder as long as 6 of them.
        mutating func learn(from step: KeySearch.Step, took seconds: Double) {
            guard step.weight >= KeyRecoverBoard.largeWeight else { return }
            if step.isDivisor {
                rate = seconds / Double(step.weight)
            } else if rate == nil {
                rate = seconds * 60 / Double(step.powers + 6 * max(0, step.powers - 2)) / Double(step.weight)
            }
        }
    }

    private let state = Mutex(State())

    /// Numbers below this many bits take no time worth telling.
    private static let largeWeight = 1 << 22

    /// An empty board.
    public init() {}

    /// How things are now.
    public var view: View {
        let now = ContinuousClock.now
        return state.withLock { state in
            let searches = state.running.sorted { $0.key < $1.key }.map { _, search in
                Search(
                    name: search.name, step: search.step, elapsed: (now - search.since).seconds,
                    expected: search.step.isDivisor ? state.rate.map { $0 * Double(search.step.weight) } : nil)
            }
            let open = state.weights.indices.filter { !state.finished.contains($0) }
            let seconds = state.rate.map { rate in open.reduce(0) { $0 + rate * Double(state.weights[$1]) } }
            let done = searches.reduce(0) { $0 + ($1.expected == nil ? 0 : $1.elapsed) }
            return View(
                searches: searches, finished: state.finished.count, total: state.weights.count,
                left: seconds.map { max(0, $0 - done) / Double(state.width) })
        }
    }

    /// Takes down what is to be done: the length in bits of the largest numbers of each search.
    func begin(weights: [Int], width: Int) {
        state.withLock {
            $0.weights = weights
            $0.width = width
        }
    }

    /// Takes down that a step of a search begins.
    func start(_ step: KeySearch.Step, of place: Int, _ name: KeyName) {
        let now = ContinuousClock.now
        state.withLock { state in
            if let last = state.running[place] { state.learn(from: last.step, took: (now - last.since).seconds) }
            state.running[place] = (name, step, now)
        }
    }

    /// Takes down that a search is over.
    func finish(_ place: Int) {
        let now = ContinuousClock.now
        state.withLock { state in
            if let last = state.running.removeValue(forKey: place) {
                state.learn(from: last.step, took: (now - last.since).seconds)
            }
            state.finished.insert(place)
        }
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
