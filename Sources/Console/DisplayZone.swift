import Foundation
import Glibc
import RSSModel

/// The time zone in which people are shown points in time; programs are shown UTC.
package struct DisplayZone: Sendable {
    /// Seconds east of UTC at a point in time, and the zone's name then; nil where they are not known.
    let offset: @Sendable (Date) -> (seconds: Int, name: String)?

    /// Coordinated universal time.
    package static let utc = DisplayZone { _ in (0, "UTC") }

    /// The zone of the process: `TZ`, else the machine's.
    package static let local = DisplayZone { date in
        let whole = date.timeIntervalSince1970.rounded(.down)
        guard abs(whole) < 1e14 else { return nil }
        var seconds = time_t(whole)
        var fields = tm()
        guard localtime_r(&seconds, &fields) != nil, let name = fields.tm_zone else { return nil }
        return (fields.tm_gmtoff, String(cString: name))
    }

    /// `2026-11-24 02:59:50` and `CET`.
    func display(_ date: Date) -> (time: String, zone: String) {
        guard UTCTime(date) != nil, let offset = offset(date) else { return (UTCTime.display(date), "UTC") }
        // As if it were UTC: the difference is in the fields only.
        return (UTCTime.display(date.addingTimeInterval(Double(offset.seconds))), offset.name)
    }
}

extension Console {
    /// A point in time in the zone of the output, with its name: `2026-11-24 02:59:50 CET`.
    package func clockText(_ date: Date) -> String {
        let shown = output.zone.display(date)
        return "\(shown.time) \(shown.zone)"
    }
}

extension Table {
    /// The headings for people, and the zones of each column's points in time: where all are of one zone the heading names it,
    /// and where they differ, as on both sides of a change of the clocks, each value does.
    func headings(in zone: DisplayZone) -> (texts: [String], isZoneInValue: [Bool]) {
        var texts: [String] = []
        var isInValue: [Bool] = []
        for (index, column) in columns.enumerated() {
            var names: Set<String> = []
            for row in rows where index < row.count {
                if case .timestamp(let date) = row[index], UTCTime(date) != nil {
                    names.insert(zone.display(date).zone)
                }
            }
            let only = names.count == 1 ? names.first : nil
            texts.append(only.map { "\(column.header) (\($0))" } ?? column.header)
            isInValue.append(names.count > 1)
        }
        return (texts, isInValue)
    }
}
