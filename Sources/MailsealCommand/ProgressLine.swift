// One line of progress on a terminal: a bar, bytes, messages, rate and time left.

import Glibc
import Mailseal

/// Draws progress on standard error while work goes on, when that is a terminal.
final class ProgressLine {
    private let start = ProgressLine.now()
    private var lastDrawn = 0.0
    private let label: String

    /// How many failures the observer was told.
    private(set) var failures = 0

    /// A line that starts with this word.
    init(_ label: String) { self.label = label }

    /// An observer that draws progress here and tells what there is to say.
    func observer(wantsTotal: Bool = false) -> Observer {
        Observer(wantsTotal: wantsTotal, progress: draw) { notice in
            self.erase()
            if case .failure = notice { self.failures += 1 }
            Terminal.tell(notice)
        }
    }

    /// Draws how far the work is, at most ten times a second.
    func draw(_ progress: Progress) { draw { text(progress, seconds: $0) } }

    /// Draws how many things of a kind are done, at most ten times a second.
    func draw(_ done: Int, of total: Int, _ noun: String) {
        draw { seconds in
            var parts = [label, "\(Quantity.grouped(done)) of \(Quantity.count(total, noun))"]
            if done > 0 { parts.append("\(Quantity.duration(seconds / Double(done) * Double(total - done))) left") }
            return parts.joined(separator: "  ")
        }
    }

    private func draw(_ text: (_ seconds: Double) -> String) {
        guard Terminal.hasProgress else { return }
        let time = Self.now()
        guard time - lastDrawn >= 0.1 else { return }
        lastDrawn = time
        let width = Terminal.width(of: STDERR_FILENO)
        let line = text(time - start).prefix(width > 0 ? width - 1 : 79)
        Terminal.aside("\r\u{1B}[K\(line)")
    }

    /// Removes the line.
    func erase() {
        guard Terminal.hasProgress, lastDrawn > 0 else { return }
        Terminal.aside("\r\u{1B}[K")
        lastDrawn = 0
    }

    private func text(_ progress: Progress, seconds: Double) -> String {
        let rate = seconds > 0 ? Double(progress.bytes) / seconds : 0
        var parts = [label]
        if let total = progress.totalBytes, total > 0 {
            let part = min(1, Double(progress.bytes) / Double(total))
            let filled = Int(part * 10)
            let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 10 - filled)
            parts.append("[\(bar)] \(Int(part * 100)) %")
        }
        parts.append(Quantity.bytes(progress.bytes))
        parts.append(Quantity.count(progress.messages, "message"))
        parts.append("\(Quantity.bytes(Int(rate)))/s")
        if let total = progress.totalBytes, rate > 0, total > progress.bytes {
            parts.append("\(Quantity.duration(Double(total - progress.bytes) / rate)) left")
        }
        return parts.joined(separator: "  ")
    }

    private static func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
