import RSSCore
import RSSMigrate
import RSSModel

/// What a command has done, or would do, to migrations.
package struct MigrationReport: CommandResult {
    struct Entry: Encodable {
        let version: MigrationVersion?
        let name: String
        let file: String
        let state: Verdict
        let milliseconds: Int64?
        let groups: [Group]?
    }

    /// Statements that run together.
    struct Group: Encodable {
        let transaction: Bool
        let statements: [String]
    }

    let migrations: [Entry]
    let appliedInTotal: Int?
    /// How many are pending still, with `--to`.
    private var left = 0

    private enum CodingKeys: CodingKey { case migrations, appliedInTotal }

    init(pending plan: MigrationPlan, _ preview: StatementPreview) async throws {
        var entries: [Entry] = []
        for migration in plan.pending {
            entries.append(
                Entry(
                    version: migration.version, name: migration.name, file: migration.file, state: .pending,
                    milliseconds: nil,
                    groups: try await Self.groups(
                        try migration.script, done: plan.doneStatements[migration.version] ?? 0, preview)))
        }
        for repeatable in plan.repeatables {
            entries.append(
                Entry(
                    version: nil, name: repeatable.name, file: repeatable.file, state: .pending,
                    milliseconds: nil, groups: try await Self.groups(try repeatable.script, done: 0, preview)))
        }
        migrations = entries
        appliedInTotal = nil
    }

    init(applied: [AppliedFile], total: Int, left: Int = 0) {
        self.left = left
        migrations = applied.map {
            Entry(
                version: $0.version, name: $0.name, file: $0.file, state: .done, milliseconds: $0.milliseconds,
                groups: nil)
        }
        appliedInTotal = total
    }

    init(toRevert migrations: [Migration], _ preview: StatementPreview) async throws {
        var entries: [Entry] = []
        for migration in migrations {
            guard let down = try migration.down else { continue }
            entries.append(
                Entry(
                    version: migration.version, name: migration.name, file: down.file, state: .pending,
                    milliseconds: nil, groups: try await Self.groups(down, done: 0, preview)))
        }
        self.migrations = entries
        appliedInTotal = nil
    }

    init(reverted: [AppliedFile]) {
        migrations = reverted.map {
            Entry(
                version: $0.version, name: $0.name, file: $0.file, state: .done, milliseconds: $0.milliseconds,
                groups: nil)
        }
        appliedInTotal = nil
    }

    /// Migrations of which only the record changes.
    init(amended migrations: [Migration], isDryRun: Bool) {
        self.migrations = migrations.map {
            Entry(
                version: $0.version, name: $0.name, file: $0.file, state: isDryRun ? .pending : .done,
                milliseconds: nil, groups: nil)
        }
        appliedInTotal = nil
    }

    private static func groups(
        _ script: MigrationScript, done: Int, _ preview: StatementPreview
    ) async throws -> [Group] {
        var groups: [Group] = []
        for group in script.groups {
            let left = group.statements.filter { $0.ordinal > done }
            if left.isEmpty { continue }
            if case .transaction = group {
                groups.append(Group(transaction: true, statements: left.map(\.text)))
            } else {
                for statement in left {
                    groups.append(
                        Group(transaction: false, statements: try await preview.statements(for: statement)))
                }
            }
        }
        return groups
    }

    package var counts: [String: Int64] { appliedInTotal == nil ? [:] : ["applied": Int64(migrations.count)] }

    package var tables: [Table] {
        let main = Table(
            columns: [.number("version"), Column("name", isFlexible: true), Column("state"), .number("took")],
            rows: migrations.map {
                [
                    $0.version.map { .version($0) } ?? .text("R"), .text($0.name), .verdict($0.state),
                    $0.milliseconds.map { .duration(.milliseconds($0)) } ?? .null,
                ]
            }, notes: left > 0 ? ["\(left) left pending."] : [],
            emptyMessage: left > 0
                ? "Nothing to do."
                : "Nothing to do\(appliedInTotal.map { ": all \($0) migrations are applied" } ?? "").")
        let lines = migrations.flatMap(Self.lines)
        guard !lines.isEmpty else { return [main] }
        return [main, Table(script: lines, named: "sql", header: "-- SQL")]
    }

    private static func lines(_ entry: Entry) -> [String] {
        guard let groups = entry.groups else { return [] }
        var lines = ["-- \(entry.file)"]
        for group in groups {
            if group.transaction { lines.append("BEGIN;") }
            for statement in group.statements {
                lines += "\(statement);".split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            }
            if group.transaction { lines.append("COMMIT;") }
        }
        return lines
    }
}
