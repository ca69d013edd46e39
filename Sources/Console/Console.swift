import Synchronization

/// The streams of a run: stdout for results, stderr for everything else, stdin for answers.
///
/// It owns the live progress line: that line is wiped before anything else is written to either stream. What is said on
/// stderr never fails a run; what is written to stdout does.
package final class Console: Sendable {
    /// Results.
    package let output: Channel
    /// Messages, progress, questions.
    package let error: Channel
    /// Answers.
    package let input: any LineInput
    /// How much is printed on stderr.
    package let verbosity: Verbosity
    // Guards the order of writes; the value is the live line now on the screen.
    private let liveLine = Mutex<String?>(nil)

    /// Makes a console from its parts.
    package init(
        output: Channel, error: Channel, input: any LineInput = NoInput(), verbosity: Verbosity = .normal
    ) {
        self.output = output
        self.error = error
        self.input = input
        self.verbosity = verbosity
    }

    /// Writes to stdout through a buffer that is handed over at the end, also when the body throws.
    package func withOutput(
        _ body: (inout BufferedOutput) throws(ConsoleError) -> Void
    ) throws(ConsoleError) {
        clearLiveLine()
        var buffer = BufferedOutput(output.sink)
        do throws(ConsoleError) {
            try body(&buffer)
        } catch {
            try? buffer.flush()
            throw error
        }
        try buffer.flush()
    }

    /// Says something on stderr, unless asked to be quiet.
    package func note(_ text: String) {
        guard verbosity > .quiet else { return }
        say(text)
    }

    /// Warns on stderr, always.
    package func warning(_ text: String) {
        say(error.style("warning:", .attention) + " " + text)
    }

    /// Writes lines to stderr as they are, always, and puts the live line back under them.
    ///
    /// Text from data must have been through ``VisibleText``.
    package func say(_ lines: String) {
        liveLine.withLock { live in
            try? error.sink.write(Self.wipe(live) + error.charset(lines) + "\n" + (live ?? ""))
        }
    }

    /// Writes a question to stderr, without a line end.
    func ask(_ text: String) {
        clearLiveLine()
        // Where stderr is closed there is no one to be asked, and no place to say so.
        try? error.sink.write(error.charset(text))
    }

    /// Shows a line at the bottom of the terminal in place of the one before.
    func showLiveLine(_ line: String) {
        let line = error.charset(line)
        liveLine.withLock { live in
            guard live != line else { return }
            try? error.sink.write(Self.wipe(live) + line)
            live = line
        }
    }

    /// Wipes the live line, if there is one.
    func clearLiveLine() {
        liveLine.withLock { live in
            guard live != nil else { return }
            try? error.sink.write(Self.wipe(live))
            live = nil
        }
    }

    /// Back to the first column and clear to the end of the line.
    private static func wipe(_ live: String?) -> String { live == nil ? "" : "\r\u{1B}[K" }
}
