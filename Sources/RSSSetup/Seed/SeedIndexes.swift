import PostgresClient
import RSSCore
import RSSModel

/// The secondary indexes of the seeded tables, dropped before a large load and built again after it.
struct SeedIndexes: Sendable {
    private let definitions: [String]

    var count: Int { definitions.count }

    static func drop(_ connection: PostgresConnection, _ tables: ApplicationTables) async throws -> SeedIndexes {
        let rows = try await connection.query(
            """
            SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = ANY ($1::text[]::regclass[])
              AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
            ORDER BY (SELECT amname FROM pg_am WHERE oid = c.relam) = 'gin' DESC, i.indrelid::regclass::text
            """,
            [
                ["visit_reports", "hardware_inventory", "recycling_records"].map(tables.name) + [
                    "files.file_attachments"
                ]
            ])
        for row in rows { try await connection.execute("DROP INDEX \(try row.decode(String.self, at: 0))") }
        // An index on a partitioned table is defined with ON ONLY, which would leave the partitions without.
        let definitions = try rows.map { try $0.decode(String.self, at: 1).replacing(" ON ONLY ", with: " ON ") }
        return SeedIndexes(definitions: definitions)
    }

    /// Builds them in two sessions, the slow ones (GIN) first.
    func rebuild(_ options: ConnectionOptions, _ progress: ProgressReporter) async throws {
        let queue = WorkQueue(definitions, progress)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let connection = try await PostgresConnection.connect(options)
                    defer { Task { await connection.close() } }
                    try await connection.execute("SET maintenance_work_mem = '1GB'")
                    while let definition = await queue.next() {
                        try await connection.execute(definition, timeout: LongStatement.reading)
                        await queue.finished()
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// Work taken by several tasks, each piece once.
private actor WorkQueue {
    private var waiting: ArraySlice<String>
    private var done: Int64 = 0
    private let progress: ProgressReporter

    init(_ work: [String], _ progress: ProgressReporter) {
        waiting = work[...]
        self.progress = progress
    }

    func next() -> String? { waiting.popFirst() }

    func finished() {
        done += 1
        progress(.advanced(to: done, rejected: 0))
    }
}
