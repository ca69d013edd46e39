import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate
@testable import RSSPartition

/// A conversion is interrupted at every point there is; run again, aborted, or undone, it is completed, and the data are as
/// they were.
@Suite(.serialized) struct ConvertCrashTests {
    private let request = ConversionRequest(
        table: RelationName(schema: "public", name: ConversionScenario.table), column: ConversionScenario.column,
        globalUnique: ConversionScenario.unique)

    private enum Work { case run, abort, undo }

    /// Works, losing the session at one point; nil never loses it.
    private func perform(
        _ work: Work, _ options: ConnectionOptions, losingSessionAt fatal: Int? = nil
    ) async throws -> (points: [String], failure: (any Error)?) {
        let connection = try await PostgresConnection.connect(options)
        let admin = try await PostgresConnection.connect(options)
        let pid = await connection.backendPID
        let points = Mutex<[String]>([])
        var failure: (any Error)?
        do {
            try await FaultPoint.$handler.withValue({ name in
                let count = points.withLock { points in
                    points.append(name)
                    return points.count
                }
                if count == fatal { try await admin.query("SELECT pg_terminate_backend($1, 5000)", [pid]) }
            }) {
                let conversion = conversion(connection)
                switch work {
                case .run: _ = try await conversion.run(request, at: Date(), progress: .silent)
                case .abort: _ = try await conversion.abort(request.table, progress: .silent)
                case .undo: _ = try await conversion.undo(request.table, progress: .silent)
                }
            }
        } catch { failure = error }
        await connection.close()
        await admin.close()
        return (points.withLock { $0 }, failure)
    }

    private func scenario<T>(_ body: (ConnectionOptions, PostgresConnection) async throws -> T) async throws -> T {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(ConversionScenario.sql)
            let value = try await body(options, connection)
            await connection.close()
            return value
        }
    }

    /// The dump without what depends on the time of an identity's sequence.
    private func dump(_ connection: PostgresConnection) async throws -> String {
        try await StructureDump(connection).text()
    }

    private func data(_ connection: PostgresConnection) async throws -> String? {
        try await ConversionScenario.data(connection)
    }

    @Test func `a session lost at any point leaves nothing that the next run does not finish`() async throws {
        let (points, wanted, rows) = try await scenario { options, connection in
            let rows = try await data(connection)
            let (points, failure) = try await perform(.run, options)
            #expect(failure == nil)
            return (points, try await dump(connection), rows)
        }
        #expect(points.count >= 20, "\(points)")
        try await concurrently(1...points.count) { fatal in
            try await scenario { options, connection in
                let (_, failure) = try await perform(.run, options, losingSessionAt: fatal)
                if fatal < points.count { #expect(failure != nil, "point \(fatal), \(points[fatal - 1])") }
                #expect(try await data(connection) == rows, "point \(fatal), \(points[fatal - 1])")
                let again = try await perform(.run, options)
                #expect(again.failure == nil, "point \(fatal), \(points[fatal - 1])")
                let found = try await dump(connection)
                #expect(found == wanted, "point \(fatal), \(points[fatal - 1])")
                #expect(try await data(connection) == rows)
                #expect(try await ConversionScenario.leftovers(connection) == nil)
            }
        }
    }

    @Test func `a conversion interrupted at any point is undone to the former state`() async throws {
        let points = try await scenario { options, _ in try await perform(.run, options).points }
        let last = try #require(points.firstIndex(of: "convert.taken over"))
        try await concurrently(1...last + 1) { fatal in
            try await scenario { options, connection in
                let (before, rows) = (try await dump(connection), try await data(connection))
                _ = try await perform(.run, options, losingSessionAt: fatal)
                // The abort is interrupted as well, and done again.
                _ = try await perform(.abort, options, losingSessionAt: fatal % 4 + 1)
                let again = try await perform(.abort, options)
                if let error = again.failure as? ConversionError {
                    #expect(error.report.code == "RSS-PARTITION-048")
                } else {
                    #expect(again.failure == nil, "point \(fatal), \(points[fatal - 1])")
                }
                let after = try await dump(connection)
                #expect(after == before, "point \(fatal), \(points[fatal - 1])")
                #expect(try await data(connection) == rows)
                #expect(try await ConversionScenario.leftovers(connection) == nil)
            }
        }
    }

    @Test func `an undo interrupted at any point is done by the next`() async throws {
        let points = try await scenario { options, _ in
            _ = try await perform(.run, options)
            let (points, failure) = try await perform(.undo, options)
            #expect(failure == nil)
            return points
        }
        #expect(points.count >= 6, "\(points)")
        try await concurrently(1...points.count) { fatal in
            try await scenario { options, connection in
                let (before, rows) = (try await dump(connection), try await data(connection))
                _ = try await perform(.run, options)
                _ = try await perform(.undo, options, losingSessionAt: fatal)
                let again = try await perform(.undo, options)
                if let error = again.failure as? ConversionError {
                    #expect(error.report.code == "RSS-PARTITION-048", "point \(fatal)")
                } else {
                    #expect(again.failure == nil, "point \(fatal), \(points[fatal - 1])")
                }
                let after = try await dump(connection)
                #expect(after == before, "point \(fatal), \(points[fatal - 1])")
                #expect(try await data(connection) == rows)
                #expect(try await ConversionScenario.leftovers(connection) == nil)
            }
        }
    }
}
