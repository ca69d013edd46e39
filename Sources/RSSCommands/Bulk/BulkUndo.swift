import ArgumentParser
import Foundation
import PostgresClient
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk undo`
package struct BulkUndo: Verb {
    package static let declaration = Declaration(
        "bulk undo", "Undo a bulk run: remove its rows, restore changed ones",
        discussion: """
            Rows that the run inserted are removed, rows that it changed or deleted are restored as they were, to the last bit, \
            batch by batch. A row that was changed since is kept and listed; --force undoes it too. What the run left unchanged \
            was not touched, and is not touched now. An undo that is interrupted resumes where it was.

            A run is undone by the role that made it. A member of that role, or of the owner of schema rssctl, undoes it with \
            --by, which names the role that made it, and without --force: the record of a run is what its author wrote.

            How long a run can be undone is set when it is made: --undo-days, 30 unless given.
            """,
        effect: .destroys, needs: [.settings, .postgres],
        examples: [
            .init("What it would do", "rssctl bulk undo last --dry-run"),
            .init(
                "A run by the end of its id, as bulk history shows it", "rssctl bulk undo 8d2c8bd4a311 --yes",
                exit: .dataError),
        ], exits: [.findings, .dataError, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The run: its id, or what its id begins or ends with; last for the newest of the role.")
    var run: String

    @Flag(help: "Also undo changes to rows that were changed since.")
    var force = false

    @Option(help: ArgumentHelp("The role that made the run, where it is another one.", valueName: "role"))
    var by: String?

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        let outcome = try await undo(context, isDryRun: true)
        let kept = outcome.keptCount > 0 ? ", keep \(outcome.keptCount) as they are" : ""
        return
            "Undo \(outcome.file), run \(outcome.run): remove \(outcome.removed) rows of \(outcome.table), restore \(outcome.restored)\(kept)?"
    }

    package func execute(_ context: Context) async throws -> BulkUndoReport {
        BulkUndoReport(try await undo(context, isDryRun: context.isDryRun), isDryRun: context.isDryRun)
    }

    private func undo(_ context: Context, isDryRun: Bool) async throws -> RunUndo.Outcome {
        let connection = try await context.connectPostgres(statementTimeout: .zero, direct: true)
        let outcome = try await RunUndo(connection, runID: context.runID, progress: context.progress).run(
            run, author: by, force: force, isDryRun: isDryRun)
        return outcome
    }
}

/// The result of `bulk undo`.
package struct BulkUndoReport: CommandResult {
    let run: String
    let file: String
    let table: String
    let isDryRun: Bool
    let removed: Int
    let restored: Int
    let kept: Int
    let keptRows: [RunUndo.Kept]
    private let forceable: Int
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
        forceable = outcome.forceable
        statements = isDryRun ? outcome.statements : []
    }

    package var exitStatus: ExitStatus { kept > 0 ? .findings : .done }

    package var counts: [String: Int64] {
        isDryRun ? [:] : ["removed": Int64(removed), "restored": Int64(restored), "kept": Int64(kept)]
    }

    package var tables: [Table] {
        var notes = isDryRun ? ["Dry run: nothing was changed."] : []
        if forceable > 0 {
            // Not `last`, which is another run by now.
            notes.append(
                "\(forceable) of the rows kept were changed since: rssctl bulk undo \(run) --force undoes them too")
        }
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
