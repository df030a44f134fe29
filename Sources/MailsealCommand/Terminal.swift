// How mailseal talks to people. The rules are:
//   - Answers go to standard output; everything else goes to standard error.
//   - Sentences there start with "mailseal: ", in lower case, without a full stop; hints follow on lines of their own.
//   - Progress appears on a terminal only, on one line, at most ten times a second, and is erased afterwards.
//   - Text from mail or file names never reaches the terminal raw.
//   - Colour appears on a terminal only, not with NO_COLOR or TERM=dumb, and never carries meaning alone.

import ArgumentParser
import Bytes
import Files
import Glibc
import Mailseal

/// Standard output and standard error.
enum Terminal {
    /// Whether standard error is a terminal.
    static let hasProgress = isatty(STDERR_FILENO) == 1
    /// Whether standard output may carry colour.
    static let hasColour =
        isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR") == nil && environment("TERM") != "dumb"

    /// The width of the terminal on standard output in columns; 0 when it is none.
    static var width: Int { width(of: STDOUT_FILENO) }

    /// The width of the terminal on a descriptor in columns; 0 when it is none.
    static func width(of descriptor: Int32) -> Int {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return 0 }
        return Int(size.ws_col)
    }

    /// Prints a sentence to standard error.
    static func say(_ sentence: String) { aside("mailseal: \(safeForTerminal(sentence))\n") }

    /// Writes text to standard error as it is; when that cannot be done, there is nobody left to tell.
    static func aside(_ text: String) { _ = write(text.bytes, to: STDERR_FILENO) }

    /// Prints a hint to standard error.
    static func hint(_ sentence: String) { say("hint: \(sentence)") }

    /// Prints an answer to standard output, as it is; ends the program with status 2 when nobody gets it.
    static func answer(_ text: String) { answer(bytes: text.bytes + [ASCII.lf]) }

    /// Prints bytes to standard output; ends the program with status 2 when nobody gets them.
    static func answer(bytes: [UInt8]) {
        guard !write(bytes, to: STDOUT_FILENO) else { return }
        say("cannot write to standard output: \(unsafe String(cString: strerror(errno)))")
        Interruption.exit(2)
    }

    /// Prints what went wrong; `usage` is what the argument parser says of it.
    static func report(_ error: any Error, usage: String) {
        if let error = error as? MailsealError {
            say(error.description)
        } else if usage.contains("Usage:") {
            let label = "mailseal: "
            let sentence = usage.hasPrefix(label) ? usage.dropFirst(label.count) : usage[...]
            let text = sentence.prefix(1).lowercased() + sentence.dropFirst()
            aside(label + safeForTerminal(text, keepingLines: true) + "\n")
        } else {
            say("\(error)")
        }
        if let hint = MailsealError.hint(for: error) { self.hint(hint) }
    }

    /// Puts something harmless in the place of standard streams that are closed, so that no file of ours gets their number.
    static func secureStreams() {
        for (number, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDWR)]
        where fcntl(number, F_GETFD) < 0 {
            _ = unsafe open("/dev/null", flags)
        }
    }

    /// The text in bold and colour where colour is shown.
    static func emphasized(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1B}[1;\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The colours in use.
    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
    }

    /// Writes all of the bytes, whatever the number of calls that takes; false when it could not, as `errno` says.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let step = unsafe rest.withUnsafeBufferPointer { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            guard step > 0 || errno == EINTR else { return false }
            rest = rest.dropFirst(max(0, step))
        }
        return true
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}

extension Terminal {
    /// Tells what an operation has to say while it works.
    static func tell(_ notice: Observer.Notice) {
        switch notice {
        case .failure(let sentence): say(sentence)
        case .warning(let sentence, let hint):
            say("warning: \(sentence)")
            if let hint { self.hint(hint) }
        }
    }
}
