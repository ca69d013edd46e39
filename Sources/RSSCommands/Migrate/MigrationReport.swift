import RSSCore
import RSSModel

/// What a command has done, or would do, with migrations.
public struct MigrationReport: CommandResult {
    struct Entry: Encodable {
        let version: Int64?
        let name: String
        let file: String
        let state: Verdict
        let milliseconds: Int64?
        let groups: [Group]?
    }

    /// Statements that are run together.
    struct Group: Encodable {
        let transaction: Bool
        let statements: [String]
    }

    let migrations: [Entry]
    let appliedInTotal: Int?

    init(pending plan: MigrationPlan) {
        migrations =
            plan.pending.map {
                Entry(
                    version: $0.version, name: $0.name, file: $0.file, state: .pending, milliseconds: nil,
                    groups: Self.groups($0.script, done: plan.doneStatements[$0.version] ?? 0))
            }
            + plan.repeatables.map {
                Entry(
                    version: nil, name: $0.name, file: $0.script.file, state: .pending, milliseconds: nil,
                    groups: Self.groups($0.script, done: 0))
            }
        appliedInTotal = nil
    }

    init(applied: [AppliedFile], total: Int) {
        migrations = applied.map {
            Entry(
                version: $0.version, name: $0.name, file: $0.file, state: .done, milliseconds: $0.milliseconds,
                groups: nil)
        }
        appliedInTotal = total
    }

    init(toTakeBack migrations: [Migration]) {
        self.migrations = migrations.map {
            Entry(
                version: $0.version, name: $0.name, file: $0.down?.file ?? $0.file, state: .pending, milliseconds: nil,
                groups: $0.down.map { Self.groups($0, done: 0) })
        }
        appliedInTotal = nil
    }

    init(takenBack: [AppliedFile]) {
        migrations = takenBack.map {
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

    private static func groups(_ script: MigrationScript, done: Int) -> [Group] {
        script.groups.compactMap { group in
            let statements = group.statements.filter { $0.ordinal > done }.map(\.text)
            guard !statements.isEmpty else { return nil }
            if case .transaction = group { return Group(transaction: true, statements: statements) }
            return Group(transaction: false, statements: statements)
        }
    }

    public var counts: [String: Int64] { appliedInTotal == nil ? [:] : ["applied": Int64(migrations.count)] }

    public var tables: [Table] {
        let main = Table(
            columns: [.number("version"), Column("name", isFlexible: true), Column("state"), .number("took")],
            rows: migrations.map {
                [
                    $0.version.map { .integer($0) } ?? .text("R"), .text($0.name), .verdict($0.state),
                    $0.milliseconds.map { .duration(.milliseconds($0)) } ?? .null,
                ]
            }, emptyMessage: "Nothing to do\(appliedInTotal.map { ": all \($0) migrations are applied" } ?? "").")
        let lines = migrations.flatMap(Self.lines)
        guard !lines.isEmpty else { return [main] }
        return [main, Table(columns: [Column("sql", header: "-- SQL")], rows: lines.map { [Cell.text($0)] })]
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
