import Foundation
import Synchronization

/// Writes one run into the journal while it is in progress. A journal that fails never stops the work: the first failure is
/// reported once, and nothing more is written.
package final class RunRecorder: Sendable {
    private struct State {
        var journal: Journal?
        var run: Run
        var phases = 0
        var phaseName: String?
        var phaseStart = Date()
        var phaseDone: Int64 = 0
    }

    private let state: Mutex<State>
    private let onFailure: @Sendable (JournalError) -> Void

    /// The run's id.
    package let id: String

    /// Begins to record a run.
    ///
    /// - Parameters:
    ///   - open: opens the journal.
    ///   - onFailure: called at most once, when the journal cannot be used.
    package init(_ run: Run, open: () throws -> Journal, onFailure: @escaping @Sendable (JournalError) -> Void) {
        id = run.id
        self.onFailure = onFailure
        state = Mutex(State(journal: nil, run: run))
        do {
            let journal = try open()
            state.withLock { $0.journal = journal }
            try journal.begin(run)
        } catch {
            give(up: error, path: "")
        }
    }

    /// Records the target of the run.
    package func target(_ target: String) {
        let run = state.withLock { state -> Run? in
            guard state.run.target != target else { return nil }
            state.run.target = target
            return state.run
        }
        // At once, so that a run that is killed has it too.
        if let run { attempt { try $0.finish(run) } }
    }

    /// Records a count; the last value of a name counts.
    package func count(_ name: String, _ value: Int64) { state.withLock { $0.run.counts[name] = value } }

    /// A phase begins; one in progress ends.
    package func beginPhase(_ name: String) {
        endPhase()
        state.withLock {
            $0.phaseName = name
            $0.phaseStart = Date()
            $0.phaseDone = 0
        }
    }

    /// The phase has advanced.
    package func advance(to done: Int64) { state.withLock { $0.phaseDone = done } }

    /// The phase ended.
    package func endPhase() {
        let phase = state.withLock { state -> RunPhase? in
            guard let name = state.phaseName else { return nil }
            state.phaseName = nil
            state.phases += 1
            return RunPhase(
                runID: state.run.id, position: state.phases - 1, name: name, startedAt: state.phaseStart,
                milliseconds: Int64((Date().timeIntervalSince(state.phaseStart) * 1000).rounded()),
                done: state.phaseDone)
        }
        if let phase { attempt { try $0.add(phase) } }
    }

    /// A warning or a note.
    package func message(_ text: String, isWarning: Bool) {
        let message = RunMessage(runID: id, at: Date(), isWarning: isWarning, text: text)
        attempt { try $0.add(message) }
    }

    /// The run ended.
    package func finish(_ outcome: Run.Outcome, exitCode: Int32, error: RunError? = nil) {
        endPhase()
        let run = state.withLock { state -> Run in
            state.run.outcome = outcome
            state.run.exitCode = exitCode
            state.run.error = error
            state.run.endedAt = Date()
            return state.run
        }
        attempt { try $0.finish(run) }
    }

    private func attempt(_ work: (Journal) throws -> Void) {
        guard let journal = state.withLock({ $0.journal }) else { return }
        do {
            try work(journal)
        } catch {
            give(up: error, path: journal.path)
        }
    }

    private func give(up error: any Error, path: String) {
        state.withLock { $0.journal = nil }
        onFailure(error as? JournalError ?? .unusable(path: path, reason: "\(error)"))
    }
}
