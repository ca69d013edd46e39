import Foundation
import GRDB

/// A phase of a run, with its time.
package struct RunPhase: Sendable, Codable, Equatable {
    /// The run.
    package var runID: String
    /// Order within the run, from 0.
    package var position: Int
    /// What was done.
    package var name: String
    /// When it began.
    package var startedAt: Date
    /// How long it took, in milliseconds.
    package var milliseconds: Int64
    /// How much was done, in the phase's own unit.
    package var done: Int64

    /// Makes the record of a phase.
    package init(runID: String, position: Int, name: String, startedAt: Date, milliseconds: Int64, done: Int64) {
        self.runID = runID
        self.position = position
        self.name = name
        self.startedAt = startedAt
        self.milliseconds = milliseconds
        self.done = done
    }
}

extension RunPhase: JournalRecord {
    /// `phase`
    package static let databaseTableName = "phase"

    enum CodingKeys: String, CodingKey {
        // GRDB's snake case of runID would be run_i_d.
        case runID = "runId"
        case position, name, startedAt, milliseconds, done
    }
}
