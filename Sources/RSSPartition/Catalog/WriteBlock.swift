import PostgresClient
import RSSCore
import RSSModel

/// Triggers on a partition that refuse every write to it, also those that come through its table.
struct WriteBlock: Sendable {
    let partition: RelationName

    private static let names = ["rssctl_write_block", "rssctl_truncate_block"]

    /// The statements that add it; run again, they change nothing.
    func raising(_ connection: PostgresConnection) async throws -> [String] {
        let table = try await connection.quote(partition)
        return [
            """
            CREATE OR REPLACE TRIGGER \(Self.names[0]) BEFORE INSERT OR UPDATE OR DELETE ON \(table) \
            FOR EACH ROW EXECUTE FUNCTION rssctl.refuse_write()
            """,
            """
            CREATE OR REPLACE TRIGGER \(Self.names[1]) BEFORE TRUNCATE ON \(table) \
            FOR EACH STATEMENT EXECUTE FUNCTION rssctl.refuse_write()
            """,
        ]
    }

    /// The statements that drop it.
    func lowering(_ connection: PostgresConnection) async throws -> [String] {
        let table = try await connection.quote(partition)
        return Self.names.map { "DROP TRIGGER IF EXISTS \($0) ON \(table)" }
    }

    /// Whether it is there.
    func isUp(_ connection: PostgresConnection) async throws -> Bool {
        try await connection.query(
            "SELECT 1 FROM pg_trigger WHERE tgrelid = to_regclass($1) AND tgname = $2 AND tgenabled <> 'D'",
            [partition.quoted, Self.names[0]]
        ).isEmpty == false
    }
}
