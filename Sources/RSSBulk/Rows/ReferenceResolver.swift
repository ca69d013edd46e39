import Foundation
import PostgresClient
import RSSCore

/// Turns numbers and ids of visit reports into ids, for many rows in one round trip.
///
/// The validator remembers what was answered, up to a bound: a file names few reports, and a database holds many.
struct ReferenceResolver {
    /// The number of answers that are remembered; beyond it, they are discarded.
    static let capacity = 20_000

    private let connection: PostgresConnection
    private let tables: ApplicationTables

    init(_ connection: PostgresConnection, _ tables: ApplicationTables) {
        self.connection = connection
        self.tables = tables
    }

    /// Fills in what is pending, and leaves rows out whose reference is unknown.
    ///
    /// - Returns: the problems of the rows that are left out, by their index.
    func resolve(_ rows: EncodedRows, _ validator: RowValidator) async throws -> [(row: Int, problem: RowProblem)] {
        guard !rows.pending.isEmpty else { return [] }
        let texts = Set(rows.pending.map(\.text))
        let answers = try await ask(for: texts)
        var problems: [(row: Int, problem: RowProblem)] = []
        for pending in rows.pending {
            if let id = answers[pending.text] {
                rows.resolve(pending, UUIDBytes(id))
                if validator.known(pending.column) >= Self.capacity { validator.forget(pending.column) }
                validator.learn(pending.text, as: id, column: pending.column)
            } else {
                let column = validator.columns[pending.column]
                rows.drop(pending.row)
                guard case .reference(let kind) = column.type else { continue }
                problems.append(
                    (
                        pending.row,
                        RowProblem(
                            .unknownReference, column: column.name, value: pending.text,
                            "\(column.name): \(kind) '\(RowProblem.shown(pending.text))' does not exist")
                    ))
            }
        }
        rows.endPending()
        return problems
    }

    private func ask(for texts: Set<String>) async throws -> [String: UUID] {
        let ids = Dictionary(texts.compactMap { text in UUIDText.parse(text).map { (text, $0) } }) { first, _ in first }
        let rows = try await connection.query(
            tables.sql(PackageResources.bulk_visit_reports_sql), [Array(texts), Array(ids.values)])
        var byNumber: [String: UUID] = [:]
        var known: Set<UUID> = []
        for row in rows {
            let (id, number) = try row.decode(UUID.self, String.self)
            byNumber[number] = id
            known.insert(id)
        }
        var answers: [String: UUID] = [:]
        for text in texts {
            answers[text] = byNumber[text] ?? ids[text].flatMap { known.contains($0) ? $0 : nil }
        }
        return answers
    }

    /// The visit report that the user named for all rows; `latest` is the newest.
    ///
    /// - Throws: ``ImportError/unknownReference(kind:name:)``, `PostgresError`.
    func visit(_ name: String) async throws -> (id: UUID, number: String) {
        let rows =
            name == "latest"
            ? try await connection.query(tables.sql(PackageResources.bulk_visit_report_latest_sql))
            : try await connection.query(
                tables.sql(PackageResources.bulk_visit_reports_sql),
                [[name], UUIDText.parse(name).map { [$0] } ?? []])
        guard let row = rows.first else { throw ImportError.unknownReference(kind: "visit report", name: name) }
        return try row.decode(UUID.self, String.self)
    }

    /// The name of the organization that a visit report belongs to; nil where the role may not read it.
    ///
    /// - Throws: `PostgresError`.
    func organization(of visit: UUID) async throws -> String? {
        do {
            return try await connection.query(tables.sql(PackageResources.bulk_organization_sql), [visit]).first?
                .decode(String.self, at: 0)
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            // It is shown and decides nothing.
            return nil
        }
    }
}
