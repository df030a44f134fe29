// The one thing outside the bytes that archives of UTF-16 names depend on.

import Glibc

extension Intake {
    /// Fixes the character set in which names of 7-Zip and RAR archives come, to UTF-8; to be called once, at the start.
    ///
    /// - Returns: whether the system knows the locale `C.UTF-8`; without it such names cannot be told.
    @discardableResult
    public static func useFixedLocale() -> Bool { unsafe setlocale(LC_CTYPE, "C.UTF-8") != nil }
}
