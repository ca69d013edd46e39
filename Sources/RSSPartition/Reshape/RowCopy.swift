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
        var checkpoint = start
        var size = try await firstSize()
        progress(.phase("copy rows", total: estimate, unit: .rows))
        defer { progress(.finished) }
        while checkpoint.source < sources.count {
            let source = sources[checkpoint.source]
            let end = checkpoint.blocks[checkpoint.source]
            while checkpoint.block < end {
                try Task.checkCancellation()
                let next = min(end, checkpoint.block + size)
                var began = ContinuousClock.now
                var copied = 0
                checkpoint = try await lockPolicy.run(on: connection, progress: progress) {
                    try await connection.transaction {
                        try await lockPolicy.bound(connection)
                        try await connection.refuseForeignCode(
                            .filling, in: [destination.quoted], reading: [source.quoted])
                        // What the check takes is the same for a small range as for a large one.
                        began = .now
                        try await refuseRewritten(source, file: checkpoint.files[checkpoint.source])
                        copied = try await connection.execute(
                            try await statement(source, from: checkpoint.block, to: next), timeout: .seconds(3600))
                        try await FaultPoint.reach("reshape.batch")
                        var reached = checkpoint
                        reached.block = next
                        reached.rows += Int64(copied)
                        try await record(reached)
                        return reached
                    }
                }
                try await FaultPoint.reach("reshape.copied")
                progress(.advanced(to: checkpoint.rows, rejected: 0))
                size = adapted(size, rows: copied, took: began.duration(to: .now))
                try await rest()
            }
            checkpoint.source += 1
            checkpoint.block = 0
        }
        return checkpoint
    }

    private func firstSize() async throws -> Int64 {
        guard let first = sources.first else { return 1 }
        let perBlock = try await connection.query(
            "SELECT (nullif(reltuples, -1) / nullif(relpages, 0))::float8 FROM pg_class WHERE oid = to_regclass($1)",
            [try await connection.quote(first)]
        ).first?.decode(Double?.self, at: 0)
        return max(1, min(128, Int64(Double(pace.rows) / max(1, perBlock ?? 100))))
    }

    /// The next range is larger where the last was quick, and smaller where it took long or held many rows.
    private func adapted(_ size: Int64, rows: Int, took: Duration) -> Int64 {
        if took > pace.longest || rows > pace.rows { return max(1, size / 2) }
        if took * 2 < pace.longest, rows * 2 <= pace.rows { return min(size * 2, 65_536) }
        return size
    }

    /// The lock keeps the table's rows where they are until the range is copied.
    private func refuseRewritten(_ source: RelationName, file: Int64) async throws {
        let name = try await connection.quote(source)
        try await connection.execute("LOCK TABLE ONLY \(name) IN ACCESS SHARE MODE")
        let found = try await connection.query("SELECT pg_relation_filenode(to_regclass($1))::bigint", [name]).first?
            .decode(Int64?.self, at: 0)
        if found != file { throw SourceRewritten() }
    }

    /// The pause asked for, and as long as a standby is far behind.
    private func rest() async throws {
        if pace.pause > .zero { try await Task.sleep(for: pace.pause) }
        try await ReplicaLag().wait(connection, progress)
    }
}

/// The rows of a table that is being copied have moved: VACUUM FULL, CLUSTER or an ALTER TABLE rewrote it.
struct SourceRewritten: Error {}
