// How long work takes, for tests that bound it: on a busy machine the clock on the wall says nothing.

import Glibc

/// The processor time that this thread spends on synchronous work.
public func processorTime(_ work: () throws -> Void) rethrows -> Duration {
    let start = threadTime()
    try work()
    return threadTime() - start
}

private func threadTime() -> Duration {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
