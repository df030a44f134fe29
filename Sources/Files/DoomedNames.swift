// Names of what is unfinished, kept where a signal handler can reach them.

import Glibc
import Synchronization

/// A table of names that the handler removes without touching an allocator or a Swift object.
///
/// Whoever changes it, or makes or names a file, holds the gate meanwhile and lets no signal in on its thread, so that
/// the handler, which takes the gate and never gives it back, comes either before such a step or after it.
@safe
enum DoomedNames {
    /// A name with its NUL; nil where the place is free.
    @unsafe
    private struct Entry {
        var name: UnsafeMutablePointer<CChar>?
        /// The open folder that the name counts from, or `AT_FDCWD`.
        var folder: Int32
        var isFolder: Bool
    }

    /// The signals that end the process at somebody's wish.
    static let signals = [SIGINT, SIGTERM, SIGHUP]
    private static let gate = Atomic<Bool>(false)
    private static let isEnding = Atomic<Bool>(false)
    private static let child = Atomic<pid_t>(0)
    nonisolated(unsafe) private static var entries = UnsafeMutablePointer<Entry>.allocate(capacity: 64)
    nonisolated(unsafe) private static var capacity = 64
    nonisolated(unsafe) private static var count = 0

    /// Does a short step that no signal cuts in two.
    static func whole<Result, Failure: Error>(_ step: () throws(Failure) -> Result) throws(Failure) -> Result {
        var (blocked, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&blocked)
        for number in signals { unsafe sigaddset(&blocked, number) }
        unsafe pthread_sigmask(SIG_BLOCK, &blocked, &before)
        while !takeGate() { sched_yield() }
        defer {
            gate.store(false, ordering: .releasing)
            // A run that is being ended does not go on to its answer.
            while isEnding.load(ordering: .sequentiallyConsistent) { pause() }
            unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        }
        return try step()
    }

    /// Enters a name and makes what it stands for, in one step; a name of which nothing came is taken out again.
    static func making<Result>(
        _ name: CPath, in folder: Int32 = AT_FDCWD, isFolder: Bool = false,
        _ make: () throws(FileError) -> Result
    ) throws(FileError) -> (made: Result, slot: Int) {
        try whole { () throws(FileError) in
            let slot = enter(name, folder, isFolder)
            do throws(FileError) {
                return (try make(), slot)
            } catch {
                leave(slot)
                throw error
            }
        }
    }

    /// Enters the name of a file that will be made, by us or by another program.
    static func add(_ name: CPath) -> Int { whole { enter(name, AT_FDCWD, false) } }

    /// Takes names out.
    static func remove(_ slots: [Int]) { whole { slots.forEach(leave) } }

    /// Starts a process that deadly signals are passed on to until it is over.
    static func startChild<Failure: Error>(_ start: () throws(Failure) -> pid_t) throws(Failure) -> pid_t {
        try whole { () throws(Failure) in
            let process = try start()
            child.store(process, ordering: .relaxed)
            return process
        }
    }

    static func childEnded() { child.store(0, ordering: .relaxed) }

    private static func takeGate() -> Bool {
        gate.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    }

    private static func enter(_ name: CPath, _ folder: Int32, _ isFolder: Bool) -> Int {
        var slot = 0
        while unsafe slot < count && entries[slot].name != nil { slot += 1 }
        if unsafe slot == count {
            if unsafe count == capacity { grow() }
            unsafe count += 1
        }
        unsafe (entries + slot).initialize(
            to: Entry(name: strdup(name.characters), folder: folder, isFolder: isFolder))
        return slot
    }

    private static func leave(_ slot: Int) {
        unsafe free(entries[slot].name)
        unsafe entries[slot].name = nil
    }

    private static func grow() {
        let larger = unsafe UnsafeMutablePointer<Entry>.allocate(capacity: 2 * capacity)
        unsafe larger.moveInitialize(from: entries, count: count)
        unsafe entries.deallocate()
        unsafe entries = larger
        unsafe capacity *= 2
    }

    /// Removes everything in the table, and tells the child; for a signal handler, after which the process ends.
    ///
    /// False when another signal is about it already.
    static func removeAll(_ number: Int32) -> Bool {
        guard !isEnding.exchange(true, ordering: .sequentiallyConsistent) else { return false }
        // Two seconds: who holds the gate that long waits in a system call for a disk or a network, and changes nothing here.
        var patience = 2000
        while !takeGate(), patience > 0 {
            poll(nil, 0, 1)
            patience -= 1
        }
        endChild(number)
        removePass()
        return true
    }

    /// Passes a signal on and waits until the child is over, since it makes a file of ours; one that stays for two seconds is killed.
    private static func endChild(_ number: Int32) {
        let process = child.load(ordering: .relaxed)
        guard process > 0, kill(process, number) == 0 else { return }
        for _ in 0..<2000 {
            // Whoever started the child takes its status; here it is only looked at.
            var state = unsafe siginfo_t()
            let code = unsafe waitid(P_PID, id_t(process), &state, WEXITED | WNOHANG | WNOWAIT)
            if unsafe code != 0 || state.si_signo == SIGCHLD { return }
            poll(nil, 0, 1)
        }
        kill(process, SIGKILL)
        poll(nil, 0, 10)
    }

    /// Files, then the folders that they lie in.
    private static func removePass() {
        var flags: Int32 = 0
        while true {
            var slot = 0
            while unsafe slot < count {
                if let name = unsafe entries[slot].name, unsafe entries[slot].isFolder == (flags != 0) {
                    unsafe unlinkat(entries[slot].folder, name, flags)
                }
                slot += 1
            }
            guard flags == 0 else { return }
            flags = AT_REMOVEDIR
        }
    }

    /// Makes sure that everything the handler reads exists before the first signal.
    static func prepare() {
        _ = unsafe entries
        _ = isEnding.load(ordering: .relaxed)
        _ = child.load(ordering: .relaxed)
    }
}
