import PostgresClient
import RSSCore
import RSSModel
import RedisClient

/// A key of the cache, and whose summary it holds.
struct SummaryKey: Sendable, Equatable {
    let organization: String
    let key: RedisArgument
}

/// Reads the summaries of organizations, each time from a snapshot of its own.
struct SummaryReading: Sendable {
    /// The organizations that are active.
    let organizations: [String]
    private let postgres: PostgresConnection
    private let tables: ApplicationTables
    private let shape: SummaryShape
    private let keyPrefix: String
    private let today: CalendarDate

    /// Lists the organizations.
    ///
    /// - Throws: `ForeignCode`, `PostgresError`.
    init(_ postgres: PostgresConnection, shape: SummaryShape, keyPrefix: String, today: CalendarDate) async throws {
        let tables = try await ApplicationTables(postgres)
        try await postgres.refuseForeignCode(.reading, in: tables)
        organizations = try await postgres.query(
            "SELECT id FROM \(tables.name("organizations")) WHERE is_active ORDER BY id"
        ).map { try $0.decode(String.self, at: 0) }
        self.postgres = postgres
        self.tables = tables
        self.shape = shape
        self.keyPrefix = keyPrefix
        self.today = today
    }

    /// The keys of organizations.
    func keys(of organizations: some Sequence<String>) -> [SummaryKey] {
        organizations.map {
            SummaryKey(
                organization: $0, key: RedisArgument(shape.key(organization: $0, today: today, prefix: keyPrefix)))
        }
    }

    /// The values of keys by their organizations, as they are now; asks for nothing where no key is named.
    func summaries(of keys: [SummaryKey]) async throws -> [String: RedisArgument] {
        if keys.isEmpty { return [:] }
        let rows = try await postgres.query(
            tables.sql(PackageResources.warm_summaries_sql),
            [shape.start(today), today, Int32(shape.limit), keys.map(\.organization)] as [any PostgresEncodable])
        var values: [String: RedisArgument] = [:]
        for row in rows {
            let (organization, total, data) = try row.decode(String.self, Int64.self, String?.self)
            values[organization] = RedisArgument(SummaryValue.json(totalCount: total, visitData: data))
        }
        return values
    }
}
