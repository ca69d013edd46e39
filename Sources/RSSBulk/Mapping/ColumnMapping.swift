import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Which columns of a file go where, for headers that are not understood by themselves.
package struct ColumnMapping: Sendable, Equatable {
    /// A name in the header of a file, and what it means.
    package struct Pair: Sendable, Equatable, Codable {
        /// The name in the header; case, blanks and punctuation do not matter.
        package var header: String
        /// The column; empty for one that is ignored.
        package var column: String

        /// Makes a pair.
        package init(header: String, column: String) {
            self.header = header
            self.column = column
        }

        /// Reads `Gerät=device_name`; nil for anything else.
        package init?(_ text: String) {
            // The last sign: a header may have one in it, a column has none.
            guard let sign = text.lastIndex(of: "="), sign > text.startIndex else { return nil }
            self.init(
                header: String(text[..<sign]),
                column: String(text[text.index(after: sign)...]).trimmingCharacters(in: .whitespaces))
        }
    }

    /// The pairs.
    package var pairs: [Pair]
    /// How many of them, from the first, were saved: they are for many files, and one of them may lack some of the names.
    package var savedCount = 0

    /// Makes a mapping.
    package init(_ pairs: [Pair] = []) { self.pairs = pairs }

    /// What the header's names mean, by their letters and digits alone; the column nil where it is ignored.
    ///
    /// - Throws: ``ImportError/unknownMapping(_:column:known:)``.
    func columns(of table: ImportTable) throws(ImportError) -> [String: Int?] {
        var columns: [String: Int?] = [:]
        for pair in pairs {
            let plain = ImportHeader.plain(pair.header)
            if pair.column.isEmpty {
                columns[plain] = .some(nil)
                continue
            }
            guard let index = table.columns.firstIndex(where: { $0.name == pair.column || $0.target == pair.column })
            else {
                throw .unknownMapping(pair.header, column: pair.column, known: table.columns.map(\.name))
            }
            columns[plain] = .some(index)
        }
        return columns
    }

    /// Refuses pairs that contradict each other: no file could be imported by them.
    ///
    /// - Throws: ``ImportError/contradictoryMapping(_:_:)``.
    func checkPairs() throws(ImportError) {
        for (index, pair) in pairs.enumerated() {
            for other in pairs[..<index] {
                let isSameName = ImportHeader.plain(other.header) == ImportHeader.plain(pair.header)
                let isSameColumn = !pair.column.isEmpty && other.column == pair.column
                // A pair that is given twice contradicts nothing.
                if isSameName != isSameColumn { throw .contradictoryMapping(other, pair) }
            }
        }
    }
}

/// A mapping as it is saved.
package struct SavedMapping: Sendable, Equatable, Encodable {
    /// The name by which it is requested.
    package let name: String
    /// What the files list.
    package let object: String
    /// Its pairs.
    package let pairs: [ColumnMapping.Pair]
    /// When it was saved last.
    package let changedAt: Date
    /// By which role.
    package let changedBy: String
}

/// Keeps mappings in the database, so that every host has them.
package struct MappingStore: Sendable {
    private let connection: PostgresConnection

    /// Makes a store on a session.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// All mappings, by name.
    ///
    /// - Throws: `PostgresError`.
    package func list() async throws -> [SavedMapping] {
        guard try await BookkeepingSchema.exists("rssctl.bulk_mapping", connection) else { return [] }
        return try await connection.query(
            "SELECT name, object, columns::text, changed_at, changed_by FROM rssctl.bulk_mapping ORDER BY name"
        ).map { row in
            let (name, object, columns, changedAt, changedBy) = try row.decode(
                String.self, String.self, String.self, Date.self, String.self)
            do {
                return SavedMapping(
                    name: name, object: object,
                    pairs: try JSONDecoder().decode([ColumnMapping.Pair].self, from: Data(columns.utf8)),
                    changedAt: changedAt, changedBy: changedBy)
            } catch is DecodingError {
                throw BookkeepingRowError(
                    "rssctl.bulk_mapping", row: "name '\(name)'", problem: "'columns' is not a list of pairs")
            }
        }
    }

    /// The mapping of a name.
    ///
    /// - Throws: ``ImportError/noMapping(_:known:)``, `PostgresError`.
    package func mapping(_ name: String, for table: ImportTable) async throws -> ColumnMapping {
        let all = try await list()
        guard let found = all.first(where: { $0.name == name }) else {
            throw ImportError.noMapping(name, known: all.filter { $0.object == table.object }.map(\.name))
        }
        guard found.object == table.object else {
            throw ImportError.mappingOfOther(name, object: found.object, asked: table.object)
        }
        var mapping = ColumnMapping(found.pairs)
        mapping.savedCount = found.pairs.count
        return mapping
    }

    /// Saves a mapping.
    ///
    /// - Parameters:
    ///   - replaces: whether one of the same name that says something else is replaced.
    ///   - isDryRun: whether nothing is saved, and only checked what would be.
    /// - Throws: ``ImportError/unknownMapping(_:column:known:)``, ``ImportError/contradictoryMapping(_:_:)``,
    ///   ``ImportError/mappingExists(_:object:pairs:)``, `PostgresError`.
    package func save(
        _ mapping: ColumnMapping, as name: String, for table: ImportTable, replaces: Bool = false,
        isDryRun: Bool = false
    ) async throws {
        _ = try mapping.columns(of: table.withID)
        try mapping.checkPairs()
        if !replaces, let found = try await list().first(where: { $0.name == name }),
            found.object != table.object || found.pairs != mapping.pairs
        {
            throw ImportError.mappingExists(name, object: found.object, pairs: found.pairs.count)
        }
        if isDryRun { return }
        try await BookkeepingSchema.prepare(connection)
        try await connection.execute(
            """
            INSERT INTO rssctl.bulk_mapping (name, object, columns) VALUES ($1, $2, $3::jsonb)
            ON CONFLICT (name) DO UPDATE SET object = excluded.object, columns = excluded.columns,
                changed_at = clock_timestamp(), changed_by = session_user
            """,
            [name, table.object, String(decoding: try JSONEncoder().encode(mapping.pairs), as: UTF8.self)])
    }

    /// Removes a mapping.
    ///
    /// - Throws: ``ImportError/noMapping(_:known:)``, `PostgresError`.
    package func remove(_ name: String) async throws {
        let all = try await list()
        guard all.contains(where: { $0.name == name }) else {
            throw ImportError.noMapping(name, known: all.map(\.name))
        }
        try await connection.execute("DELETE FROM rssctl.bulk_mapping WHERE name = $1", [name])
    }
}
