import PostgresClient
import RSSCore
import RSSModel

/// Finds the indexes that the statements of a database miss: it proposes some by what their plans compare, makes them as
/// hypothetical ones, and keeps those without which the planner's cost of a statement is at least five times as high.
package struct IndexAdvisor: Sendable {
    /// A statement of which an index saves less is not helped: its cost is at least this many times as high without it.
    package static let leastGain = 5.0
    /// The cost below which a statement is fast enough: a table of some fifty pages.
    static let leastCost = 50.0

    private let connection: PostgresConnection
    private let session: PlannerSession
    private let path: String

    /// Whether hypopg is installed.
    package enum Extension: Sendable, Equatable {
        case installed(schema: String)
        /// Why it cannot be used, and how to get it.
        case missing(reason: String, hint: String)
    }

    /// Looks for hypopg.
    ///
    /// - Throws: `PostgresError`.
    package static func lookForExtension(_ connection: PostgresConnection) async throws -> Extension {
        let row = try await connection.query(SQLResource(PackageResources.advice_extension_sql).text).first
        if let schema = try row?.decode(String?.self, "schema") { return .installed(schema: schema) }
        let reason =
            "the extension hypopg, by which the planner proves an index before it exists, is not installed in this database"
        if try row?.decode(Bool.self, "is_available") ?? false {
            return .missing(reason: reason, hint: "Create it, as a superuser: CREATE EXTENSION hypopg")
        }
        let major = try row?.decode(Int.self, "major") ?? 15
        return .missing(
            reason: reason,
            hint:
                "Install the package on the server, then create it: apt-get install postgresql-\(major)-hypopg; CREATE EXTENSION hypopg"
        )
    }

    /// - Parameters:
    ///   - connection: a read-only session that reads catalogs and statistics.
    ///   - planner: another one, with the server itself and of no other use: it holds the hypothetical indexes.
    ///   - path: the path along which statements name relations.
    ///   - schema: the schema of hypopg, quoted.
    /// - Throws: `ShadowedPath`, `PostgresError`.
    package init(
        _ connection: PostgresConnection, planner: PostgresConnection, path: String, schema: String
    ) async throws {
        try await connection.refuseShadows(on: path)
        self.connection = connection
        self.path = "pg_catalog, \(path)"
        session = try await PlannerSession(planner, path: self.path, schema: schema)
    }

    /// The advice for statements.
    ///
    /// - Parameters:
    ///   - statements: what they cost, with their texts.
    ///   - milliseconds: the time of all statements, these and others.
    /// - Throws: `PostgresError` when a session is lost, `CancellationError`.
    package func advise(
        _ statements: [StatementUse], of milliseconds: Double, _ progress: ProgressReporter
    ) async throws -> IndexAdvice {
        var work = AdviceWork(milliseconds: milliseconds)
        try await progress.phase("statements", total: Int64(statements.count)) {
            try await explain(statements, &work, progress)
        }
        var choice = IndexChoice(session: session, statements: work.statements)
        try await progress.phase("indexes", total: Int64(work.statements.count)) {
            for index in work.statements.indices {
                try await choice.propose(index, work.statements[index].candidates(work.places, work.statistics))
                progress(.advanced(to: Int64(index + 1), rejected: 0))
            }
        }
        try await choice.reduce()
        let suggestions = try await suggestions(choice, work)
        try await session.end()
        var advice = work.advice
        advice.suggestions = suggestions
        return advice
    }

    /// Explains the statements, first without values, then with those that their columns hold.
    private func explain(
        _ statements: [StatementUse], _ work: inout AdviceWork, _ progress: ProgressReporter
    ) async throws {
        let shapes = try await shapes(statements, &work)
        var outlined: [ExplainedStatement] = []
        for (done, (use, shape)) in shapes.enumerated() {
            let why = try await attempt { outlined.append(try await outline(use, shape)) }
            work.note(use, why)
            progress(.advanced(to: Int64(done + 1), rejected: 0))
        }
        let relations = outlined.reduce(into: Set()) { $0.formUnion($1.plan.relations.values) }
        work.places = try await AdvisedTable.read(relations, connection)
        work.statistics = try await ColumnStatistics.read(columns(outlined, work.places), connection)
        for statement in outlined {
            let why = try await attempt {
                if let table = statement.tables(work.places).first(where: { !$0.isAnalyzed }) {
                    throw NotExplained(
                        "\(table.sql) was never analyzed", hint: "Gather its statistics: ANALYZE \(table.sql);")
                }
                work.statements.append(try await withValues(statement, work))
            }
            work.note(statement.use, why)
        }
    }

    /// The texts of the statements, of those that may be parsed and planned.
    private func shapes(
        _ statements: [StatementUse], _ work: inout AdviceWork
    ) async throws -> [(StatementUse, StatementShape)] {
        guard let view = try await Rights(connection).readableStatements else { return [] }
        var foreign = try await ForeignStatements(connection, path: SearchPath(path).schemas)
        let sql = SQLResource(PackageResources.advice_texts_sql).text.replacing("public.pg_stat_statements", with: view)
        var texts: [String: (text: String, isTrusted: Bool)] = [:]
        for row in try await connection.query(sql, [statements.compactMap { Int64($0.queryID) }, foreign.trusted]) {
            let (id, text, isTrusted) = try row.decode(String.self, String?.self, Bool.self)
            if let text { texts[id] = (text, isTrusted) }
        }
        var read: [(use: StatementUse, shape: StatementShape, isTrusted: Bool)] = []
        for use in statements {
            let why = try await attempt {
                guard let (text, isTrusted) = texts[use.queryID] else { throw NotExplained("its text is gone") }
                read.append((use, try StatementShape(text), isTrusted))
            }
            work.note(use, why)
        }
        try await foreign.look(at: read.map(\.shape))
        var allowed: [(StatementUse, StatementShape)] = []
        for (use, shape, isTrusted) in read {
            let why = try await attempt {
                try foreign.check(shape, isTrusted: isTrusted)
                allowed.append((use, shape))
            }
            work.note(use, why)
        }
        return allowed
    }

    /// Does what may fail for a statement alone; says why it could not be explained, or nil.
    private func attempt(_ look: () async throws -> Void) async throws -> NotExplained? {
        do {
            try await look()
            return nil
        } catch let error as NotExplained {
            return error
        } catch let error as PostgresError where error.sqlState != nil && !error.isConnectivity {
            // A plan that failed may leave the extension in a state that the next one would meet.
            try await session.reset()
            return NotExplained(error)
        }
    }

    /// A statement with its plan without values.
    private func outline(_ use: StatementUse, _ shape: StatementShape) async throws -> ExplainedStatement {
        do {
            let (types, plan) = try await session.outline(shape)
            return ExplainedStatement(use: use, shape: shape, types: types, plan: plan)
        } catch let error as PostgresError where error.sqlState == SQLState(rawValue: "42803") {
            // A column that is neither grouped by nor aggregated: constants that were equal have numbers of their own.
            guard let shape = shape.withEqualConstants() else { throw error }
            let (types, plan) = try await session.outline(shape)
            return ExplainedStatement(use: use, shape: shape, types: types, plan: plan)
        }
    }

    /// The columns whose statistics are needed.
    private func columns(
        _ statements: [ExplainedStatement], _ places: [StatementPlan.Relation: AdvisedTable.Place]
    ) -> [(table: Int64, column: String)] {
        var seen: Set<String> = []
        return statements.flatMap { statement in
            let named =
                statement.plan.predicates.map { ($0.alias, $0.column) }
                + (statement.plan.sorts + statement.plan.groups).joined().map { ($0.alias, $0.column) }
            return named.compactMap { alias, column -> (table: Int64, column: String)? in
                guard let column, let table = statement.table(alias, places),
                    seen.insert("\(table.id) \(column)").inserted
                else { return nil }
                return (table.id, column)
            }
        }
    }

    /// A statement with values and its cost. Where it returns far more or fewer rows than expected with typical ones, those are taken
    /// with which the planner expects what was counted. Where that says nothing, as of a statement that returns one row whatever the
    /// values are, the most common values are taken: an index that helps with these helps with all.
    private func withValues(_ statement: ExplainedStatement, _ work: AdviceWork) async throws -> ExplainedStatement {
        let rows = statement.use.calls > 0 ? statement.use.rows / statement.use.calls : 0
        let values = ParameterValues(
            shape: statement.shape, types: statement.types,
            compared: statement.compared(work.places, work.statistics), rowsPerCall: rows)
        func with(_ choice: ValueChoice) -> ExplainedStatement {
            var variant = statement
            variant.constants = values.constants(choice)
            variant.text = statement.shape.substituting(variant.constants)
            return variant
        }
        var best = with(ValueChoice.all[0])
        let typical = try await session.cost(best.text)
        best.cost = typical.total
        var nearest = Self.distance(typical.rows, rows)
        var tried: Set<String> = [best.text]
        for choice in ValueChoice.all.dropFirst() {
            var variant = with(choice)
            guard tried.insert(variant.text).inserted else { continue }
            // A value that does not fit is one that the statement was not run with.
            guard let cost = try await accepted({ try await session.cost(variant.text) }) else { continue }
            variant.cost = cost.total
            if choice == ValueChoice.all[1], Self.distance(cost.rows, typical.rows) < 1.05 {
                (best, nearest) = (variant, Self.distance(cost.rows, rows))
                continue
            }
            let distance = Self.distance(cost.rows, rows)
            // A little nearer is no reason to leave what is typical.
            if nearest >= 3, distance * 2 < nearest { (best, nearest) = (variant, distance) }
        }
        return best
    }

    /// What the server returns, or nil where it refuses.
    private func accepted<T>(_ work: () async throws -> T) async throws -> T? {
        do {
            return try await work()
        } catch let error as PostgresError where error.sqlState != nil && !error.isConnectivity {
            return nil
        }
    }

    /// How many times as many one is as the other.
    private static func distance(_ left: Double, _ right: Double) -> Double {
        let ratio = (max(left, 0) + 1) / (max(right, 0) + 1)
        return max(ratio, 1 / ratio)
    }

    private func suggestions(_ choice: IndexChoice, _ work: AdviceWork) async throws -> [IndexSuggestion] {
        let tables = work.tables
        let chosen = choice.chosen.compactMap { index in tables[index.tableID].map { (index, $0) } }
        let names = try await names(chosen)
        var found: [IndexSuggestion] = []
        for ((index, table), name) in zip(chosen, names) {
            var statements = choice.statements(helpedBy: index)
            if let first = statements.first {
                do {
                    statements[0].statement.isInGenericPlan = try await choice.isInGenericPlan(index, first.position)
                } catch let error as PostgresError where error.sqlState != nil && !error.isConnectivity {
                    // The server has no such plan, or not in time: it is not known.
                } catch is NotExplained {
                    // Its plan cannot be read: it is not known either.
                }
            }
            let statistics = work.statistics[index.tableID] ?? [:]
            let saved = choice.savedMilliseconds(by: index)
            let create =
                "CREATE INDEX \(table.isPartitioned ? "" : "CONCURRENTLY ")\(name.plain) ON \(table.sql) \(index.columns)"
            let fix = table.isPartitioned ? "rssctl partition index create \(create.shellWord)" : "\(create);"
            let undo =
                table.isPartitioned
                ? "rssctl partition index drop \(name.qualified.shellWord)"
                : "DROP INDEX CONCURRENTLY \(name.qualified);"
            var remedy = Remedy(fix: fix) ?? Remedy(undo: undo)
            remedy.undo = undo
            found.append(
                IndexSuggestion(
                    table: table.sql, isPartitioned: table.isPartitioned, keys: index.keys.map(\.sql),
                    condition: index.condition, statements: statements.map(\.statement), savedMilliseconds: saved,
                    savedPercent: work.percent(saved),
                    largestBytes: index.largestBytes(rows: table.rows, statistics), writeCost: .init(table), fix: fix,
                    remedy: remedy))
        }
        return found.sorted { ($1.savedMilliseconds, $0.fix) < ($0.savedMilliseconds, $1.fix) }
    }

    /// Names that are free.
    private func names(_ indexes: [(IndexCandidate, AdvisedTable)]) async throws -> [(plain: String, qualified: String)]
    {
        var taken: Set<String> = []
        let wanted = indexes.map { index, table in
            var name = index.name(of: table)
            while !taken.insert("\(table.schema).\(name)").inserted { name += "x" }
            return name
        }
        return try await connection.query(
            SQLResource(PackageResources.advice_index_names_sql).text, [indexes.map(\.1.schema), wanted]
        ).map { try $0.decode(String.self, String.self) }
    }
}

/// What is gathered on the way to an advice.
struct AdviceWork {
    let milliseconds: Double
    var places: [StatementPlan.Relation: AdvisedTable.Place] = [:]
    var statistics: [Int64: [String: ColumnStatistics]] = [:]
    var statements: [ExplainedStatement] = []
    private var unexplained: [UnexplainedStatement] = []

    init(milliseconds: Double) { self.milliseconds = milliseconds }

    func percent(_ part: Double) -> Double { milliseconds > 0 ? 100 * part / milliseconds : 0 }

    /// Notes a statement that could not be explained; nothing where it could.
    mutating func note(_ use: StatementUse, _ why: NotExplained?) {
        guard let why else { return }
        unexplained.append(
            UnexplainedStatement(
                queryID: use.queryID, sharePercent: percent(use.milliseconds), reason: why.reason, hint: why.hint,
                text: use.text))
    }

    /// The tables by their ids.
    var tables: [Int64: AdvisedTable] {
        places.values.reduce(into: [:]) {
            $0[$1.own.id] = $1.own
            $0[$1.top.id] = $1.top
        }
    }

    /// The advice without suggestions.
    var advice: IndexAdvice {
        var advice = IndexAdvice()
        advice.unexplained = unexplained.sorted { ($1.sharePercent, $0.queryID) < ($0.sharePercent, $1.queryID) }
        advice.explained = statements.count
        advice.explainedPercent = percent(statements.reduce(0) { $0 + $1.use.milliseconds })
        return advice
    }
}

extension NotExplained {
    /// What the server refuses, without values of the statistics, which its words may hold.
    init(_ error: PostgresError) {
        switch error.sqlState {
        case .lockNotAvailable?:
            self.init(
                "another session holds a lock on its tables", hint: "Run it again when the lock is released.")
        case .queryCanceled?: self.init("planning it takes longer than five seconds")
        case .undefinedTable?:
            self.init(
                "it names a relation that does not exist along the path",
                hint: "Set database.search_path to the schemas in which the application looks for its tables.")
        case .insufficientPrivilege?:
            self.init(error.message, hint: "Grant the role of rssctl what the statement needs, or run it as the owner.")
        case .syntaxError?:
            self.init("the text that pg_stat_statements has of it cannot be parsed without its constants")
        case let state? where state.rawValue.hasPrefix("22"):
            self.init("the values of its columns do not fit its parameters")
        default: self.init(Redaction.scrub(error.message))
        }
    }
}
