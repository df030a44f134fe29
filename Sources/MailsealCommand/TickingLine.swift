// A line of progress that goes on while the work itself says nothing for minutes.

import Glibc
import Synchronization

/// Draws a text on standard error five times a second, when that is a terminal.
final class TickingLine: Sendable {
    private struct State {
        var isDrawn = false
        var ticker: Task<Void, Never>?
    }

    private let text: @Sendable () -> String?
    private let state = Mutex(State())

    /// A line with this text; nothing is drawn before `start`.
    init(_ text: @escaping @Sendable () -> String?) { self.text = text }

    /// Begins to draw.
    func start() {
        guard Terminal.hasProgress else { return }
        // The workers may be busy for minutes; the main thread is not.
        let ticker = Task { @MainActor [weak self] in
            while !Task.isCancelled, let self {
                self.draw()
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        state.withLock { $0.ticker = ticker }
    }

    /// Removes the line and lets something else be written in its place.
    func erase(_ write: () -> Void = {}) {
        state.withLock { state in
            if state.isDrawn { Terminal.aside("\r\u{1B}[K") }
            state.isDrawn = false
            write()
        }
    }

    /// Removes the line for good.
    func stop() {
        state.withLock { state in
            state.ticker?.cancel()
            state.ticker = nil
        }
        erase()
    }

    private func draw() {
        guard let text = text() else { return }
        state.withLock { state in
            guard state.ticker != nil else { return }
            let width = Terminal.width(of: STDERR_FILENO)
            Terminal.aside("\r\u{1B}[K\(Columns.cut(text, width > 0 ? width - 1 : 79))")
            state.isDrawn = true
        }
    }
}
