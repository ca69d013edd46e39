import PostgresClient
import RSSCore
import RSSModel

/// Enters the rows that a table has already into its key registry, while triggers enter what comes; then proves that
/// nothing is missing.
struct KeyRegistryFill {
    private let connection: PostgresConnection
    private let lockPolicy: LockPolicy
    private let progress: ProgressReporter
    private let spec: ConversionSpec
    private let oid: Int64
    private let table: String
    private let registry: String
    private let id: String
    private let type: String
    private let columns: [String]
    private let rows: Int64

    /// How long a batch may take: a writer of one of its rows may wait up to that time.
    private static let pace = Duration.milliseconds(40)

    init(
        _ spec: ConversionSpec, _ plain: PlainTable, connection: PostgresConnection, lockPolicy: LockPolicy,
        progress: ProgressReporter
    ) async throws {
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.progress = progress
        self.spec = spec
        oid = plain.oid
        table = try await connection.quote(spec.table)
        registry = try await connection.quote(spec.relation(spec.registry ?? ""))
        var columns: [String] = []
        for column in spec.globalUnique + [spec.column] {
            columns.append(try await connection.quoteIdentifier(column))
        }
        self.columns = columns.unique()
        id = columns[0]
        rows = Int64(max(plain.rows, 0))
        type =
            try await connection.query(
                "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = $1::bigint::oid AND attname = $2",
                [plain.oid, spec.globalUnique[0]]
            ).first?.decode(String.self, at: 0) ?? "text"
    }

    /// Resumes after a checkpoint, to the end.
    ///
    /// A row is locked against changes of its keys, and against nothing else, until its key is entered: all columns of the
    /// registry belong to unique indexes by now. A change that comes later finds the key.
    ///
    /// - Parameter record: called in the transaction of each batch with the key it came to; nil at the end.
    func fill(from checkpoint: String?, record: (String?) async throws -> Void) async throws {
        progress(.phase("fill \(registry)", total: rows > 0 ? rows : nil, unit: .rows))
        let walk = BatchWalk(connection, lockPolicy, committed: "convert.filled", progress)
        let pace = BatchPace(size: 1000, bounds: 100...5000, aim: Self.pace)
        try await walk.run(from: checkpoint, pace: pace) { _ in
            try await refuseForeignCode()
        } _: { last, size in
            let (count, end) = try await batch(after: last, size: size)
            try await FaultPoint.reach("convert.batch")
            let isLast = count < size || end == nil
            try await record(isLast ? nil : end)
            return BatchWalk.Step(to: end, rows: count, isLast: isLast)
        }
        progress(.finished)
    }

    private func refuseForeignCode() async throws {
        try await connection.refuseForeignCode(.writing, in: [registry], reading: [table])
        let objects = RecordedObjects(relations: [spec.registry].compactMap { $0 }.map(spec.relation))
        try await connection.require(objects, ofOwnerOf: spec.table)
    }

    private func batch(after last: String?, size: Int) async throws -> (count: Int, end: String?) {
        let names = columns.joined(separator: ", ")
        let row = try await connection.query(
            """
            WITH batch AS MATERIALIZED (
                SELECT \(names) FROM \(table) \(last == nil ? "" : "WHERE \(id) > $1::text::\(type)")
                ORDER BY \(id) LIMIT \(size) FOR KEY SHARE
            ), entered AS (
                INSERT INTO \(registry) (\(names)) SELECT \(names) FROM batch ON CONFLICT (\(id)) DO NOTHING
            )
            SELECT count(*), (SELECT \(id)::text FROM batch ORDER BY batch.\(id) DESC LIMIT 1) FROM batch
            """, last.map { [$0] } ?? []
        ).first
        return (try row?.decode(Int.self, at: 0) ?? 0, try row?.decode(String?.self, at: 1))
    }

    /// Compares table and registry, and fixes what differs: a transaction with a snapshot from before a key was entered
    /// changes the row without finding the key. When none of those is left, nothing can differ any more.
    ///
    /// - Returns: how many keys were fixed.
    func verify() async throws -> Int {
        try await waitForOldSnapshots()
        var corrected = 0
        while true {
            let different = try await different()
            if different.isEmpty { return corrected }
            try await lockPolicy.run(on: connection, progress: progress) {
                try await connection.transaction {
                    try await lockPolicy.bound(connection)
                    try await refuseForeignCode()
                    try await correct(different)
                    try await FaultPoint.reach("convert.corrected")
                }
            }
            corrected += different.count
        }
    }

    private func different() async throws -> [String] {
        let differs = columns.dropFirst().map { "t.\($0) IS DISTINCT FROM r.\($0)" }
        return try await connection.query(
            """
            SELECT coalesce(t.\(id), r.\(id))::text FROM \(table) t FULL JOIN \(registry) r ON r.\(id) = t.\(id)
            WHERE \((["t.\(id) IS NULL", "r.\(id) IS NULL"] + differs).joined(separator: " OR ")) LIMIT 1000
            """, timeout: LongStatement.reading
        ).map { try $0.decode(String.self, at: 0) }
    }

    private func correct(_ keys: [String]) async throws {
        let names = columns.joined(separator: ", ")
        let these = "\(id) = ANY ($1::text[]::\(type)[])"
        try await connection.execute(
            """
            DELETE FROM \(registry) r WHERE r.\(these) AND NOT EXISTS (SELECT FROM \(table) t WHERE t.\(id) = r.\(id))
            """, [keys])
        try await connection.execute(
            """
            WITH rows AS MATERIALIZED (SELECT \(names) FROM \(table) WHERE \(these) ORDER BY \(id) FOR SHARE)
            INSERT INTO \(registry) (\(names)) SELECT \(names) FROM rows
            ON CONFLICT (\(id)) DO UPDATE SET \(columns.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
            """, [keys])
    }

    private func waitForOldSnapshots() async throws {
        try await Task.sleep(for: HolderWatch.age)
        try await SnapshotWait(connection, budget: lockPolicy.budget, progress: progress).wait(for: oid)
    }
}
