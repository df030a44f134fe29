// The one place where work runs beside other work: results come back in the order of submission.

/// A window of tasks whose results are taken in the order in which the work was submitted.
///
/// The caller submits while the window is not full and takes the oldest result when it is. Nothing that comes out
/// depends on how the tasks were scheduled, so one worker and many give the same bytes.
struct InOrder<Output: Sendable>: ~Copyable {
    private var running: [(task: Task<Output, any Error>, weight: Int)?] = []
    private var oldest = 0
    private var weight = 0
    private let width: Int
    private let budget: Int

    /// A window of at most `width` pieces of work that weigh at most `budget` bytes together; one piece is always admitted.
    init(width: Int, budget: Int) {
        self.width = max(1, width)
        self.budget = budget
    }

    deinit {
        for case (let task, _)? in running[oldest...] { task.cancel() }
    }

    /// Whether a result must be taken before more work is submitted.
    var isFull: Bool {
        let count = running.count - oldest
        return count >= width || (count > 0 && weight >= budget)
    }

    /// Starts work that weighs this many bytes while it runs or waits to be taken.
    mutating func submit(weight: Int, _ work: @escaping @Sendable () throws -> Output) {
        running.append((Task.detached { try work() }, weight))
        self.weight += weight
    }

    /// The result of the oldest work, or nil when there is none.
    mutating func next() async throws -> Output? {
        guard oldest < running.count, let (task, weight) = running[oldest] else { return nil }
        // A task keeps its result for as long as it is kept itself.
        running[oldest] = nil
        oldest += 1
        self.weight -= weight
        if oldest >= 64 {
            running.removeFirst(oldest)
            oldest = 0
        }
        return try await task.value
    }
}
