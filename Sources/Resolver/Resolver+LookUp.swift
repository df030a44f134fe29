// Many questions at a time, from one thread: put, waited for, taken, and given up in time.

import CUnbound
import Glibc

extension Resolver {
    /// How long cancellation may go unnoticed, in milliseconds.
    private static let longestWait: Int64 = 100

    /// Asks for each name once, up to `width` of them at a time; see `TXTSource`.
    public func lookUp(_ names: [DNSName], each: (Int, TXTOutcome) throws -> Void) throws {
        var waiting: [Query] = []
        // The library must not answer to what is no longer there.
        defer { for query in waiting { unsafe query.cancel(in: context) } }
        var next = 0
        while next < names.count || !waiting.isEmpty {
            try Task.checkCancellation()
            while waiting.count < width, next < names.count {
                waiting.append(put(names[next], place: next))
                next += 1
            }
            try wait(for: waiting)
            let now = ContinuousClock.now
            for query in waiting where query.outcome == nil && query.deadline <= now {
                unsafe query.cancel(in: context)
            }
            let done = waiting.filter { $0.outcome != nil }
            waiting.removeAll { $0.outcome != nil }
            for query in done { if let outcome = query.outcome { try each(query.place, outcome) } }
        }
    }

    private func put(_ name: DNSName, place: Int) -> Query {
        let query = Query(place: place, deadline: .now + timeLimit)
        if name.isLocal {
            query.refuse("names below localhost and onion are not in DNS")
        } else {
            unsafe query.start(name, in: context)
        }
        return query
    }

    // Until an answer is there, the first deadline is over, or it is time to look for cancellation.
    private func wait(for waiting: [Query]) throws(ResolverError) {
        if waiting.contains(where: { $0.outcome != nil }) { return }
        let soonest = waiting.map(\.deadline).min() ?? .now
        let left = (soonest - .now) / .milliseconds(1)
        var descriptor = pollfd(fd: unsafe ub_fd(context), events: Int16(POLLIN), revents: 0)
        // Interrupted or not, what is there is taken.
        _ = unsafe poll(&descriptor, 1, Int32(min(max(left.rounded(.up), 0), Double(Self.longestWait))))
        let code = unsafe ub_process(context)
        guard code == UB_NOERROR.rawValue else { throw .refused("to give answers", reason: Self.reason(code)) }
    }
}
