import PostgresClient
import RSSCore
import RSSModel
import RedisClient

/// The active organizations, each as its row.
struct OrganizationSource: CacheSource {
    let kind = CacheKind.organizations
    let batch = 2000
    let postgres: PostgresConnection
    let tables: ApplicationTables
    let keys: CacheKeys
    let zone: NodeDate.Zone

    func ids() async throws -> [String] { try await tables.activeOrganizations(postgres) }

    func key(_ id: String) -> RedisArgument { keys.organization(id) }

    func values(of ids: [String]) async throws -> [String: CacheValue] {
        var values: [String: CacheValue] = [:]
        let table = tables.name("organizations")
        for row in try await postgres.query("SELECT * FROM \(table) WHERE id = ANY ($1::uuid[])", [ids]) {
            values[try row.decode(String.self, "id")] = .bytes(RedisArgument(try nodeJSON(row, of: table, zone)))
        }
        return values
    }
}

/// The hardware of the visit reports on the pages that are warmed: the rows of each report, the oldest first.
struct HardwareSource: CacheSource {
    let kind = CacheKind.hardware
    let batch = 1000
    let postgres: PostgresConnection
    let tables: ApplicationTables
    let keys: CacheKeys
    let zone: NodeDate.Zone
    let filter: FilterShape.Filter

    func ids() async throws -> [String] {
        let organizations = try await tables.activeOrganizations(postgres)
        return try await postgres.query(
            tables.sql(PackageResources.warm_visits_sql), filter.parameters(organizations)
        ).map { try $0.decode(String.self, at: 0) }
    }

    func key(_ id: String) -> RedisArgument { keys.hardware(id) }

    func values(of ids: [String]) async throws -> [String: CacheValue] {
        let table = tables.name("hardware_inventory")
        var rows: [String: [String]] = Dictionary(ids.map { ($0, []) }) { $1 }
        let statement =
            "SELECT * FROM \(table) WHERE visit_report_id = ANY ($1::uuid[]) ORDER BY visit_report_id, created_at, id"
        for row in try await postgres.query(statement, [ids]) {
            rows[try row.decode(String.self, "visit_report_id"), default: []].append(
                try nodeJSON(row, of: table, zone))
        }
        return rows.mapValues { .bytes(RedisArgument("[\($0.joined(separator: ","))]")) }
    }
}

/// A row as the backend writes it.
///
/// - Throws: ``CacheError/unknownColumn(table:column:)``, `PostgresError`.
private func nodeJSON(_ row: Row, of table: String, _ zone: NodeDate.Zone) throws -> String {
    do {
        return try row.nodeJSON(zone)
    } catch let error as UnknownColumn {
        throw CacheError.unknownColumn(table: table, column: error.name)
    }
}
