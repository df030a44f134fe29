// The one place where work runs beside other work: results come back in the order of submission.

/// A window of tasks whose results are taken in the order in which the work was submitted.
///
/// The caller submits while the window is not full and takes the oldest result when it is. Nothing that comes out
/// depends on how the tasks were scheduled, so one worker and many give the same bytes.
struct InOrder<Output: Sendable>: ~Copyable {
    typealias Work = @Sendable () throws -> Output

    /// Pieces of work that one task does one after the other.
    private struct Batch {
        let task: Task<[Result<Output, any Error>], Never>
        let weights: [Int]
    }

    private var running: [Batch?] = []
    private var oldest = 0
    /// What waits to be started together.
    private var waiting: [(work: Work, weight: Int)] = []
    private var waitingWeight = 0
    /// Results of the oldest batch, the next one last.
    private var finished: [(result: Result<Output, any Error>, weight: Int)] = []
    private var weight = 0
    private let width: Int
    private let budget: Int
    private let batch: Int

    /// A window of at most `width` tasks whose work weighs at most `budget` bytes together; one piece is always admitted.
    ///
    /// - Parameter batch: pieces of work share a task until they weigh this many bytes together, at most 64 of them:
    ///   small ones cost less than a task does.
    init(width: Int, budget: Int, batch: Int = 0) {
        self.width = max(1, width)
        self.budget = budget
        self.batch = batch
    }

    deinit {
        for case let batch? in running[oldest...] { batch.task.cancel() }
    }

    /// Whether a result must be taken before more work is submitted.
    var isFull: Bool {
        let count = running.count - oldest
        return count >= width || (weight >= budget && weight > 0)
    }

    /// Takes on work that weighs this many bytes while it waits, runs, or its result waits to be taken.
    mutating func submit(weight: Int, _ work: @escaping Work) {
        waiting.append((work, weight))
        waitingWeight += weight
        self.weight += weight
        if waitingWeight >= batch || waiting.count >= 64 { start() }
    }

    private mutating func start() {
        let batch = waiting
        waiting = []
        waitingWeight = 0
        running.append(
            Batch(
                task: Task.detached { batch.map { piece in Result { try piece.work() } } },
                weights: batch.map(\.weight)))
    }

    /// The result of the oldest work, or nil when there is none.
    mutating func next() async throws -> Output? {
        if finished.isEmpty {
            if oldest == running.count, !waiting.isEmpty { start() }
            guard oldest < running.count, let batch = running[oldest] else { return nil }
            // A task keeps its results for as long as it is kept itself.
            running[oldest] = nil
            oldest += 1
            if oldest >= 64 {
                running.removeFirst(oldest)
                oldest = 0
            }
            finished = zip(await batch.task.value, batch.weights).reversed().map { ($0, $1) }
        }
        guard let (result, weight) = finished.popLast() else { return nil }
        self.weight -= weight
        return try result.get()
    }
}
