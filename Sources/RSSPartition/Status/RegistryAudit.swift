import PostgresClient
import RSSCore
import RSSModel

/// Compares a table with the registry that keeps its keys unique over all partitions: every row needs its key, and every
/// key its row. Reads both as a whole.
struct RegistryAudit: Sendable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// The rows without a key, the keys without a row, and the keys that differ from their row.
    ///
    /// - Throws: ``ForeignOwner``, ``ArchiveError``, `PostgresError`.
    func findings(_ table: PartitionedTable) async throws -> [Finding] {
        guard let registry = try await KeyRegistry.of(table.oid, connection) else { return [] }
        return try await compare(table, registry.relation, key: registry.key, columns: registry.columns)
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
        // One snapshot for all: a row that is written between two statements would look like a loss. Where a column is named
        // like an alias, the alias alone would mean the column: hence whole names, and a mark for each side.
        let marks = ["t", "k"].map { side in
            "SELECT \(columns.compactMap { names[$0] }.joined(separator: ", ")), true AS rssctl_is_there FROM \(side == "t" ? rows : keys)"
        }
        let found = try await connection.query(
            """
            SELECT kind, count(*), (array_agg(sample))[1:5] FROM (
                SELECT CASE WHEN k.rssctl_is_there IS NULL THEN 'row' WHEN t.rssctl_is_there IS NULL THEN 'key' ELSE 'other' END AS kind,
                       CASE WHEN k.rssctl_is_there IS NULL THEN \(sample("t")) ELSE \(sample("k")) END AS sample
                FROM (\(marks[0])) AS t
                FULL JOIN (\(marks[1])) AS k ON \(join)
                WHERE k.rssctl_is_there IS NULL OR t.rssctl_is_there IS NULL OR \(differs)
            ) AS found GROUP BY kind ORDER BY kind
            """, timeout: LongStatement.wholeTable)
        return try found.map { row in
            let (kind, count, samples) = try row.decode(String.self, Int64.self, [String].self)
            let words =
                switch kind {
                case "row": "rows of \(table.relation.quoted) have no key in it"
                case "key": "keys in it have no row in \(table.relation.quoted)"
                default: "keys in it differ from their row in \(table.relation.quoted)"
                }
            return Finding(
                check: "partition.registry", severity: .critical, object: registry.quoted,
                detail: "\(count) \(words): \(samples.joined(separator: "; "))\(count > 5 ? " and more" : "").",
                measured: Double(count), threshold: 0,
                fix: kind == "row"
                    ? nil : "Check them first. A key without a row is removed by: DELETE FROM \(registry.quoted)")
        }
    }
}
