import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl migrate drift`
package struct MigrateDrift: Verb {
    package static let declaration = Declaration(
        "migrate drift", "Compare the schema with its state after the last migration, and list each difference",
        discussion:
            "With --accept the current schema becomes the expected one; the reason is recorded in the journal and in rssctl.operation. Nothing else is changed. With --directory the history is first compared with the files of that folder, as migrate status does.",
        effect: .writes, lock: MigrationWaitOptions.lock, workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("Exit status 3 when the schema was changed outside rssctl", "rssctl migrate drift"),
            .init("The full definitions, expected and found", "rssctl migrate drift --output json"),
            .init(
                "What would be accepted",
                "rssctl migrate drift --accept --reason 'index made by hand in an outage' --dry-run"),
        ], exits: [.pending, .dataError, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }
    @OptionGroup var source: MigrationSourceOptions
    package var ownCarriedFlags: [(name: String, value: String?)] { source.carried }

    @Flag(help: "Accept the current schema as the expected one.")
    var accept = false

    @Option(help: "Reason for accepting it; it is recorded.")
    var reason: String?

    package init() {}

    package func validate() throws {
        if accept, reason?.allSatisfy(\.isWhitespace) ?? true { throw ValidationError("--accept needs --reason.") }
        if !accept, reason != nil { throw ValidationError("--reason is valid only with --accept.") }
    }

    package func execute(_ context: Context) async throws -> DriftReport {
        guard accept, let reason else {
            let connection = try await context.connectPostgres(readOnly: true)
            let drift = try await find(connection, context)
            return DriftReport(drift)
        }
        let connection =
            context.isDryRun
            ? try await context.connectPostgres(readOnly: true)
            : try await context.connectPostgres(
                holding: AdvisoryLock("rssctl/\(MigrationWaitOptions.lock)"), wait: .seconds(10),
                statementTimeout: .zero)
        let drift = try await find(connection, context)
        if !context.isDryRun, !drift.difference.isEmpty {
            let version = try await SchemaDrift.accept(connection, runID: context.runID, reason: reason)
            context.progress(.done("Accepted the schema as it is after version \(version): \(reason)"))
        }
        return DriftReport(drift, isAccepted: true)
    }

    /// The differences. A folder that is named must be the one whose migrations the history has: those of another one say nothing
    /// of this schema.
    private func find(_ connection: PostgresConnection, _ context: Context) async throws -> SchemaDrift {
        if source.directory != nil { _ = try await source.reader(connection, context).plan() }
        return try await SchemaDrift.find(connection)
    }
}

/// The result of `migrate drift`.
package struct DriftReport: CommandResult {
    struct Entry: Encodable {
        let kind: SchemaObject.Kind
        let object: String
        let state: SchemaDifference.State
        let difference: [String]
        let before: String?
        let after: String?
    }

    let version: MigrationVersion
    let takenAt: Date
    let objects: Int
    let differences: [Entry]

    /// Whether the differences are, or would be, accepted.
    private let isAccepted: Bool

    private enum CodingKeys: CodingKey { case version, takenAt, objects, differences }

    init(_ drift: SchemaDrift, isAccepted: Bool = false) {
        self.isAccepted = isAccepted
        version = drift.version
        takenAt = drift.takenAt
        objects = drift.objects
        differences = drift.difference.entries.map {
            Entry(
                kind: $0.kind, object: $0.identity, state: $0.state, difference: $0.lines, before: $0.before,
                after: $0.after)
        }
    }

    package var exitStatus: ExitStatus { differences.isEmpty || isAccepted ? .done : .pending }

    package var counts: [String: Int64] { ["objects": Int64(objects), "differences": Int64(differences.count)] }

    package var tables: [Table] {
        let rows = differences.flatMap { entry -> [[Cell]] in
            let lines = entry.difference.isEmpty ? [""] : entry.difference
            // One line of the difference to a row, the object beside the first.
            return lines.enumerated().map { index, line in
                index == 0
                    ? [.text(entry.kind.rawValue), .text(entry.object), .text(entry.state.rawValue), .text(line)]
                    : [.text(""), .text(""), .text(""), .text(line)]
            }
        }
        return [
            Table(
                columns: [
                    Column("kind"), Column("object", isFlexible: true), Column("state"),
                    Column("difference", isFlexible: true),
                ],
                rows: rows,
                notes: differences.isEmpty
                    ? []
                    : [
                        "\(differences.count) of \(objects) objects \(isAccepted ? "are accepted as they are" : "differ from version \(version)"); - expected, + found."
                    ],
                emptyMessage: "No drift: \(objects) objects are the same as after version \(version).")
        ]
    }
}
