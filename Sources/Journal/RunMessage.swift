import Foundation
import GRDB

/// A warning or a note of a run.
public struct RunMessage: Sendable, Codable, Equatable {
    /// The run.
    public var runID: String
    /// When it was told.
    public var at: Date
    /// Whether it is a warning.
    public var isWarning: Bool
    /// The text.
    public var text: String

    /// Makes the record of a message.
    public init(runID: String, at: Date, isWarning: Bool, text: String) {
        self.runID = runID
        self.at = at
        self.isWarning = isWarning
        self.text = text
    }
}

extension RunMessage: JournalRecord {
    /// `message`
    public static let databaseTableName = "message"

    enum CodingKeys: String, CodingKey {
        // GRDB's snake case of runID would be run_i_d.
        case runID = "runId"
        case at, isWarning, text
    }
}
