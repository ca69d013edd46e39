import Foundation
import TestSupport
import Testing

/// The built binary in other locales and zones.
@Suite struct LocaleTests {
    @Test func `times are local with their zone in tables, and UTC in JSON`() async throws {
        try await withState { state in
            _ = try await Binary(state: state).run("sandbox", "down")
            let binary = Binary(state: state, environment: ["TZ": "XYZ-05:30"])
            let table = try await binary.run("runs", "list", "--columns", "started")
            #expect(table.output.hasPrefix("started (XYZ)\n"), "\(table)")
            let csv = try await binary.run("runs", "list", "--columns", "started", "-o", "csv")
            let local = try #require(table.output.split(separator: "\n").dropFirst().first)
            let utc = try #require(csv.output.split(separator: "\n").dropFirst().first)
            let parse = ISO8601DateFormatter()
            parse.formatOptions = [.withFullDate, .withTime, .withColonSeparatorInTime, .withSpaceBetweenDateAndTime]
            parse.timeZone = TimeZone(secondsFromGMT: 19_800)
            let exact = ISO8601DateFormatter()
            exact.formatOptions =
                utc.contains(".") ? [.withInternetDateTime, .withFractionalSeconds] : [.withInternetDateTime]
            let shown = try #require(parse.date(from: String(local)))
            let meant = try #require(exact.date(from: String(utc)))
            #expect(abs(shown.timeIntervalSince(meant)) < 1, "\(local) is not \(utc)")
            let utcTable = try await Binary(state: state, environment: ["TZ": "UTC"]).run(
                "runs", "list", "--columns", "started")
            #expect(utcTable.output.hasPrefix("started (UTC)\n"))
        }
    }

    @Test func `without a UTF-8 locale nothing but ASCII is drawn`() async throws {
        try await withState { state in
            let binary = Binary(state: state, environment: ["LANG": "C", "LC_ALL": "C"])
            for arguments in [
                ["runs", "list"], ["help", "environment"], ["help", "global"], ["doctor"], ["config", "show"],
                ["bulk", "import", "-h"], ["migrate", "status"],
            ] {
                let result = try await binary.run(arguments)
                #expect((result.output + result.errors).allSatisfy { $0.isASCII }, "\(arguments): \(result)")
            }
        }
    }
}
