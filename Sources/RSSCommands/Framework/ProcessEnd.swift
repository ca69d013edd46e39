import CProcessEnd
import Console
import RSSCore
import RSSModel

/// What ends the process when the work does not: after a signal, after `--timeout`, or where no thread can be created.
///
/// It is in signal handlers and a timer of the process, so that it needs no thread, no memory and no answer.
package enum ProcessEnd {
    /// How long after a signal or the deadline the process may last.
    static let grace = Duration.milliseconds(1700)

    /// When the process began, as far as `--timeout` is concerned.
    static let began = ContinuousClock.now

    /// Catches the signals and starts the timer of `--timeout`. To be called before anything else, on the main thread:
    /// the first `await` may need a thread already.
    package static func prepare(arguments: [String]) {
        let started = began
        process_end_begin(Int64(grace / .milliseconds(1)), ExitStatus.tryAgain.rawValue)
        let timeout = timeout(in: arguments)
        for (reason, report) in reports(timeout) {
            let text =
                arguments.wantsJSON ? ErrorRenderer.json(report) : ErrorRenderer.text(report, style: Style(isOn: false))
            process_end_text(reason, text + "\n")
        }
        if let timeout {
            let left = timeout + grace - started.duration(to: .now)
            process_end_deadline(Int64(left / .milliseconds(1)), ExitStatus.tryAgain.rawValue)
        }
    }

    /// Removes the deadline: what follows is interactive, in a pager or in psql.
    static func removeDeadline() { process_end_deadline(0, 0) }

    /// Whether `--timeout` still applies.
    static var hasDeadline: Bool { process_end_has_deadline() }

    /// The last `--timeout` of a command line that is not parsed yet; nil for none, or for one that the parser refuses.
    static func timeout(in arguments: [String]) -> Duration? {
        let words = arguments.prefix { $0 != "--" }
        var found: Duration?
        for (word, next) in zip(words, words.dropFirst().map(Optional.some) + [nil]) {
            if word == "--timeout" {
                found = next.flatMap(DurationText.parse)
            } else if word.hasPrefix("--timeout=") {
                found = DurationText.parse(String(word.dropFirst("--timeout=".count)))
            }
        }
        return found
    }

    /// What is reported of work that did not stop: after a signal, or with ``ExitStatus/tryAgain`` after the deadline.
    static func abandoned(
        _ exit: ExitStatus, timeout: Duration?, nextStep: String = "Run the same command again."
    ) -> ErrorReport {
        let detail = "The servers roll back what was not committed when they notice that their client has gone."
        if exit == .tryAgain {
            return ErrorReport(
                code: "RSS-RUN-004", exit: exit,
                message: "not done within --timeout \(timeout.map { Quantity.duration($0) } ?? ""), and did not stop",
                detail: detail, hint: "Allow more time, or run the command when the server is less busy.")
        }
        return ErrorReport(
            code: "RSS-RUN-003", exit: exit, message: "interrupted; the work did not stop and was abandoned",
            detail: detail, hint: nextStep)
    }

    private static func reports(_ timeout: Duration?) -> [(process_end_reason, ErrorReport)] {
        [
            (process_end_interrupt, abandoned(.interrupted, timeout: nil)),
            (process_end_terminate, abandoned(.terminated, timeout: nil)),
            (process_end_hangup, abandoned(.hungUp, timeout: nil)),
            (process_end_overdue, abandoned(.tryAgain, timeout: timeout)),
            (
                process_end_no_thread,
                ErrorReport(
                    code: "RSS-RUN-005", exit: .tryAgain, message: "no thread could be created for 2 s",
                    detail: "A limit on memory or on the number of processes is reached.",
                    hint:
                        "Raise the limit (ulimit -v, ulimit -u, MemoryMax, TasksMax), or run the command when other processes have ended."
                )
            ),
        ]
    }
}
