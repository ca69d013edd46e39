import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl bulk undo`
public struct BulkUndo: Verb {
    public static let declaration = Declaration(
        "bulk undo", "Take a bulk run back: its rows go, changed ones are as before",
        discussion: """
            Rows that the run inserted are removed, rows that it changed or deleted are put back as they were, batch by batch. \
            A row that somebody changed since is left as it is and listed; --force takes it back too. What the run left \
            unchanged was not touched, and is not touched now. An undo that is interrupted goes on where it was.

            How long a run can be taken back is said when it is made: --undo-days, 30 unless given.
            """,
        effect: .destroys, needs: [.settings, .postgres],
        examples: [
            .init("What it would do", "rssctl bulk undo last --dry-run"),
            .init(
                "A run by the end of its id, as bulk history shows it", "rssctl bulk undo 8d2c8bd4a311 --yes",
                exit: .dataError),
        ], exits: [.findings, .dataError, .tryAgain, .permission])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    public var change: ChangeOptions? { changes }

    @Argument(help: "The run: its id, or what its id begins or ends with; last for the newest.")
    var run: String

    @Flag(help: "Take back rows too that were changed since.")
    var force = false

    public init() {}

    public func question(_ context: Context) async throws -> String? {
        let outcome = try await undo(context, isDryRun: true)
        let kept = outcome.keptCount > 0 ? ", keep \(outcome.keptCount) that were changed since" : ""
        return
            "Take \(outcome.file) back: remove \(outcome.removed) rows of \(outcome.table), put \(outcome.restored) back\(kept)?"
    }

    public func execute(_ context: Context) async throws -> BulkUndoReport {
        BulkUndoReport(try await undo(context, isDryRun: context.isDryRun), isDryRun: context.isDryRun)
    }

    private func undo(_ context: Context, isDryRun: Bool) async throws -> RunUndo.Outcome {
        let connection = try await context.connectForChanges {
            try await context.connectPostgres(statementTimeout: .zero, direct: true)
        }
        let outcome = try await RunUndo(connection, runID: context.runID, progress: context.progress).run(
            run, force: force, isDryRun: isDryRun)
        await connection.close()
        return outcome
    }
}

/// The result of `bulk undo`.
public struct BulkUndoReport: CommandResult {
    let run: String
    let file: String
    let table: String
    let isDryRun: Bool
    let removed: Int
    let restored: Int
    let kept: Int
    let keptRows: [RunUndo.Kept]
    private let statements: [String]

    private enum CodingKeys: CodingKey { case run, file, table, isDryRun, removed, restored, kept, keptRows }

    init(_ outcome: RunUndo.Outcome, isDryRun: Bool) {
        run = outcome.run
        file = outcome.file
        table = outcome.table
        self.isDryRun = isDryRun
        removed = outcome.removed
        restored = outcome.restored
        kept = outcome.keptCount
        keptRows = outcome.kept
        statements = isDryRun ? outcome.statements : []
    }

    public var exitStatus: ExitStatus { kept > 0 ? .findings : .done }

    public var counts: [String: Int64] {
        isDryRun ? [:] : ["removed": Int64(removed), "restored": Int64(restored), "kept": Int64(kept)]
    }

    public var tables: [Table] {
        var notes = isDryRun ? ["Dry run: nothing was changed."] : []
        if kept > 0 { notes.append("Rows that were changed since are kept as they are; --force takes them back too.") }
        var tables = [
            Table(
                columns: [
                    Column("run"), Column("file", isFlexible: true), .number("removed"), .number("restored"),
                    .number("kept"),
                ],
                rows: [[.text(run), .text(file), .count(removed), .count(restored), .count(kept)]], notes: notes)
        ]
        if !keptRows.isEmpty {
            let more = kept > keptRows.count ? ["And \(kept - keptRows.count) more."] : []
            tables.append(
                Table(
                    title: "Kept", columns: [Column("id"), Column("reason", isFlexible: true)],
                    rows: keptRows.map { [.text($0.id.uuidString.lowercased()), .text($0.reason)] }, notes: more))
        }
        if !statements.isEmpty { tables.append(Table(sql: statements)) }
        return tables
    }
}
