import PostgresClient
import RSSCore
import RedisClient

/// The report summaries of all active organizations, for a shape of the filters and a day.
struct SummarySource: CacheSource {
    let kind = CacheKind.summaries
    let batch = 250
    private let postgres: PostgresConnection
    private let tables: ApplicationTables
    private let keys: CacheKeys
    private let filter: FilterShape.Filter
    private let digest: String

    /// - Throws: ``FilterShapeError`` for a shape that cannot be warmed.
    init(
        _ postgres: PostgresConnection, _ tables: ApplicationTables, _ keys: CacheKeys, shape: FilterShape,
        today: CalendarDate
    ) throws(FilterShapeError) {
        self.postgres = postgres
        self.tables = tables
        self.keys = keys
        filter = try shape.filter(on: today)
        digest = shape.digest(today)
    }

    func ids() async throws -> [String] { try await tables.activeOrganizations(postgres) }

    func key(_ id: String) -> RedisArgument { keys.summary(id, digest: digest) }

    func values(of ids: [String]) async throws -> [String: CacheValue] {
        let rows = try await postgres.query(
            tables.sql(PackageResources.warm_summaries_sql), filter.parameters(ids))
        var values: [String: CacheValue] = [:]
        for row in rows {
            let (organization, total, data) = try row.decode(String.self, Int64.self, String?.self)
            values[organization] = .bytes(RedisArgument(Self.value(totalCount: total, visitData: data)))
        }
        return values
    }

    /// `JSON.stringify({ totalCount, visits })`. node-postgres hands an int8 over as a string, so totalCount is one; visits
    /// is the function's `visit_data`, or an empty array for NULL.
    static func value(totalCount: Int64, visitData: String?) -> [UInt8] {
        var output = Array("{\"totalCount\":\"\(totalCount)\",\"visits\":".utf8)
        if let visitData { NodeJSON.append(Array(visitData.utf8), to: &output) } else { output += Array("[]".utf8) }
        output.append(UInt8(ascii: "}"))
        return output
    }
}

extension FilterShape.Filter {
    /// The parameters of the queries that list visit reports of organizations.
    func parameters(_ organizations: [String]) -> [any PostgresEncodable] {
        [
            start, end, Int32(limit), organizations, Int64(page - 1) * Int64(limit), status, office, technician,
        ]
    }
}

extension ApplicationTables {
    /// The ids of the organizations that are active.
    ///
    /// - Throws: `PostgresError`.
    func activeOrganizations(_ postgres: PostgresConnection) async throws -> [String] {
        try await postgres.query("SELECT id FROM \(name("organizations")) WHERE is_active ORDER BY id").map {
            try $0.decode(String.self, at: 0)
        }
    }
}
