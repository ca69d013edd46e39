import RSSModel
import Synchronization

/// Shows the progress of a long operation on stderr.
///
/// On a terminal: one line that is redrawn at most ten times a second. Elsewhere: nothing, or with
/// ``Verbosity/verbose`` one line every 30 seconds. Notes and warnings become lines of their own; ``Verbosity/quiet``
/// leaves the warnings only.
public final class ProgressRenderer: Sendable {
    private struct State {
        var phase: ProgressState?
        var shownAt = -Double.infinity
    }

    private enum Manner { case live, periodic, silent }

    private let console: Console
    private let now: @Sendable () -> Double
    private let manner: Manner
    private let state = Mutex(State())

    /// Makes a renderer.
    ///
    /// - Parameter now: Seconds on a clock that never goes back; the system's, unless a test brings its own.
    public init(_ console: Console, now: @escaping @Sendable () -> Double = ProgressRenderer.systemClock()) {
        self.console = console
        self.now = now
        if console.verbosity == .quiet {
            manner = .silent
        } else if console.error.isTTY {
            manner = .live
        } else {
            manner = console.verbosity == .verbose ? .periodic : .silent
        }
    }

    /// Seconds since the call that made the clock.
    public static func systemClock() -> @Sendable () -> Double {
        let start = ContinuousClock.now
        return { (ContinuousClock.now - start).seconds }
    }

    /// The listening end for an operation.
    public var reporter: ProgressReporter { ProgressReporter { [self] event in handle(event) } }

    /// Takes one event.
    public func handle(_ event: ProgressEvent) {
        let time = now()
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

    /// Redraws although nothing was told, when it is time: a caller's timer keeps the line alive through a long wait.
    public func tick() {
        state.withLock { show(&$0, at: now(), force: false) }
    }

    private func show(_ state: inout State, at time: Double, force: Bool) {
        guard manner != .silent, let phase = state.phase else { return }
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
