import Foundation
import PostgresClient

/// The time by the database's clock, which alone decides over data: what is old, what is new, and which day it is. The clock of
/// the machine that runs rssctl may be wrong without anyone noticing.
package struct ServerClock: Sendable, Equatable {
    /// Now, by the server.
    package let now: Date
    /// The day that it is in UTC.
    package let today: CalendarDate
    /// Seconds that this machine is ahead of the server; negative when it is slow. As far as one reading shows.
    package let skew: TimeInterval

    /// A machine whose clock is off by more has a wrong one.
    package static let mostSkew: TimeInterval = 60

    /// The warning about a wrong clock; nil for one that is right.
    package var warning: String? {
        guard abs(skew) > Self.mostSkew else { return nil }
        let amount = Duration.seconds(Int64(abs(skew).rounded()))
            .formatted(.units(allowed: [.days, .hours, .minutes, .seconds], width: .wide, maximumUnitCount: 2))
        return
            "the clock of this machine is \(amount) \(skew > 0 ? "ahead of" : "behind") the database's, which is used: set the time by NTP"
    }
}

extension ServerClock {
    /// Reads the clock of a session's server.
    ///
    /// - Throws: `PostgresError`.
    package init(_ connection: PostgresConnection) async throws {
        let before = Date()
        let row = try await connection.query("SELECT clock_timestamp(), (clock_timestamp() AT TIME ZONE 'UTC')::date")
            .first
        let after = Date()
        guard let (now, today) = try row?.decode(Date.self, CalendarDate.self) else {
            throw PostgresError(.unexpectedResult, "the server did not return its time")
        }
        self.now = now
        self.today = today
        // The server's reading lies between ours, unless the clocks differ.
        skew =
            now < before
            ? before.timeIntervalSince(now) : now > after ? -now.timeIntervalSince(after) : 0
    }
}
