import PostgresClient
import RSSCore
import RedisClient

/// The permissions of all active users.
struct PermissionSource: CacheSource {
    let kind = CacheKind.permissions
    let batch = 5000
    let postgres: PostgresConnection
    let tables: ApplicationTables
    let keys: CacheKeys

    func ids() async throws -> [String] {
        try await postgres.query("SELECT id FROM \(tables.name("users")) WHERE is_active ORDER BY id").map {
            try $0.decode(String.self, at: 0)
        }
    }

    func key(_ id: String) -> RedisArgument { keys.permissions(id) }

    func values(of ids: [String]) async throws -> [String: CacheValue] {
        var values: [String: CacheValue] = [:]
        for row in try await postgres.query(tables.sql(PackageResources.warm_permissions_sql), [ids]) {
            let (user, permissions, wrong) = try row.decode(String.self, String?.self, String?.self)
            values[user] =
                wrong.map { .unknown("a role of the user has permissions for \($0) that are not a list") }
                ?? .bytes(RedisArgument(permissions ?? "[]"))
        }
        return values
    }
}
