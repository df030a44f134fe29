// Names of unfinished files, kept where a signal handler can reach them.

import Glibc
import Synchronization

/// A table of fixed size, so that the handler touches no allocator, no lock and no Swift object.
@safe
enum DoomedNames {
    private static let slots = 32
    private static let length = 4096
    private static let claimed = Atomic<UInt32>(0)
    private static let active = Atomic<UInt32>(0)
    nonisolated(unsafe) private static let names: UnsafeMutablePointer<CChar> = {
        let table = UnsafeMutablePointer<CChar>.allocate(capacity: slots * length)
        unsafe table.initialize(repeating: 0, count: slots * length)
        return unsafe table
    }()

    /// The descriptors of the folders that the names count from.
    nonisolated(unsafe) private static let folders: UnsafeMutablePointer<Int32> = {
        let table = UnsafeMutablePointer<Int32>.allocate(capacity: slots)
        unsafe table.initialize(repeating: AT_FDCWD, count: slots)
        return unsafe table
    }()

    /// Enters a name (with its NUL) and gives its slot; nil when it is too long or every slot is taken.
    ///
    /// `folder` is open until the name is taken out, or `AT_FDCWD`.
    static func add(_ name: [CChar], in folder: Int32 = AT_FDCWD) -> Int? {
        guard name.count <= length else { return nil }
        var old = claimed.load(ordering: .relaxed)
        while true {
            let slot = (~old).trailingZeroBitCount
            guard slot < slots else { return nil }
            let (won, now) = claimed.compareExchange(
                expected: old, desired: old | 1 << UInt32(slot), ordering: .acquiringAndReleasing)
            if won {
                for (place, character) in name.enumerated() { unsafe names[slot * length + place] = character }
                unsafe folders[slot] = folder
                active.bitwiseOr(1 << UInt32(slot), ordering: .sequentiallyConsistent)
                return slot
            }
            old = now
        }
    }

    /// Takes a name out.
    static func remove(_ slot: Int) {
        active.bitwiseAnd(~(1 << UInt32(slot)), ordering: .sequentiallyConsistent)
        claimed.bitwiseAnd(~(1 << UInt32(slot)), ordering: .sequentiallyConsistent)
    }

    /// Unlinks every name in the table; safe in a signal handler.
    static func unlinkAll() {
        let mask = active.load(ordering: .sequentiallyConsistent)
        var slot = 0
        while slot < slots {
            if mask & 1 << UInt32(slot) != 0 { unsafe unlinkat(folders[slot], names + slot * length, 0) }
            slot += 1
        }
    }

    /// Makes sure that everything the handler reads exists before the first signal.
    static func prepare() {
        _ = unsafe names
        _ = unsafe folders
        _ = active.load(ordering: .relaxed)
    }
}

extension AtomicOutput {
    /// Lets SIGINT, SIGTERM and SIGHUP remove every unfinished file before they end the process, as they would anyway.
    ///
    /// A signal that is ignored (as under `nohup`) stays ignored.
    public static func removeAllOnSignal() {
        DoomedNames.prepare()
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var action = sigaction()
            guard unsafe sigaction(number, nil, &action) == 0 else { continue }
            let current = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            guard unsafe current != unsafeBitCast(SIG_IGN, to: Int.self) else { continue }
            signal(number) { number in
                DoomedNames.unlinkAll()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }
}
