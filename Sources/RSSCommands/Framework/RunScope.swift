import Console
import Journal
import RSSCore
import RSSModel
import Synchronization

/// The bounds of one run: its work is cancelled by its deadline and, where the process is its own, by signals; its end is recorded.
///
/// Nothing of it is of the process but the signals, so that a process may have several.
struct RunScope: Sendable {
    /// Records the end; nil where the run has no entry in the journal.
    var recorder: RunRecorder?
    /// The time that the work has; nil for any.
    var timeout: Duration?
    /// Whether the work repeats itself until it is interrupted, which is then no failure.
    var isWatch: Bool
    /// What its user does after an interruption.
    var nextStep: String
    /// The flags that hints repeat.
    var carried: CarriedFlags
    /// Whether signals are for this run, and the time began with the process.
    var ownsProcess: Bool
    /// Shows why the work failed, while signals and the deadline still end a process whose reader does not read.
    var show: @Sendable (ErrorReport) -> Void

    /// Does the work in a task of its own, and returns the status that a process with this one run ends with.
    func run(_ work: @escaping @Sendable () async throws -> ExitStatus) async -> ExitStatus {
        let task = Task { try await work() }
        let isOverdue = Switch()
        let signals = ownsProcess ? watchSignals(task) : nil
        // The process's own timer runs from its begin; in a test there is none.
        let began = ownsProcess ? ProcessEnd.began : .now
        let deadline = timeout.map { timeout in
            Task {
                try await Task.sleep(until: began + timeout, clock: .continuous)
                guard !ownsProcess || ProcessEnd.hasDeadline else { return }
                isOverdue.turnOn()
                task.cancel()
                signals?.expectEnd(.tryAgain)
            }
        }
        defer {
            deadline?.cancel()
            signals?.stop()
        }
        do {
            let status = try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
            recorder?.finish(Run.Outcome(status), exitCode: status.rawValue)
            return status
        } catch {
            if isExpected(error, signals) {
                recorder?.finish(.done, exitCode: ExitStatus.done.rawValue)
                return .done
            }
            let report = report(of: error, signals, isOverdue: isOverdue.isOn)
            show(report)
            recorder?.finish(
                Run.Outcome(report.exit) == .interrupted ? .interrupted : .failed,
                exitCode: report.exit.rawValue, error: RunError(report))
            return report.exit
        }
    }

    private func watchSignals(_ task: Task<ExitStatus, any Error>) -> SignalWatch {
        SignalWatch { _ in
            task.cancel()
        } onOverdue: { status in
            let report = ProcessEnd.abandoned(status, timeout: timeout, nextStep: carried.adding(to: nextStep))
            recorder?.finish(Run.Outcome(status), exitCode: status.rawValue, error: RunError(report))
        }
    }

    /// Whether an error is how such a run ends: the reader of what the work writes closed the pipe (`| head`), so that the rest is not
    /// wanted, or a watch was interrupted.
    private func isExpected(_ error: any Error, _ signals: SignalWatch?) -> Bool {
        error as? ConsoleError == .brokenPipe || isWatch && signals?.status == .interrupted
    }

    private func report(of error: any Error, _ signals: SignalWatch?, isOverdue: Bool) -> ErrorReport {
        var report = ErrorReport(describing: error)
        if let status = signals?.status {
            if error as? ConsoleError == .cancelled {
                report.exit = status
            } else {
                report = ErrorReport(
                    code: "RSS-RUN-001", exit: status, message: "interrupted; the running work was cancelled",
                    hint: nextStep)
            }
        } else if isOverdue, report.exit == .interrupted {
            report = ErrorReport(
                code: "RSS-RUN-002", exit: .tryAgain,
                message: "not done within --timeout \(timeout.map { Quantity.duration($0) } ?? "")",
                hint: "Allow more time, or run it when the server is less busy.")
        }
        return report.mappingHint(carried.adding)
    }
}

/// Something that happens at most once, signalled from one task to another.
private final class Switch: Sendable {
    private let state = Mutex(false)

    var isOn: Bool { state.withLock { $0 } }

    func turnOn() { state.withLock { $0 = true } }
}

extension Run.Outcome {
    init(_ status: ExitStatus) {
        switch status {
        case .done: self = .done
        case .findings, .pending: self = .findings
        case .interrupted, .hungUp, .terminated: self = .interrupted
        default: self = .failed
        }
    }
}
