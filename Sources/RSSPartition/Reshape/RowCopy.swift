import PostgresClient
import RSSCore
import RSSModel

/// Copies the rows of tables into another one in one pass, by ranges of their blocks, each in a transaction of its own
/// together with its checkpoint.
///
/// A row that changes meanwhile may be missed, or come twice, as it was before and after: whoever copies captures the
/// changes from before the first range on, and corrects the rows concerned.
struct RowCopy: Sendable {
    /// How far it got. Made in a transaction that blocks writers and from which changes are captured: every row that is
    /// not captured is in the blocks counted then.
    struct Checkpoint: Sendable, Codable, Equatable {
        /// The table that is next.
        var source = 0
        /// The block that is next.
        var block: Int64 = 0
        /// The number of blocks of each table.
        var blocks: [Int64] = []
        /// The file of each table: where a VACUUM FULL rewrote it, the row positions have changed.
        var files: [Int64] = []
        /// Rows copied.
        var rows: Int64 = 0
    }

    /// How much is copied at once.
    struct Pace: Sendable, Equatable {
        /// Most rows of one transaction, about.
        var rows = 20_000
        /// How long to pause between two.
        var pause = Duration.zero
        /// About how long one takes, so that no snapshot gets old.
        var longest = Duration.milliseconds(100)
    }

    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let sources: [RelationName]
    /// The table that takes the rows; a partitioned one sends each to its partition.
    let destination: RelationName
    /// The columns that are copied.
    let columns: [String]
    let pace: Pace
    let progress: ProgressReporter

    /// What a checkpoint is begun with.
    static func begin(_ sources: [RelationName], _ connection: PostgresConnection) async throws -> Checkpoint {
        var checkpoint = Checkpoint()
        for source in sources {
            let row = try await connection.query(
                """
                SELECT pg_relation_size(to_regclass($1)) / current_setting('block_size')::bigint,
                       pg_relation_filenode(to_regclass($1))::bigint
                """, [try await connection.quote(source)]
            ).first
            let (blocks, file) = try row?.decode(Int64.self, Int64.self) ?? (Int64(0), Int64(0))
            checkpoint.blocks.append(blocks)
            checkpoint.files.append(file)
        }
        return checkpoint
    }

    /// The statement of one range.
    func statement(_ source: RelationName, from: Int64, to: Int64) async throws -> String {
        var names: [String] = []
        for column in columns { names.append(try await connection.quoteIdentifier(column)) }
        let list = names.joined(separator: ", ")
        return """
            INSERT INTO \(try await connection.quote(destination)) (\(list)) SELECT \(list) \
            FROM ONLY \(try await connection.quote(source)) WHERE ctid >= '(\(from),0)' AND ctid < '(\(to),0)'
            """
    }

    /// Resumes from a checkpoint, to the end.
    ///
    /// - Parameters:
    ///   - estimate: about how many rows there are.
    ///   - record: called in the transaction of each range.
    /// - Returns: how far it got.
    /// - Throws: ``SourceRewritten`` when a table was rewritten.
    func run(
        from start: Checkpoint, estimate: Int64?, record: (Checkpoint) async throws -> Void
    ) async throws -> Checkpoint {
        let start = next(after: start)
        progress(.phase("copy rows", total: estimate, unit: .rows))
        defer { progress(.finished) }
        guard start.source < sources.count else { return start }
        let walk = BatchWalk(connection, lockPolicy, pause: pace.pause, committed: "reshape.copied", progress)
        let sizes = BatchPace(
            size: try await firstSize(), bounds: 1...65_536, aim: pace.longest, rows: pace.rows)
        return try await walk.run(from: start, done: start.rows, pace: sizes) { checkpoint in
            try await connection.refuseForeignCode(
                .filling, in: [destination.quoted], reading: [sources[checkpoint.source].quoted])
        } _: { checkpoint, size in
            let source = sources[checkpoint.source]
            try await refuseRewritten(source, file: checkpoint.files[checkpoint.source])
            let end = min(checkpoint.blocks[checkpoint.source], checkpoint.block + Int64(size))
            let copied = try await connection.execute(
                try await statement(source, from: checkpoint.block, to: end), timeout: LongStatement.reading)
            try await FaultPoint.reach("reshape.batch")
            var reached = checkpoint
            reached.block = end
            reached.rows += Int64(copied)
            reached = next(after: reached)
            try await record(reached)
            return BatchWalk.Step(to: reached, rows: copied, isLast: reached.source == sources.count)
        }
    }

    /// A checkpoint whose next block exists; past the last table at the end.
    private func next(after checkpoint: Checkpoint) -> Checkpoint {
        var checkpoint = checkpoint
        while checkpoint.source < sources.count, checkpoint.block >= checkpoint.blocks[checkpoint.source] {
            checkpoint.source += 1
            checkpoint.block = 0
        }
        return checkpoint
    }

    private func firstSize() async throws -> Int {
        guard let first = sources.first else { return 1 }
        let perBlock = try await connection.query(
            "SELECT (nullif(reltuples, -1) / nullif(relpages, 0))::float8 FROM pg_class WHERE oid = to_regclass($1)",
            [try await connection.quote(first)]
        ).first?.decode(Double?.self, at: 0)
        return max(1, min(128, Int(Double(pace.rows) / max(1, perBlock ?? 100))))
    }

    /// The lock keeps the table's rows where they are until the range is copied.
    private func refuseRewritten(_ source: RelationName, file: Int64) async throws {
        let name = try await connection.quote(source)
        try await connection.execute("LOCK TABLE ONLY \(name) IN ACCESS SHARE MODE")
        let found = try await connection.query("SELECT pg_relation_filenode(to_regclass($1))::bigint", [name]).first?
            .decode(Int64?.self, at: 0)
        if found != file { throw SourceRewritten() }
    }
}

/// The rows of a table that is being copied have moved: VACUUM FULL, CLUSTER or an ALTER TABLE rewrote it.
struct SourceRewritten: Error {}
