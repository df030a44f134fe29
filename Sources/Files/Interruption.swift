// What SIGINT, SIGTERM and SIGHUP do to a run: nothing unfinished stays.

public import Glibc

/// The end of a run by a signal.
public enum Interruption {
    /// Lets SIGINT, SIGTERM and SIGHUP remove every unfinished file and folder before they end the process, as they would anyway.
    ///
    /// A signal that is ignored (as under `nohup`) stays ignored.
    public static func removeUnfinishedOnSignal() {
        DoomedNames.prepare()
        for number in DoomedNames.signals where !isIgnored(number) {
            signal(number) { number in
                guard DoomedNames.removeAll(number) else { return }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    /// Whether a signal does nothing to this process.
    public static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return true }
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Starts a process, gives its number, and passes on the signals that end this one until `childEnded`.
    public static func startChild<Failure: Error>(_ start: () throws(Failure) -> pid_t) throws(Failure) -> pid_t {
        try DoomedNames.startChild(start)
    }

    /// Says that the process is over.
    public static func childEnded() { DoomedNames.childEnded() }
}
