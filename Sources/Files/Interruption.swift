// What SIGINT, SIGTERM, SIGHUP and libraries that call `exit` do to a run: nothing unfinished stays.

public import Glibc
import Synchronization

/// The end of a run before its time.
public enum Interruption {
    private static let isExit = Atomic<Bool>(false)

    /// Lets SIGINT, SIGTERM and SIGHUP remove every unfinished file and folder before they end the process, as they would anyway.
    ///
    /// A signal that is ignored (as under `nohup`) stays ignored. Whoever ends the process by other means than `exit` below, as
    /// libarchive does when it is out of memory, removes them too, and the status is 2.
    public static func removeUnfinished() {
        DoomedNames.prepare()
        atexit {
            guard !Interruption.isExit.load(ordering: .acquiring), DoomedNames.removeAll(SIGTERM) else { return }
            let sentence: StaticString = "mailseal: a library ended the program, perhaps for want of memory\n"
            _ = unsafe write(STDERR_FILENO, sentence.utf8Start, sentence.utf8CodeUnitCount)
            _exit(2)
        }
        for number in DoomedNames.signals where !isIgnored(number) {
            signal(number) { number in
                guard DoomedNames.removeAll(number) else { return }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    /// Ends the process with a status of its own.
    public static func exit(_ status: Int32) -> Never {
        isExit.store(true, ordering: .releasing)
        Glibc.exit(status)
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
