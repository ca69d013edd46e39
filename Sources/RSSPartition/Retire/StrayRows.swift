import PostgresClient
import RSSCore

/// Rows of a default partition in the range of a partition which is reattached: they are moved into it, as no partition
/// can be attached beside them.
struct StrayRows: Sendable {
    /// At most that many are moved while the table is locked.
    static let most = 100_000
    /// What the statement that moves them begins with.
    static let move = "WITH moved AS"

    private let table: PartitionedTable
    private let partition: Partition
    private let name: String
    private let condition: String
    private let bound: Partition.Bound
    private let connection: PostgresConnection

    /// Looks for them; nil where there are none.
    init?(_ table: PartitionedTable, _ bound: Partition.Bound, _ connection: PostgresConnection) async throws {
        guard let partition = table.defaultPartition else { return nil }
        let column = try await connection.quoteIdentifier(table.key.column)
        let ends = table.key.condition(bound, column: column)
        condition = ends.isEmpty ? "\(column) IS NOT NULL" : ends
        name = try await connection.quote(partition.relation)
        try await connection.refuseForeignCode(.reading, in: [name])
        self.table = table
        self.partition = partition
        self.bound = bound
        self.connection = connection
        let found = try await connection.query(
            "SELECT FROM \(name) WHERE \(condition) LIMIT 1", timeout: LongStatement.reading)
        if found.isEmpty { return nil }
    }

    /// Refuses rows that cannot be moved, or not in a short time.
    ///
    /// - Throws: ``RetireError/strayRows(_:defaultPartition:range:problem:)``.
    func refuse(_ target: RelationName) async throws {
        func refusal(_ problem: String) -> RetireError {
            .strayRows(
                target.quoted, defaultPartition: partition.relation.quoted, range: table.label(bound), problem: problem)
        }
        if partition.isPartitioned || partition.isForeign {
            throw refusal("it is \(partition.isForeign ? "a foreign table" : "partitioned itself")")
        }
        // To a foreign key, a row that is moved by hand is one that is deleted.
        let references =
            try await TableReference.to(table.oid, connection) + TableReference.to(partition.oid, connection)
        if let reference = references.first {
            throw refusal("\(reference.constraint) of \(reference.relation.quoted) may reference them")
        }
        let count = try await connection.query(
            "SELECT count(*) FROM (SELECT FROM ONLY \(name) WHERE \(condition) LIMIT \(Self.most + 1)) AS counted",
            timeout: LongStatement.reading
        ).first?.decode(Int.self, at: 0)
        if let count, count > Self.most { throw refusal("they are more than \(Self.most)") }
        let isHeld = try await connection.query(
            """
            SELECT FROM pg_trigger AS t WHERE tgrelid = $1::bigint::oid AND tgisinternal AND tgenabled <> 'D' AND \(Self.isOfUser)
                AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
            """, [partition.oid])
        if !isHeld.isEmpty { throw refusal("PostgreSQL 14 lets only a superuser disable the triggers of a partition") }
    }

    /// Which triggers, `t`, are not those of a constraint. Before 15, what a partition has of its table's triggers is internal too.
    private static let isOfUser = """
        (NOT t.tgisinternal OR t.tgparentid <> 0 AND NOT EXISTS (
            SELECT FROM pg_constraint AS k WHERE k.oid = t.tgconstraint AND k.contype <> 't'))
        """

    /// The statements that move them, for the transaction that attaches the partition. No trigger fires: a row that moves
    /// is neither deleted nor new.
    func moving(into target: RelationName) async throws -> [String] {
        let columns = try await connection.query(
            """
            SELECT quote_ident(attname) FROM pg_attribute
            WHERE attrelid = $1::bigint::oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
            """, [partition.oid]
        ).map { try $0.decode(String.self, at: 0) }.joined(separator: ", ")
        let triggers = try await connection.query(
            """
            SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname),
                   format('ALTER TABLE %s ENABLE %sTRIGGER %I', tgrelid::regclass,
                          CASE tgenabled WHEN 'R' THEN 'REPLICA ' WHEN 'A' THEN 'ALWAYS ' ELSE '' END, tgname)
            FROM pg_trigger AS t
            WHERE tgrelid IN (to_regclass($1), to_regclass($2)) AND tgenabled <> 'D' AND \(Self.isOfUser)
              AND tgname NOT IN ('rssctl_write_block', 'rssctl_truncate_block')
              -- A drain in progress has to see the moved rows.
              AND tgname NOT LIKE 'rssctl\\_reshape\\_%'
            ORDER BY tgrelid, tgname
            """, [partition.relation.quoted, target.quoted]
        ).map { try $0.decode(String.self, String.self) }
        let own = try await connection.quote(target)
        let move = """
            \(Self.move) (DELETE FROM ONLY \(name) WHERE \(condition) RETURNING \(columns)) \
            INSERT INTO \(own) (\(columns)) OVERRIDING SYSTEM VALUE SELECT \(columns) FROM moved
            """
        return triggers.map(\.0) + [move, "SET CONSTRAINTS ALL IMMEDIATE"] + triggers.map(\.1)
    }
}
