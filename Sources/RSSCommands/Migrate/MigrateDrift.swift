import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl migrate drift`
public struct MigrateDrift: Verb {
    public static let declaration = Declaration(
        "migrate drift", "Compare the schema with what the newest migration left, and name each difference",
        needs: [.settings, .postgres],
        examples: [
            .init("Exit status 3 when the schema was changed by another hand", "rssctl migrate drift"),
            .init("The full definitions, expected and found", "rssctl migrate drift --output json"),
        ], exits: [.pending])

    @OptionGroup public var global: GlobalOptions

    public init() {}

    public func execute(_ context: Context) async throws -> DriftReport {
        let connection = try await context.connectPostgres(readOnly: true)
        let drift = try await SchemaDrift.find(connection)
        await connection.close()
        return DriftReport(drift)
    }
}

/// The result of `migrate drift`.
public struct DriftReport: CommandResult {
    struct Entry: Encodable {
        let kind: SchemaObject.Kind
        let object: String
        let state: SchemaDifference.State
        let difference: [String]
        let before: String?
        let after: String?
    }

    let version: Int64
    let takenAt: Date
    let objects: Int
    let differences: [Entry]

    init(_ drift: SchemaDrift) {
        version = drift.version
        takenAt = drift.takenAt
        objects = drift.objects
        differences = drift.difference.entries.map {
            Entry(
                kind: $0.kind, object: $0.identity, state: $0.state, difference: $0.lines, before: $0.before,
                after: $0.after)
        }
    }

    public var exitStatus: ExitStatus { differences.isEmpty ? .done : .pending }

    public var counts: [String: Int64] { ["objects": Int64(objects), "differences": Int64(differences.count)] }

    public var tables: [Table] {
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
                        "\(differences.count) of \(objects) objects differ from version \(version); - expected, + found."
                    ],
                emptyMessage: "No drift: \(objects) objects are as version \(version) left them.")
        ]
    }
}
