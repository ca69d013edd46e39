import Foundation
import PostgresClient
import RSSCore

/// Something that a filter names.
enum ReportName: String {
    case organization, office, technician

    /// Where it is looked up, by what names, and what distinguishes those of the same name. All of it comes from the program,
    /// never from the user.
    private func source(_ tables: ApplicationTables) -> (from: String, names: [String], about: String) {
        switch self {
        case .organization: ("\(tables.name("organizations")) t", ["t.name"], "t.name::text")
        case .office:
            (
                "\(tables.name("offices")) t LEFT JOIN \(tables.name("organizations")) o ON o.id = t.organization_id",
                ["t.name"], "concat_ws(' of ', t.name, o.name)"
            )
        case .technician:
            (
                "\(tables.name("users")) t", ["t.email", "concat_ws(' ', t.first_name, t.last_name)"],
                "concat_ws(' ', t.first_name, t.last_name, t.email)"
            )
        }
    }

    private var within: String {
        self == .office ? "($3::uuid IS NULL OR t.organization_id = $3)" : "$3::uuid IS NULL"
    }

    /// By id or by a name, without regard to case.
    func statement(_ tables: ApplicationTables) -> String {
        let (from, names, about) = source(tables)
        let isNamed = names.map { " OR lower(\($0)::text) = lower($2)" }.joined()
        return "SELECT t.id, \(about) FROM \(from) WHERE (t.id = $1\(isNamed)) AND \(within) ORDER BY 2, 1 LIMIT 6"
    }

    /// Those whose names have a text in them.
    func containing(_ tables: ApplicationTables) -> String {
        let (from, names, about) = source(tables)
        let isLike = names.map { "\($0)::text ILIKE $2" }.joined(separator: " OR ")
        return
            "SELECT t.id, \(about) FROM \(from) WHERE (\(isLike)) AND $1::uuid IS NULL AND \(within) ORDER BY 2, 1 LIMIT 6"
    }

    /// All of them, up to a number that can be compared.
    func all(_ tables: ApplicationTables) -> String {
        let (from, names, about) = source(tables)
        return
            "SELECT t.id, \(about), \(names.joined(separator: ", ")) FROM \(from) WHERE $1::uuid IS NULL AND $2::text IS NOT NULL AND \(within) ORDER BY 2, 1 LIMIT 5000"
    }
}

extension ReportReader {
    /// The id of something that the user named by id or name, of an office within the organization that is named too.
    func resolve(
        _ kind: ReportName, _ text: String?, _ tables: ApplicationTables, of organization: UUID? = nil
    ) async throws -> UUID? {
        guard let text else { return nil }
        let found = try await connection.query(
            kind.statement(tables), [UUID(uuidString: text), text, organization] as [any PostgresEncodable]
        ).map { try $0.decode(UUID.self, String.self) }
        guard let first = found.first else {
            throw ReportError.unknown(
                kind: kind.rawValue, name: text, isWithin: organization != nil,
                candidates: try await candidates(kind, text, tables, of: organization))
        }
        guard found.count == 1 else {
            throw ReportError.ambiguous(kind: kind.rawValue, name: text, candidates: found.map(Self.words))
        }
        return first.0
    }

    private static func words(_ id: UUID, _ about: String) -> String {
        "\(id.uuidString.lowercased())\(about.isEmpty ? "" : " (\(about))")"
    }

    /// What may have been meant: names with the text in them, or the one that differs least.
    private func candidates(
        _ kind: ReportName, _ text: String, _ tables: ApplicationTables, of organization: UUID?
    ) async throws -> [String] {
        if text.isEmpty { return [] }
        let none: UUID? = nil
        let parts = try await connection.query(
            kind.containing(tables), [none, ReportSearch.pattern(text), organization] as [any PostgresEncodable]
        ).map { try $0.decode(UUID.self, String.self) }
        if !parts.isEmpty { return parts.map(Self.words) }
        let all = try await connection.query(
            kind.all(tables), [none, text, organization] as [any PostgresEncodable])
        var byName: [String: String] = [:]
        for row in all {
            let (id, about) = (try row.decode(UUID.self, at: 0), try row.decode(String.self, at: 1))
            for position in 2..<all.columnNames.count {
                if let name = row.text(at: position) { byName[name] = Self.words(id, about) }
            }
        }
        let lowered = Dictionary(byName.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
        return EditDistance.closest(to: text.lowercased(), among: lowered.keys.sorted()).flatMap { lowered[$0] }
            .map { [$0] } ?? []
    }
}
