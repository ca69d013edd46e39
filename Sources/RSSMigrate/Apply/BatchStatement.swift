import PostgresClient
import RSSCore

/// The statements of a backfill's batches. Keys travel as parameters, cast to the key's type.
struct BatchStatement {
    private let backfill: Backfill
    private let type: String
    private let table: String
    /// The key, qualified as the statement names its table.
    private let key: String
    private let column: String
    /// The schema of the key's operators, quoted: the change itself runs along the path of the file.
    private let operators: String

    init(_ backfill: Backfill, type: String, operators: String, _ connection: PostgresConnection) async throws {
        self.backfill = backfill
        self.type = type
        self.operators = try await connection.quoteIdentifier(operators)
        table = try await connection.quote(backfill.table)
        column = try await connection.quoteIdentifier(backfill.key)
        key = try await connection.quoteIdentifier(backfill.alias ?? backfill.table.name) + "." + column
    }

    /// The last key of the batch that begins after `$1`; no row when what is left is less than a batch.
    func bound(isFirst: Bool) -> String {
        // The key is qualified: ORDER BY would otherwise take the column of the result, which is the text.
        """
        SELECT rssctl_keys.\(column)::text FROM \(table) AS rssctl_keys
        \(isFirst ? "" : "WHERE rssctl_keys.\(column) OPERATOR(\(operators).>) $1::text::\(type)")
        ORDER BY rssctl_keys.\(column) OFFSET \(backfill.batch - 1) LIMIT 1
        """
    }

    /// The change, for keys after the first parameter and up to the last.
    func change(hasLower: Bool, hasUpper: Bool) -> String {
        var conditions: [String] = []
        if hasLower { conditions.append("\(key) OPERATOR(\(operators).>) $1::text::\(type)") }
        if hasUpper { conditions.append("\(key) OPERATOR(\(operators).<=) $\(hasLower ? 2 : 1)::text::\(type)") }
        if let condition = backfill.condition { conditions.append("(\(condition)\n)") }
        return backfill.head + (conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))")
    }
}
