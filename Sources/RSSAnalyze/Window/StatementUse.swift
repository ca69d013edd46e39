import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// What a statement cost in a window of time.
package struct StatementUse: Sendable, Equatable, Encodable {
    /// Its id in pg_stat_statements.
    package let queryID: String
    package let calls: Double
    /// Time of execution.
    package let milliseconds: Double
    /// Rows that were returned or changed.
    package let rows: Double
    /// Read from outside shared_buffers.
    package let readBytes: Double
    /// Written to temporary files.
    package let temporaryBytes: Double
    package let walBytes: Double
    /// Its text in one line, without the comments before it; nil until it is fetched.
    package var text: String?

    /// Time of execution of a call.
    package var meanMilliseconds: Double { calls > 0 ? milliseconds / calls : 0 }

    /// The statements of a window; without an earlier sample, those since the statistics were reset.
    package static func list(
        _ window: CounterWindow
    ) -> (since: Date?, milliseconds: Double, statements: [StatementUse]) {
        let block = window.after.settings["block_size"] ?? 8192
        let (since, rows): (Date?, [(String, [String: Double])])
        // Without an earlier look the totals since the reset stand in, and the result says since when.
        if let counted = try? window.statements() {
            (since, rows) = (window.before?.takenAt, counted.map { ($0.name, $0.delta.values) })
        } else {
            let all = window.after.statements
            (since, rows) = (
                nil,
                (all?.values ?? [:]).map {
                    ($0.key, Dictionary(uniqueKeysWithValues: zip(all?.names ?? [], $0.value)))
                }
            )
        }
        let statements = rows.map { id, values in
            StatementUse(
                queryID: id, calls: values["calls"] ?? 0, milliseconds: values["milliseconds"] ?? 0,
                rows: values["rows"] ?? 0, readBytes: (values["reads"] ?? 0) * block,
                temporaryBytes: (values["temp"] ?? 0) * block, walBytes: values["wal"] ?? 0)
        }
        return (since, statements.reduce(0) { $0 + $1.milliseconds }, statements)
    }
}

extension PerformanceAnalyzer {
    /// Requires that statements can be read.
    ///
    /// - Throws: ``StatementsUnreadable``, `PostgresError`.
    package func requireStatements() async throws {
        let rights = try await Rights(connection)
        for need in [PerformanceCheck.Need.pgStatStatements, .pgMonitor] {
            if case .blind(let reason, let hint) = rights.missing(need) {
                throw StatementsUnreadable(reason: reason, hint: hint)
            }
        }
    }

    /// Statements with their texts, without maintenance and our own.
    ///
    /// - Throws: `PostgresError`.
    package func worded(_ statements: [StatementUse]) async throws -> [StatementUse] {
        guard let view = try await Rights(connection).readableStatements else { return [] }
        let texts = try await StatementTexts(Set(statements.map(\.queryID)), view: view, connection)
        return statements.filter { !texts.isLeftOut($0.queryID) }.map { statement in
            var statement = statement
            statement.text = texts[statement.queryID]
            return statement
        }
    }
}

/// The statistics of statements cannot be read.
package struct StatementsUnreadable: ReportableError, Equatable {
    package let reason: String
    package let hint: String?

    package var report: ErrorReport {
        ErrorReport(
            code: "RSS-ANALYZE-006", exit: .permission,
            message: "the statistics of statements cannot be read: \(reason)",
            hint: hint)
    }
}
