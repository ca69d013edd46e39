import PostgresClient
import RSSCore
import RSSModel

/// Brings copies of rows up to date with what ``DeltaCapture`` wrote down: each row written down is deleted from the copies
/// and copied again as it is now, if it still exists.
///
/// A batch sees the rows and the entries as of one moment, so that it forgets no entry whose change it has not seen.
struct DeltaApply: Sendable {
    /// With at most that many entries left, or at most that time taken by the last batch, the rest can be applied under a lock.
    static let few = 60
    static let short = Duration.milliseconds(50)

    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let capture: DeltaCapture
    let identity: RowIdentity
    let sources: [RelationName]
    /// The table that holds the copies; a partitioned one sends each to its partition. Indexed by the identity.
    let destination: RelationName
    let columns: [String]
    let progress: ProgressReporter

    /// Number of entries, counted no further than a limit.
    func pending(limit: Int) async throws -> Int {
        try await connection.query("SELECT count(*) FROM (SELECT FROM \(capture.table) LIMIT \(limit)) AS entries")
            .first?
            .decode(Int.self, at: 0) ?? 0
    }

    /// Applies batches until little is left: with continuous writers, no more than is written while a short batch is
    /// applied.
    ///
    /// - Parameter few: that many entries may be left in any case.
    func catchUp(until few: Int = few, batch: Int = 5000) async throws {
        var size = batch
        // A row that is referenced went just now, and took copies along or is missed by one: as of the next moment, the row that
        // was copied is gone or changed as well.
        let retry = RetryPolicy(attempts: 20, base: .milliseconds(5), cap: .milliseconds(50))
        while try await pending(limit: few + 1) > few {
            try Task.checkCancellation()
            var began = ContinuousClock.now
            var applied = 0
            try await lockPolicy.run(on: connection, progress: progress) {
                try await retry.run {
                    let state = ($0 as? PostgresError)?.sqlState
                    return state == .serializationFailure || state == .foreignKeyViolation
                } _: {
                    try await connection.transaction(isolation: .repeatableRead) {
                        try await lockPolicy.bound(connection)
                        try await refuseForeignCode()
                        // What the check takes is the same for a small batch as for a large one.
                        began = .now
                        applied = try await apply(limit: size)
                        try await FaultPoint.reach("reshape.batch")
                    }
                }
            }
            try await FaultPoint.reach("reshape.applied")
            let took = began.duration(to: .now)
            if applied < size, took < Self.short { return }
            if took > .milliseconds(200) { size = max(500, size / 2) }
        }
    }

    /// Refuses what the tables' owner could have put on them since the work began.
    ///
    /// The lock comes before the snapshot of the transaction: what is added later is blocked, what was added before is seen.
    func refuseForeignCode() async throws {
        let copies = try await connection.quote(destination)
        var names: [String] = []
        for source in sources { names.append(try await connection.quote(source)) }
        try await connection.execute("LOCK TABLE \(([copies] + names).joined(separator: ", ")) IN ROW EXCLUSIVE MODE")
        try await connection.refuseForeignCode(.filling, in: [copies], reading: names)
    }

    /// Applies at most that many entries in the open transaction, which has one snapshot, or blocks writers.
    ///
    /// - Returns: how many.
    @discardableResult
    func apply(limit: Int) async throws -> Int {
        let row = try await connection.query(
            "SELECT min(id), max(id) FROM (SELECT id FROM \(capture.table) ORDER BY id LIMIT \(limit)) AS entries"
        ).first
        guard let (lowest, highest) = try row?.decode(Int64?.self, Int64?.self), let lowest, let highest else {
            return 0
        }
        // A few rows of many: by the index, whatever the statistics of tables that were just filled make of it.
        try await connection.executeScript(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off"
        )
        let span = "id BETWEEN \(lowest) AND \(highest)"
        for statement in try await statements(span) { try await connection.execute(statement) }
        return try await connection.execute("DELETE FROM \(capture.table) WHERE \(span)")
    }

    private func statements(_ span: String) async throws -> [String] {
        let match = try await match()
        var names: [String] = []
        for column in columns { names.append(try await connection.quoteIdentifier(column)) }
        let list = names.joined(separator: ", ")
        let entries =
            "(SELECT DISTINCT \(DeltaCapture.keys(identity).joined(separator: ", ")) FROM \(capture.table) WHERE \(span)) AS entry"
        let copies = try await connection.quote(destination)
        var statements = ["DELETE FROM \(copies) AS r USING \(entries) WHERE \(match)"]
        for source in sources {
            statements.append(
                """
                INSERT INTO \(copies) (\(list)) SELECT \(names.map { "r.\($0)" }.joined(separator: ", ")) \
                FROM \(entries) JOIN ONLY \(try await connection.quote(source)) AS r ON \(match)
                """)
        }
        return statements
    }

    /// The condition that a row, named `r`, is the one of an entry.
    func match() async throws -> String {
        zip(zip(try await identity.quoted(connection), DeltaCapture.keys(identity)), identity.columns).map {
            "r.\($0.0) \($1.equals) entry.\($0.1)"
        }.joined(separator: " AND ")
    }

    /// Deletes every copy of a row that was written down since the copying began, and which may so exist twice; after that,
    /// unique indexes can be built. The entries stay.
    func scrub() async throws {
        try await connection.execute(
            """
            DELETE FROM \(try await connection.quote(destination)) AS r
            USING (SELECT DISTINCT \(DeltaCapture.keys(identity).joined(separator: ", ")) FROM \(capture.table)) AS entry
            WHERE \(try await match())
            """, timeout: LongStatement.reading)
    }
}
