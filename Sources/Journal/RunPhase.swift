import Foundation
import GRDB

/// A phase of a run, with its time.
public struct RunPhase: Sendable, Codable, Equatable {
    /// The run.
    public var runID: String
    /// Order within the run, from 0.
    public var position: Int
    /// What was done.
    public var name: String
    /// When it began.
    public var startedAt: Date
    /// How long it took, in milliseconds.
    public var milliseconds: Int64
    /// How much was done, in the phase's own unit.
    public var done: Int64

    /// Makes the record of a phase.
    public init(runID: String, position: Int, name: String, startedAt: Date, milliseconds: Int64, done: Int64) {
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
    public static let databaseTableName = "phase"

    enum CodingKeys: String, CodingKey {
        // GRDB's snake case of runID would be run_i_d.
        case runID = "runId"
        case position, name, startedAt, milliseconds, done
    }
}
