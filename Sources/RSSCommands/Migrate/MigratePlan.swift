import ArgumentParser
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl migrate plan`
package struct MigratePlan: Verb {
    package static let declaration = Declaration(
        "migrate plan", "Show what each pending statement will lock, block, rewrite and read",
        discussion: """
            Reads the catalog and the files, and runs nothing on the database. Locks are shown for relations that exist already. Rows and \
            bytes are PostgreSQL's own estimates. The duration is that of the work, once the locks are held: instant (the \
            catalog alone), short, proportional (to the rows), unbounded (waits for other transactions), or unknown.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("What rssctl migrate would do; empty when nothing is pending", "rssctl migrate plan"),
            .init("With a trial on a scratch database", "rssctl migrate plan --trace"),
            .init("The same for a script", "rssctl migrate plan --output json"),
        ], exits: [.findings, .pending, .dataError, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var source: MigrationSourceOptions
    package var ownCarriedFlags: [(name: String, value: String?)] { source.carried }

    @Flag(help: "Run it on a scratch database made from the structure, without rows, and compare.")
    var trace = false

    @Argument(help: "Files to plan in place of the pending migrations.", completion: .file(extensions: ["sql"]))
    var files: [String] = []

    /// The plan is the result, also when a trace confirmed it.
    package var isSilentWhenDone: Bool { false }

    package init() {}

    package func validate() throws {
        try LintInput.validate(files: files, directory: source.directory)
    }

    package func execute(_ context: Context) async throws -> StatementPlan {
        let connection = try await context.connectPostgres(readOnly: true)
        var input = try LintInput.source(files: files, source.source(context))
        if files.isEmpty {
            // What is wrong between files and history is reported as migrate would report it.
            _ = try await source.reader(connection, context).plan()
            input = try await input.divided(by: connection).pending
        }
        let catalog = try await CatalogReader.read(connection)
        let scripts = input.read.filter { $0.kind != .down || !files.isEmpty }
        if let file = scripts.first(where: { $0.problem != nil }) { throw PlanError.unreadable(file) }
        var steps: [PlanTrace.Step]?
        if trace, !scripts.isEmpty {
            steps = try await PlanTrace(scripts).run(
                connection, like: try context.postgresOptions(statementTimeout: .zero, direct: true),
                runID: context.runID, context.progress)
        }
        let named = (source.directory.map { ["--directory", $0] } ?? []) + files
        return StatementPlan(
            PlannedStatement.plan(scripts, in: catalog), trace: steps,
            lint: (["rssctl migrate lint"] + named).joined(separator: " "))
    }
}

/// Why files cannot be planned.
enum PlanError: ReportableError {
    /// A file cannot be divided into statements.
    case unreadable(LintFile)

    var report: ErrorReport {
        switch self {
        case .unreadable(let file):
            ErrorReport(
                code: "RSS-MIGRATE-050", exit: .dataError, message: "\(file.name) cannot be read as SQL",
                hint: "See the line: rssctl migrate lint \(file.name)")
        }
    }
}

/// The result of `migrate plan`.
package struct StatementPlan: CommandResult {
    let statements: [PlannedStatement]

    let trace: [PlanTrace.Step]?

    /// The command that shows the findings.
    private let lint: String

    private enum CodingKeys: CodingKey { case statements, trace }

    init(_ statements: [PlannedStatement], trace: [PlanTrace.Step]? = nil, lint: String = "rssctl migrate lint") {
        self.statements = statements
        self.lint = lint
        self.trace = trace
    }

    /// A plan that the trace contradicts is a finding.
    package var exitStatus: ExitStatus {
        trace?.contains { $0.verdict == .warning || $0.verdict == .failed } == true ? .findings : .done
    }

    package var counts: [String: Int64] { ["statements": Int64(statements.count)] }

    package var tables: [Table] { [plan] + (trace.map { [TraceTable.table($0)] } ?? []) }

    private var plan: Table {
        Table(
            columns: [
                Column("place"), Column("command"), Column("locks", isFlexible: true),
                Column("blocks", isOptional: true),
                Column("work", isFlexible: true), .number("rows", isOptional: true), .number("size", isOptional: true),
                Column("duration"),
                .number("findings"),
            ],
            rows: statements.map { statement in
                [
                    .text("\(statement.place)"), .text(statement.command),
                    .optional(Self.list(Self.locks(statement))),
                    .optional(Self.blocks(statement)), .optional(Self.list(Self.work(statement))),
                    statement.rows.map { .integer($0) } ?? .null, statement.bytes.map { .bytes($0) } ?? .null,
                    .text(statement.duration.rawValue), .count(statement.findings),
                ]
            }, notes: notes, emptyMessage: "Nothing is pending.")
    }

    private var notes: [String] {
        let found = statements.reduce(0) { $0 + $1.findings }
        return found == 0 ? [] : ["\(found) finding\(found == 1 ? "" : "s"): \(lint)"]
    }

    private static func list(_ items: [String]) -> String? { items.isEmpty ? nil : items.joined(separator: ", ") }

    /// The locks, partitions as a number beside their parent.
    private static func locks(_ statement: PlannedStatement) -> [String] {
        let locks = statement.locks ?? []
        let known = locks.filter { $0.partitionOf == nil }.map { lock in
            // A partition may be partitioned itself.
            var below: Set = [lock.relation]
            for other in locks where other.partitionOf.map(below.contains) ?? false {
                below.insert(other.relation)
            }
            let count = below.count - 1
            let partitions = count == 0 ? "" : " and \(count) partition\(count == 1 ? "" : "s")"
            return "\(lock.relation)\(partitions) \(lock.mode)"
        }
        return known + (statement.isKnown ? [] : [known.isEmpty ? "unknown" : "others unknown"])
    }

    private static func blocks(_ statement: PlannedStatement) -> String? {
        statement.blocks.map(words) ?? (statement.isKnown ? nil : "unknown")
    }

    private static func words(_ blocked: Blocked) -> String {
        switch blocked {
        case .nothing: "nothing"
        case .maintenance: "schema changes"
        case .writes: "writes"
        case .readsAndWrites: "reads, writes"
        }
    }

    private static func work(_ statement: PlannedStatement) -> [String] {
        statement.rewrites.map { "rewrites \($0)" } + statement.scans.map { "reads \($0)" }
            + statement.builds.map { "index on \($0)" } + statement.changes.map { "changes \($0)" }
            + statement.drops.map { "drops \($0)" }
    }
}
