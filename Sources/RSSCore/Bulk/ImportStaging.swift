import Foundation
import PostgresClient
import RSSModel

/// The staging tables of an import: takes rows chunk by chunk by binary COPY.
struct ImportStaging {
    private let connection: PostgresConnection
    private(set) var statements: ImportStatements

    init(_ connection: PostgresConnection, _ table: ImportTable, _ columns: [ImportColumn]) {
        self.connection = connection
        statements = ImportStatements(table: table, columns: columns)
    }

    func create() async throws {
        for statement in statements.create { try await connection.execute(statement) }
    }

    /// Stages good rows and the problems of rejected ones.
    mutating func add(_ rows: [ImportRow]) async throws {
        var good = BinaryCopyEncoder(fieldsPerRow: 3 + statements.columns.count)
        var bad = BinaryCopyEncoder(fieldsPerRow: 6)
        for row in rows {
            if row.problems.isEmpty { encode(row, &good) } else { encodeProblems(row, &bad) }
        }
        try await send(&good, statements.copyRows)
        try await send(&bad, statements.copyRejects)
    }

    private func send(_ encoder: inout BinaryCopyEncoder, _ statement: String) async throws {
        guard encoder.rows > 0 else { return }
        let bytes = encoder.finish()
        _ = try await connection.copyIn(statement) { try await $0.write(bytes) }
    }

    private mutating func encode(_ row: ImportRow, _ encoder: inout BinaryCopyEncoder) {
        encoder.beginRow()
        encoder.int8(Int64(row.record))
        encoder.int8(Int64(row.line))
        // Made here and in order: random ids of the server's would cost as much as the rest of the load.
        encoder.uuid(UUID.v7())
        for (index, value) in row.values.enumerated() {
            value.encode(to: &encoder)
            if value == .null, statements.columns[index].fallback != nil { statements.hasBlanks = true }
        }
    }

    private func encodeProblems(_ row: ImportRow, _ encoder: inout BinaryCopyEncoder) {
        for problem in row.problems {
            encoder.beginRow()
            encoder.int8(Int64(row.record))
            encoder.int8(Int64(row.line))
            if let column = problem.column { encoder.text(column) } else { encoder.null() }
            encoder.text(problem.code.rawValue)
            if let value = problem.value { encoder.text(value) } else { encoder.null() }
            encoder.text(problem.reason)
        }
    }

    /// Moves rows that repeat a key to the rejects; gives their number and the first of them.
    func rejectRepeated() async throws -> (count: Int, first: (line: Int, value: String, reason: String)?) {
        guard let statement = statements.rejectRepeated else { return (0, nil) }
        let count = try await connection.execute(statement)
        guard count > 0, let row = try await connection.query(statements.firstRepeated).first else {
            return (count, nil)
        }
        let (line, value, reason) = try row.decode(Int64.self, String.self, String.self)
        return (count, (Int(line), value, reason))
    }
}
