import PostgresClient
import RSSModel

/// Brings copies of rows up to date with what ``DeltaCapture`` wrote down: each row written down is deleted from the copies
/// and copied anew as it is now, if it still is.
///
/// A batch sees the rows and the entries as of one moment, so that it forgets no entry whose change it has not seen.
struct DeltaApply: Sendable {
    /// A table that holds copies.
    struct Target: Sendable, Equatable {
        /// Its quoted name.
        let name: String
        /// Which rows are its own, of a row named `r`; nil for all.
        let condition: String?
        /// The same of an entry named `entry`; nil where the identity does not tell.
        let entryCondition: String?
    }

    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let capture: DeltaCapture
    let identity: RowIdentity
    let sources: [RelationName]
    let targets: [Target]
    let columns: [String]
    let progress: ProgressReporter

    /// Number of entries, counted no further than a limit.
    func pending(limit: Int) async throws -> Int {
        try await connection.query("SELECT count(*) FROM (SELECT FROM \(capture.table) LIMIT \(limit)) AS entries")
            .first?
            .decode(Int.self, at: 0) ?? 0
    }

    /// Applies batches until few entries are left.
    func catchUp(until few: Int, batch: Int = 2000) async throws {
        var size = batch
        while try await pending(limit: few + 1) > few {
            try Task.checkCancellation()
            let began = ContinuousClock.now
            try await lockPolicy.run(on: connection, progress: progress) {
                do {
                    try await connection.transaction(isolation: .repeatableRead) {
                        try await lockPolicy.bound(connection)
                        try await apply(limit: size)
                        try await FaultPoint.reach("reshape.batch")
                    }
                } catch let error as PostgresError where error.sqlState == .serializationFailure {
                    // A cascade of a foreign key touched a copy just now; the entries are still there.
                }
            }
            try await FaultPoint.reach("reshape.applied")
            if began.duration(to: .now) > .milliseconds(200) { size = max(50, size / 2) }
        }
    }

    /// Applies up to so many entries in the transaction that is open, which sees all as of one moment, or keeps writers out.
    func apply(limit: Int) async throws {
        let highest = try await connection.query(
            "SELECT max(id) FROM (SELECT id FROM \(capture.table) ORDER BY id LIMIT \(limit)) AS entries"
        ).first?.decode(Int64?.self, at: 0)
        guard let highest else { return }
        for target in try await touched(upTo: highest) {
            for statement in try await statements(target, upTo: highest) { try await connection.execute(statement) }
        }
        try await connection.execute("DELETE FROM \(capture.table) WHERE id <= \(highest)")
    }

    /// The targets that entries belong to, where the identity tells.
    private func touched(upTo highest: Int64) async throws -> [Target] {
        guard targets.count > 1, targets.allSatisfy({ $0.entryCondition != nil }) else { return targets }
        let cases = targets.enumerated().map { "WHEN \($1.entryCondition ?? "true") THEN \($0)" }
        return try await connection.query(
            "SELECT DISTINCT CASE \(cases.joined(separator: " ")) END FROM \(capture.table) AS entry WHERE id <= \(highest)"
        ).compactMap { try $0.decode(Int?.self, at: 0).map { targets[$0] } }
    }

    private func statements(_ target: Target, upTo highest: Int64) async throws -> [String] {
        let keys = DeltaCapture.keys(identity)
        let names = try await identity.quoted(connection)
        var list: [String] = []
        for column in columns { list.append(try await connection.quoteIdentifier(column)) }
        let isTargets = target.entryCondition.map { " AND \($0)" } ?? ""
        let entries =
            "(SELECT DISTINCT \(keys.joined(separator: ", ")) FROM \(capture.table) AS entry WHERE id <= \(highest)\(isTargets))"
        let match = zip(zip(names, keys), identity.columns).map { "r.\($0.0) \($1.equals) entry.\($0.1)" }
            .joined(separator: " AND ")
        var statements = ["DELETE FROM \(target.name) AS r USING \(entries) AS entry WHERE \(match)"]
        for source in sources {
            statements.append(
                """
                INSERT INTO \(target.name) (\(list.joined(separator: ", "))) \
                SELECT \(list.map { "r.\($0)" }.joined(separator: ", ")) \
                FROM ONLY \(try await connection.quote(source)) AS r JOIN \(entries) AS entry ON \(match)\
                \(target.condition.map { " WHERE \($0)" } ?? "")
                """)
        }
        return statements
    }

    /// Deletes every copy of a row that was written down since the copying began, and which may so be there twice; behind
    /// it unique indexes can be built. The entries stay.
    func scrub(_ table: RelationName) async throws {
        let keys = DeltaCapture.keys(identity)
        let names = try await identity.quoted(connection)
        let match = zip(zip(names, keys), identity.columns).map { "r.\($0.0) \($1.equals) entry.\($0.1)" }
            .joined(separator: " AND ")
        try await connection.execute(
            """
            DELETE FROM \(try await connection.quote(table)) AS r
            USING (SELECT DISTINCT \(keys.joined(separator: ", ")) FROM \(capture.table)) AS entry WHERE \(match)
            """, timeout: .seconds(3600))
    }
}
