// The time of day, for what is said on a screen only: nothing of it enters a bundle.

import Bytes
import Glibc

/// The system's clock.
enum Clock {
    /// Now.
    static var now: Timestamp? { Timestamp(secondsSince1970: Int64(time(nil))) }
}
