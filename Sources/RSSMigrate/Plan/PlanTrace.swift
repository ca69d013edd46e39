import PostgresClient
import RSSCore
import RSSModel
import SQLScript

/// Runs statements on a database made for it from the target's structure, without rows, and compares what the server did
/// with what was predicted.
package struct PlanTrace: Sendable {
    /// What was seen of one statement.
    package struct Step: Sendable, Encodable {
        /// Where it is.
        package let place: SourcePlace
        /// What it is called.
        package let command: String
        /// `ok`: as predicted; `warning`: otherwise; `info`: not predicted, because a block or a function decides; `blind`:
        /// locks of a statement outside a transaction cannot be seen afterwards; `failed`; `skipped`.
        package let verdict: Verdict
        /// The locks that the server took on relations that were there, by relation.
        package var locks: [String: String] = [:]
        /// Locks that were predicted and not taken, or taken in another mode.
        package var expectedLocks: [String: String] = [:]
        /// Tables that were rewritten.
        package var rewrites: [String] = []
        /// How long it took without rows, in milliseconds.
        package var milliseconds: Int64 = 0
        /// Why it failed, or was skipped.
        package var reason: String?
    }

    private let files: [LintFile]

    /// Makes a trace of files, in the order in which they are run.
    package init(_ files: [LintFile]) { self.files = files }

    /// Runs the statements of the files, each by itself.
    ///
    /// - Parameters:
    ///   - connection: a session with the target, whose structure is read.
    ///   - options: how to reach the target's server with the right to make a database.
    /// - Throws: ``StructureError``, `PostgresError`, `CancellationError`.
    package func run(
        _ connection: PostgresConnection, like options: ConnectionOptions, runID: String, _ progress: ProgressReporter
    ) async throws -> [Step] {
        // All that is loaded belongs to this session's role then, and is run with its rights, which hold for the whole server.
        try await connection.refuseForeignCode(
            .writing,
            in: try await connection.query(SQLResource(PackageResources.user_relations_sql).text).map {
                try $0.decode(String.self, at: 0)
            })
        let structure = try await StructureDump(connection, ownership: false).text()
        return try await ScratchDatabase.with(
            like: options, structure: structure, runID: runID, progress: progress
        ) { scratch in
            let session = try await PostgresConnection.connect(scratch)
            defer { Task { await session.close() } }
            try await populate(session, like: connection)
            var catalog = try await CatalogReader.read(session)
            var steps: [Step] = []
            for file in files {
                for statement in file.statements {
                    let step = try await step(statement, of: file.name, session, catalog)
                    steps.append(step)
                    // What comes after a statement that failed is tried all the same: its own faults are reported at once.
                    if step.verdict != .failed { catalog.apply(statement.tree) }
                }
            }
            return steps
        }
    }

    /// Fills the role's own materialized views that are filled on the target: a dump leaves them empty, and what needs a
    /// filled one would fail here alone. Those of other roles stay empty: what they call would run with this role's rights.
    private func populate(_ session: PostgresConnection, like connection: PostgresConnection) async throws {
        var left = try await connection.query(SQLResource(PackageResources.populated_views_sql).text)
            .map { try $0.decode(String.self, at: 0) }
        // One may read another; each round fills those that read none that is still empty.
        while !left.isEmpty {
            var empty: [String] = []
            for view in left {
                do {
                    try await session.execute("REFRESH MATERIALIZED VIEW \(view)")
                } catch let error as PostgresError where error.code == .server {
                    empty.append(view)
                }
            }
            if empty.count == left.count { return }
            left = empty
        }
    }

    /// Why a statement that failed here need not fail on the target; nil where it would.
    private static func excuse(_ state: SQLState?) -> String? {
        switch state?.rawValue {
        case "23503", "P0002": "it depends on rows, and the scratch database has none"
        case "55000": "it depends on a materialized view of another role, which is empty in the scratch database"
        case "42501": "it depends on owners and grants, and the scratch database has neither"
        default: nil
        }
    }

    private func step(
        _ statement: LintStatement, of file: String, _ session: PostgresConnection, _ catalog: CatalogSnapshot
    ) async throws -> Step {
        let effect = StatementEffect(of: statement, in: catalog)
        let position = statement.source.position
        let place = SourcePlace(file: file, line: position.line, column: position.column)
        if let index = statement.tree.as("IndexStmt"), index.flag("concurrent"),
            let table = RelationName(index["relation"]),
            catalog.relation(table)?.kind == .partitionedTable
        {
            return Step(
                place: place, command: effect.command, verdict: .skipped,
                reason: "rssctl builds it partition by partition")
        }
        // What statements before it have set, the catalog knows.
        let path = try await session.path(of: catalog.searchPath)
        let before = try await TracedRelations.read(session)
        let started = ContinuousClock.now
        var taken: [RelationName: LockMode] = [:]
        var milliseconds: Int64 = 0
        do {
            if effect.runsInTransaction {
                try await session.transaction {
                    try await session.along(path) { try await session.executeScript(statement.source.text) }
                    milliseconds = started.milliseconds
                    taken = try await before.locks(session)
                }
            } else {
                try await session.along(path) { try await session.executeScript(statement.source.text) }
                milliseconds = started.milliseconds
            }
        } catch let error as PostgresError where error.code == .server {
            let state = error.sqlState.map { " (\($0.rawValue))" } ?? ""
            let excuse =
                error.sqlState?.rawValue != "55000" || statement.tree.as("RefreshMatViewStmt") != nil
                ? Self.excuse(error.sqlState) : nil
            return Step(
                place: place, command: effect.command, verdict: excuse == nil ? .failed : .blind,
                reason: error.message + state + (excuse.map { "; \($0)" } ?? ""))
        }
        let rewritten = before.rewritten(try await TracedRelations.read(session))
        return TraceComparison(effect, statement.tree, catalog, taken: taken, rewritten: rewritten)
            .step(place: place, milliseconds: milliseconds)
    }
}
