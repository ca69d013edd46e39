import PostgresClient
import RSSModel

/// Compares a table with the registry that keeps its keys unique over all partitions: every row needs its key, and every
/// key its row. Reads both as a whole.
struct RegistryAudit: Sendable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// The rows without a key, the keys without a row, and the keys that say something else than the row.
    ///
    /// - Throws: `PostgresError`.
    func findings(_ table: PartitionedTable) async throws -> [Finding] {
        let registries = try await connection.query(
            """
            SELECT r.relname::text,
                   ARRAY(SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = ANY (i.indkey)
                         WHERE i.indrelid = r.oid AND i.indisprimary ORDER BY a.attnum),
                   ARRAY(SELECT a.attname::text FROM pg_attribute a JOIN pg_attribute t ON t.attrelid = p.oid AND t.attname = a.attname AND NOT t.attisdropped
                         WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
            FROM pg_class p
            JOIN pg_trigger g ON g.tgrelid = p.oid AND NOT g.tgisinternal AND g.tgname LIKE '%\\_insert'
            JOIN pg_class r ON r.relnamespace = p.relnamespace AND r.relkind = 'r' AND r.relname = left(g.tgname, -7)
            WHERE p.oid = $1::bigint::oid
            """, [table.oid])
        var findings: [Finding] = []
        for row in registries {
            let (name, key, columns) = try row.decode(String.self, [String].self, [String].self)
            let registry = RelationName(schema: table.schema, name: name)
            guard !key.isEmpty, Set(key).isSubset(of: columns) else { continue }
            findings += try await compare(table, registry, key: key, columns: columns)
        }
        return findings
    }

    private func compare(
        _ table: PartitionedTable, _ registry: RelationName, key: [String], columns: [String]
    ) async throws -> [Finding] {
        let (rows, keys) = (try await connection.quote(table.relation), try await connection.quote(registry))
        try await connection.refuseForeignCode(.reading, in: [rows, keys])
        var names: [String: String] = [:]
        for column in columns { names[column] = try await connection.quoteIdentifier(column) }
        let join = key.compactMap { names[$0] }.map { "t.\($0) = k.\($0)" }.joined(separator: " AND ")
        let label = key.compactMap { names[$0] }.map { "%1$s.\($0)::text" }
        func sample(_ side: String) -> String {
            "concat_ws(', ', \(label.map { $0.replacing("%1$s", with: side) }.joined(separator: ", ")))"
        }
        let rest = columns.filter { !key.contains($0) }.compactMap { names[$0] }
        let differs =
            rest.isEmpty
            ? "false"
            : "(\(rest.map { "t.\($0)" }.joined(separator: ", "))) IS DISTINCT FROM (\(rest.map { "k.\($0)" }.joined(separator: ", ")))"
        // One snapshot for all: a row that is written between two statements would look like a loss.
        let found = try await connection.query(
            """
            SELECT kind, count(*), (array_agg(sample))[1:5] FROM (
                SELECT CASE WHEN k IS NULL THEN 'row' WHEN t IS NULL THEN 'key' ELSE 'other' END AS kind,
                       CASE WHEN k IS NULL THEN \(sample("t")) ELSE \(sample("k")) END AS sample
                FROM (SELECT \(columns.compactMap { names[$0] }.joined(separator: ", ")) FROM \(rows)) AS t
                FULL JOIN \(keys) AS k ON \(join)
                WHERE k.\(names[key[0]] ?? "") IS NULL OR t.\(names[key[0]] ?? "") IS NULL OR \(differs)
            ) AS found GROUP BY kind ORDER BY kind
            """, timeout: .seconds(86_400))
        return try found.map { row in
            let (kind, count, samples) = try row.decode(String.self, Int64.self, [String].self)
            let words =
                switch kind {
                case "row": "rows of \(table.relation.quoted) have no key in it"
                case "key": "keys in it have no row in \(table.relation.quoted)"
                default: "keys in it say something else than their row in \(table.relation.quoted)"
                }
            return Finding(
                check: "partition.registry", severity: .critical, object: registry.quoted,
                detail: "\(count) \(words): \(samples.joined(separator: "; "))\(count > 5 ? " and more" : "").",
                measured: Double(count), threshold: 0,
                fix: kind == "row"
                    ? nil : "look at them first; a key without a row goes by DELETE FROM \(registry.quoted)")
        }
    }
}
