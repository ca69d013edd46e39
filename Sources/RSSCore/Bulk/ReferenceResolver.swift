import Foundation
import PostgresClient

/// Turns numbers and ids of visit reports into ids, for many rows in one round trip.
///
/// Remembers what it asked for, up to a bound: a file names few reports, and a database holds many.
struct ReferenceResolver {
    /// So many answers are remembered; then it begins anew.
    static let capacity = 20_000

    private let connection: PostgresConnection
    private var answers: [String: UUID?] = [:]

    init(_ connection: PostgresConnection) { self.connection = connection }

    /// Puts ids in the place of unresolved values; what is unknown becomes a problem of its row.
    mutating func resolve(_ rows: inout [ImportRow], _ columns: [ImportColumn]) async throws {
        for index in columns.indices {
            guard case .reference(let kind) = columns[index].type else { continue }
            try await ask(for: rows.compactMap { Self.unresolved($0, index) })
            for row in rows.indices {
                guard let text = Self.unresolved(rows[row], index) else { continue }
                if let id = answers[text] ?? nil {
                    rows[row].values[index] = .id(id)
                } else {
                    let name = columns[index].name
                    rows[row].problems.append(
                        RowProblem(
                            .unknownReference, column: name, value: text,
                            "\(name): there is no \(kind) '\(RowProblem.shown(text))'"))
                }
            }
        }
    }

    private static func unresolved(_ row: ImportRow, _ index: Int) -> String? {
        guard index < row.values.count, case .unresolved(let text) = row.values[index] else { return nil }
        return text
    }

    private mutating func ask(for texts: [String]) async throws {
        let distinct = Set(texts)
        if answers.count + distinct.count > Self.capacity { answers.removeAll() }
        let new = distinct.filter { answers[$0] == nil }
        guard !new.isEmpty else { return }
        let ids = Dictionary(new.compactMap { text in UUIDText.parse(text).map { (text, $0) } }) { first, _ in first }
        let rows = try await connection.query(
            SQLResource(PackageResources.bulk_visit_reports_sql).text, [Array(new), Array(ids.values)])
        var byNumber: [String: UUID] = [:]
        var known: Set<UUID> = []
        for row in rows {
            let (id, number) = try row.decode(UUID.self, String.self)
            byNumber[number] = id
            known.insert(id)
        }
        for text in new {
            answers.updateValue(byNumber[text] ?? ids[text].flatMap { known.contains($0) ? $0 : nil }, forKey: text)
        }
    }

    /// The visit report that the user named for all rows; `latest` is the newest.
    ///
    /// - Throws: ``ImportError/unknownReference(kind:name:)``, `PostgresError`.
    static func visit(_ name: String, _ connection: PostgresConnection) async throws -> (id: UUID, number: String) {
        let rows =
            name == "latest"
            ? try await connection.query(SQLResource(PackageResources.bulk_visit_report_latest_sql).text)
            : try await connection.query(
                SQLResource(PackageResources.bulk_visit_reports_sql).text,
                [[name], UUIDText.parse(name).map { [$0] } ?? []])
        guard let row = rows.first else { throw ImportError.unknownReference(kind: "visit report", name: name) }
        return try row.decode(UUID.self, String.self)
    }
}
