import Foundation
import GRDB

/// A warning or a note of a run.
package struct RunMessage: Sendable, Codable, Equatable {
    /// The run.
    package var runID: String
    /// When it was reported.
    package var at: Date
    /// Whether it is a warning.
    package var isWarning: Bool
    /// The text.
    package var text: String

    /// Makes the record of a message.
    package init(runID: String, at: Date, isWarning: Bool, text: String) {
        self.runID = runID
        self.at = at
        self.isWarning = isWarning
        self.text = text
    }
}

extension RunMessage: JournalRecord {
    /// `message`
    package static let databaseTableName = "message"

    enum CodingKeys: String, CodingKey {
        // GRDB's snake case of runID would be run_i_d.
        case runID = "runId"
        case at, isWarning, text
    }
}
