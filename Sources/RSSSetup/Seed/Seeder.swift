import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// Fills a database with realistic data: skewed, over 36 months, and the same for the same seed and day.
package struct Seeder: Sendable {
    /// What makes an empty schema and fills it again.
    package static let startOver = "rssctl sandbox reset --yes && rssctl migrate && rssctl sandbox seed"

    /// How much of what.
    package struct Options: Sendable, Equatable {
        /// Number of visits.
        package var visits = 20_000
        /// The seed of the random numbers.
        package var seed: UInt64 = 1
        /// The day up to which data is made.
        package var today: CalendarDate
        /// Months of data, this one included.
        package var months = 36
        /// Hardware rows a visit, on average.
        package var hardwarePerVisit = 5.0
        /// Recycling records a visit, on average.
        package var recyclingPerVisit = 0.5
        /// Files a visit, on average.
        package var filesPerVisit = 0.5

        /// 20,000 visits up to a day.
        package init(today: CalendarDate) { self.today = today }
    }

    /// What was made.
    package struct Outcome: Sendable, Equatable, Encodable {
        package var organizations = 0
        package var users = 0
        package var visits = 0
        package var hardware = 0
        package var recycling = 0
        package var files = 0
    }

    private let connect: ConnectionOptions
    private let options: Options

    /// Makes a seeder. The role must be a superuser, as that of a sandbox is: triggers are off while data goes in.
    package init(_ connect: ConnectionOptions, options: Options) {
        self.connect = connect
        self.options = options
    }

    /// Fills the database.
    ///
    /// - Throws: ``SeedError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func run(runID: String, _ progress: ProgressReporter) async throws -> Outcome {
        let connection = try await PostgresConnection.connect(connect)
        defer { Task { await connection.close() } }
        let tables = try await ApplicationTables(connection)
        try await refuseIfSeeded(connection, tables)
        let first = options.today.startOfMonth(adding: 1 - options.months)
        let since = Date(timeIntervalSince1970: Double(first.daysSinceEpoch) * 86_400)
        let people = try await progress.phase("organizations and people") {
            let end = options.today.startOfMonth(adding: 1)
            try await PartitionMaintenance(connection, lockPolicy: LockPolicy(), runID: runID).cover(
                .visitReports, from: Int64(first.daysSinceEpoch) * PartitionKey.day,
                to: Int64(end.daysSinceEpoch) * PartitionKey.day,
                at: Date(timeIntervalSince1970: Double(options.today.daysSinceEpoch) * 86_400))
            return try await SeedPeople.write(
                connection, tables, visits: options.visits, seed: options.seed, since: since)
        }
        // Loading first and indexing afterwards pays off only for much data.
        let indexes = options.visits > 100_000 ? try await SeedIndexes.drop(connection, tables) : nil
        var outcome = try await load(people, tables, first: first, progress)
        if let indexes {
            try await progress.phase("indexes", total: Int64(indexes.count)) {
                try await indexes.rebuild(connect, progress)
            }
        }
        try await progress.phase("vacuum and analyze") {
            try await connection.execute("VACUUM (ANALYZE)", timeout: LongStatement.reading)
        }
        outcome.organizations = people.organizations.count
        outcome.users = people.technicians.count
        return outcome
    }

    private func refuseIfSeeded(_ connection: PostgresConnection, _ tables: ApplicationTables) async throws {
        let rows = try await connection.query(
            "SELECT to_regclass($1) IS NOT NULL", [tables.name("visit_report_keys")])
        guard try rows.first?.decode(Bool.self, at: 0) == true else { throw SeedError.notMigrated }
        // Organizations come first: they show a seed that was interrupted before its first visit.
        try await connection.refuseForeignCode(.writing, in: tables)
        let any = tables.sql(
            "SELECT 1 FROM public.visit_report_keys UNION ALL SELECT 1 FROM public.organizations LIMIT 1")
        if try await !connection.query(any).isEmpty { throw SeedError.hasData }
    }

    /// Two sessions load a month each at a time: one server process for each of two cores.
    private func load(
        _ people: SeedPeople, _ tables: ApplicationTables, first: CalendarDate, _ progress: ProgressReporter
    ) async throws -> Outcome {
        let shares = Self.shares(options.visits, months: options.months)
        let rowsPerVisit = 2 + options.hardwarePerVisit + options.recyclingPerVisit + options.filesPerVisit
        let counter = SeedCounter(progress)
        return try await progress.phase("load", total: Int64(Double(options.visits) * rowsPerVisit), unit: .rows) {
            try await withThrowingTaskGroup(of: Outcome.self) { group in
                for worker in 0..<2 {
                    group.addTask {
                        let connection = try await PostgresConnection.connect(connect)
                        defer { Task { await connection.close() } }
                        // Foreign keys hold by construction, and the key registry is filled directly.
                        try await connection.execute("SET session_replication_role = replica")
                        var outcome = Outcome()
                        for index in stride(from: worker, to: options.months, by: 2) {
                            let month = SeedMonth(
                                month: first.startOfMonth(adding: index), count: shares[index], people: people,
                                seed: options.seed,
                                today: options.today)
                            try await load(month, connection, tables, &outcome, counter)
                        }
                        return outcome
                    }
                }
                return try await group.reduce(into: Outcome()) { total, part in
                    total.visits += part.visits
                    total.hardware += part.hardware
                    total.recycling += part.recycling
                    total.files += part.files
                }
            }
        }
    }

    private func load(
        _ month: SeedMonth, _ connection: PostgresConnection, _ tables: ApplicationTables,
        _ outcome: inout Outcome, _ counter: SeedCounter
    ) async throws {
        func copy(_ table: String, _ columns: String, _ encode: (CopyWriter) async throws -> Void) async throws -> Int {
            let rows = try await connection.copyIn("COPY \(table) (\(columns)) FROM STDIN (FORMAT binary)") {
                try await encode($0)
            }
            await counter.add(rows)
            return rows
        }
        try await connection.execute("BEGIN")
        outcome.visits += try await copy(tables.name("visit_reports"), SeedMonth.visitColumns) {
            try await month.encodeVisits(to: $0)
        }
        _ = try await copy(tables.name("visit_report_keys"), "id, report_number, visit_date") {
            try await month.encodeKeys(to: $0)
        }
        outcome.hardware += try await copy(tables.name("hardware_inventory"), SeedMonth.hardwareColumns) {
            try await month.encodeHardware(mean: options.hardwarePerVisit, to: $0)
        }
        outcome.recycling += try await copy(tables.name("recycling_records"), SeedMonth.recyclingColumns) {
            try await month.encodeRecycling(mean: options.recyclingPerVisit, to: $0)
        }
        outcome.files += try await copy("files.file_attachments", SeedMonth.fileColumns) {
            try await month.encodeFiles(mean: options.filesPerVisit, to: $0)
        }
        try await connection.execute("COMMIT")
    }

    /// Visits of each month: business grows by two percent a month.
    static func shares(_ visits: Int, months: Int) -> [Int] {
        let weights = (0..<months).map { pow(1.02, Double($0)) }
        let sum = weights.reduce(0, +)
        var shares = weights.map { Int(Double(visits) * $0 / sum) }
        // What rounding left over goes to the last month.
        if let last = shares.indices.last { shares[last] += visits - shares.reduce(0, +) }
        return shares
    }
}

/// Adds up the rows of both sessions.
private actor SeedCounter {
    private var rows: Int64 = 0
    private let progress: ProgressReporter

    init(_ progress: ProgressReporter) { self.progress = progress }

    func add(_ count: Int) {
        rows += Int64(count)
        progress(.advanced(to: rows, rejected: 0))
    }
}

/// What keeps a database from being seeded.
package enum SeedError: ReportableError, Equatable {
    /// The schema is not there.
    case notMigrated
    /// There are organizations or visit reports already.
    case hasData
    /// The categories of the schema are gone.
    case noCategories

    package var report: ErrorReport {
        switch self {
        case .notMigrated:
            ErrorReport(
                code: "RSS-SEED-001", exit: .failed, message: "the sandbox has no visit-report schema yet",
                hint: "rssctl migrate")
        case .hasData:
            ErrorReport(
                code: "RSS-SEED-002", exit: .failed, message: "the sandbox has organizations or visit reports already",
                detail: "A seed fills an empty schema. One that was interrupted is not resumed.",
                hint: Seeder.startOver)
        case .noCategories:
            ErrorReport(
                code: "RSS-SEED-003", exit: .failed, message: "the table categories has none of the shipped categories",
                hint: "rssctl sandbox reset --yes && rssctl migrate")
        }
    }
}
