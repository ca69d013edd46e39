import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore

@Suite struct ServerClockTests {
    @Test func `the clock is the server's, whatever zone the session has`() async throws {
        try await withConnection { connection in
            for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Niue"] {
                try await connection.execute("SET TimeZone = '\(zone)'")
                let clock = try await ServerClock(connection)
                #expect(abs(clock.skew) < 5 && clock.warning == nil)
                #expect("\(clock.today)" == (try await connection.value("SELECT (now() AT TIME ZONE 'UTC')::date")))
            }
        }
    }

    @Test func `a machine that is more than a minute off is warned of`() throws {
        func warning(_ skew: TimeInterval) throws -> String? {
            ServerClock(now: Date(), today: try #require(CalendarDate("2026-11-30")), skew: skew).warning
        }
        #expect(try warning(59) == nil && warning(-59) == nil)
        let ahead = try warning(2 * 365 * 86_400 + 30)
        #expect(ahead?.contains("730 days") == true && ahead?.contains("ahead of") == true)
        #expect(try warning(-61)?.contains("1 minute, 1 second behind") == true)
    }
}
