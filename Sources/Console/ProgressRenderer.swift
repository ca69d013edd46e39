import Foundation
import RSSModel
import Synchronization

/// Shows the progress of a long operation on stderr.
///
/// On a terminal: one line that is redrawn at most ten times a second. Elsewhere: nothing, or with
/// ``Verbosity/verbose`` one line every 30 seconds. Notes and warnings become lines of their own; ``Verbosity/quiet``
/// leaves the warnings only.
package final class ProgressRenderer: Sendable {
    private struct State {
        var phase: ProgressState?
        var shownAt = -Double.infinity
    }

    private enum Manner { case live, periodic, json, silent }

    private let console: Console
    private let now: @Sendable () -> Double
    private let manner: Manner
    private let state = Mutex(State())

    /// Makes a renderer.
    ///
    /// - Parameters:
    ///   - progress: how progress is printed. Asked for JSON, ``Verbosity/quiet`` leaves the warnings only, as JSON too.
    ///   - now: Seconds on a monotonic clock; the system's, unless a test brings its own.
    package init(
        _ console: Console, _ progress: ProgressManner = .auto,
        now: @escaping @Sendable () -> Double = ProgressRenderer.systemClock()
    ) {
        self.console = console
        self.now = now
        manner =
            switch progress {
            case .json: .json
            case .none: .silent
            case _ where console.verbosity == .quiet: .silent
            case .plain: .periodic
            case .auto: console.error.isTTY ? .live : console.verbosity == .verbose ? .periodic : .silent
            }
    }

    /// Seconds since the call that made the clock.
    package static func systemClock() -> @Sendable () -> Double {
        let start = ContinuousClock.now
        return { (ContinuousClock.now - start).seconds }
    }

    /// The listening end for an operation.
    package var reporter: ProgressReporter { ProgressReporter { [self] event in handle(event) } }

    /// Takes one event.
    package func handle(_ event: ProgressEvent) {
        let time = now()
        if manner == .json { return writeJSON(event, at: time) }
        switch event {
        case .phase(let name, let total, let unit):
            state.withLock { state in
                state.phase = ProgressState(phase: name, total: total, unit: unit, at: time)
                // Off a terminal the first line comes after a period, so that short work stays silent.
                if manner == .periodic { state.shownAt = time }
                show(&state, at: time, force: manner == .live)
            }
        case .advanced(let done, let rejected):
            state.withLock { state in
                state.phase?.advance(to: done, rejected: rejected, at: time)
                show(&state, at: time, force: false)
            }
        case .finished:
            state.withLock { $0.phase = nil }
            if manner == .live { console.clearLiveLine() }
        case .done: break
        case .note(let text):
            console.note(VisibleText.of(text))
        case .warning(let text):
            console.warning(VisibleText.of(text))
        }
    }

    /// Prints an event as a line of JSON; of those that only advance a count, at most four a second.
    private func writeJSON(_ event: ProgressEvent, at time: Double) {
        let record = state.withLock { state -> ProgressRecord? in
            switch event {
            case .phase(let name, let total, let unit):
                state.phase = ProgressState(phase: name, total: total, unit: unit, at: time)
                state.shownAt = -Double.infinity
            case .advanced(let done, let rejected):
                state.phase?.advance(to: done, rejected: rejected, at: time)
                if time - state.shownAt < 0.25 { return nil }
                state.shownAt = time
            default: break
            }
            defer { if event == .finished { state.phase = nil } }
            return ProgressRecord(event, state.phase, at: Date(), time)
        }
        if case .warning = event {} else if console.verbosity == .quiet { return }
        guard let record, let line = try? JSONDocument.text(of: record) else { return }
        console.say(line)
    }

    /// Redraws although no event came, when it is time: a caller's timer keeps the line alive through a long wait.
    package func tick() {
        state.withLock { show(&$0, at: now(), force: false) }
    }

    private func show(_ state: inout State, at time: Double, force: Bool) {
        guard manner == .live || manner == .periodic, let phase = state.phase else { return }
        guard force || time - state.shownAt >= (manner == .live ? 0.1 : 30) else { return }
        state.shownAt = time
        let parts = phase.parts(at: time)
        if manner == .live {
            console.showLiveLine(ProgressLine.text(parts, width: console.error.width ?? 80, style: console.error.style))
        } else {
            console.note(ProgressLine.plain(parts))
        }
    }
}
