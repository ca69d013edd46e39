import Foundation
import RSSModel

/// A line of progress as JSON: `{"at":…,"done":315,"event":"advanced","phase":"index t_x","total":1000,"unit":"share"}`.
struct ProgressRecord: Encodable {
    /// `phase`, `advanced`, `finished`, `done`, `note` or `warning`.
    let event: String
    /// When, ISO 8601 in UTC.
    let at: Date
    /// The phase in progress.
    var phase: String?
    /// How much of it is done, in its unit.
    var done: Int64?
    /// How much there is; left out where that is not known.
    var total: Int64?
    /// What is counted.
    var unit: String?
    /// How much was rejected.
    var rejected: Int64?
    /// Seconds left at the recent rate.
    var remaining: Double?
    /// The text of a note, a warning or a completed action.
    var text: String?

    /// - Parameter seconds: the time on the clock that the state was fed with.
    init(_ event: ProgressEvent, _ state: ProgressState?, at date: Date, _ seconds: Double) {
        at = date
        phase = state?.phase
        switch event {
        case .phase(let name, let total, let unit):
            self.event = "phase"
            phase = name
            self.total = total
            self.unit = unit.rawValue
        case .advanced(let done, let rejected):
            self.event = "advanced"
            self.done = done
            self.rejected = rejected > 0 ? rejected : nil
            total = state?.total
            unit = state?.unit.rawValue
            remaining = state?.remaining(at: seconds).map { ($0 * 10).rounded() / 10 }
        case .finished: self.event = "finished"
        case .done(let text):
            self.event = "done"
            self.text = text
        case .note(let text):
            self.event = "note"
            self.text = text
        case .warning(let text):
            self.event = "warning"
            self.text = text
        }
    }
}
