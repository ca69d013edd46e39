import PostgresClient
import RSSCore

/// What goes along with a partition's rows: the rows of other tables that belong to them, whether through the key
/// registry or by a foreign key to the partitioned table itself, and what belongs to those in turn.
struct ArchiveScope: Sendable {
    /// How rows of a table belong to rows of another.
    struct Link: Sendable, Equatable {
        /// The place of the other table among the members.
        var parent: Int
        var columns: [String]
        var parentColumns: [String]
        var onDelete: TableReference.OnDelete
        /// Whether it is to the registry, whose rows go with the partition.
        var isThroughRegistry: Bool
    }

    /// A table with rows that go along; the first is the partition itself.
    struct Member: Sendable, Equatable {
        var oid: Int64
        var relation: RelationName
        /// What is archived of it.
        var columns: [String]
        /// Its primary key; empty for none.
        var primaryKey: [String]
        var links: [Link]

        /// Whether its rows go when the partition's do.
        var isDeleted: Bool { links.contains { $0.onDelete == .cascade } }
    }

    /// The tables, each after those that its rows belong to.
    private(set) var members: [Member]
    /// The registry of the partitioned table.
    let registry: KeyRegistry?

    /// Asks the catalog.
    ///
    /// - Parameters:
    ///   - partition: OID and name of the partition, attached or not.
    ///   - table: OID of the partitioned table.
    /// - Throws: ``ArchiveError/untraceable(relation:problem:)``.
    init(
        partition: Int64, _ relation: RelationName, of table: Int64, _ connection: PostgresConnection
    ) async throws {
        let registry = try await KeyRegistry.of(table, connection)
        var found: [(oid: Int64, relation: RelationName, links: [(Int64, TableReference, Bool)])] = [
            (partition, relation, [])
        ]
        /// What rows belong to rows of a table that go: for the partition, all that reference its table or the registry.
        func references(_ oid: Int64) async throws -> [(TableReference, Bool)] {
            guard oid == partition else { return try await TableReference.to(oid, connection).map { ($0, false) } }
            var all = try await TableReference.to(table, connection).map { ($0, false) }
            all += try await TableReference.to(partition, connection).map { ($0, false) }
            if let registry { all += try await TableReference.to(registry.oid, connection).map { ($0, true) } }
            return all
        }
        var index = 0
        while index < found.count {
            let parent = found[index].oid
            for (reference, isThroughRegistry) in try await references(parent) {
                if reference.oid == parent || reference.oid == table || reference.oid == partition {
                    throw ArchiveError.untraceable(
                        relation: reference.relation.quoted, problem: "\(reference.constraint) makes a cycle")
                }
                let place: Int
                if let known = found.firstIndex(where: { $0.oid == reference.oid }) {
                    place = known
                } else {
                    place = found.count
                    found.append((reference.oid, reference.relation, []))
                }
                found[place].links.append((parent, reference, isThroughRegistry))
                // Every table comes after those that its rows belong to.
                if place < index {
                    throw ArchiveError.untraceable(
                        relation: reference.relation.quoted,
                        problem: "\(reference.constraint) reaches it a second time")
                }
            }
            index += 1
            // A row that is only set to NULL or a default is not followed further: its dependents are not deleted.
            while index < found.count, !found[index].links.contains(where: { $0.1.onDelete == .cascade }) { index += 1 }
        }
        var members: [Member] = []
        for table in found {
            let columns = try await Self.columns(table.oid, connection)
            members.append(
                Member(
                    oid: table.oid, relation: table.relation, columns: columns.names, primaryKey: columns.key,
                    links: table.links.map { parent, reference, isThroughRegistry in
                        Link(
                            parent: found.firstIndex { $0.oid == parent } ?? 0, columns: reference.columns,
                            parentColumns: reference.referenced, onDelete: reference.onDelete,
                            isThroughRegistry: isThroughRegistry)
                    }))
        }
        self.members = members
        self.registry = registry
    }

    private static func columns(
        _ table: Int64, _ connection: PostgresConnection
    ) async throws -> (names: [String], key: [String]) {
        let rows = try await connection.query(SQLResource(PackageResources.archive_columns_sql).text, [table])
            .map { try $0.decode(String.self, Int?.self) }
        return (
            rows.map(\.0), rows.filter { $0.1 != nil }.sorted { ($0.1 ?? 0) < ($1.1 ?? 0) }.map(\.0)
        )
    }
}

extension ArchiveScope {
    /// The same tables with the columns that an archive has of them.
    func with(columnsOf manifest: ArchiveManifest) -> ArchiveScope {
        var scope = self
        for (place, member) in members.enumerated() {
            let content =
                place == 0 ? manifest.contents.first : manifest.contents.first { $0.relation == member.relation }
            if let content { scope.members[place].columns = content.columns }
        }
        return scope
    }

    /// The query of a member's rows, for COPY and for digests.
    ///
    /// - Parameter root: a condition on the partition's rows, which are `r0`; nil for all of them.
    func selection(_ place: Int, root: String? = nil, _ connection: PostgresConnection) async throws -> String {
        let member = members[place]
        var columns: [String] = []
        for column in member.columns {
            columns.append("r\(place).\(try await connection.quoteIdentifier(column))")
        }
        let table = try await connection.quote(member.relation)
        let condition = try await condition(place, root: root, connection)
        return "SELECT \(columns.joined(separator: ", ")) FROM \(place == 0 ? "ONLY " : "")\(table) AS r\(place)"
            + (condition.map { " WHERE \($0)" } ?? "")
    }

    /// The query that counts a member's rows and adds up their hashes.
    func digest(_ place: Int, root: String? = nil, _ connection: PostgresConnection) async throws -> String {
        let rows = try await selection(place, root: root, connection)
        // The list of columns is between SELECT and FROM; as one value, it is the text of the row.
        let member = members[place]
        var columns: [String] = []
        for column in member.columns { columns.append("s.\(try await connection.quoteIdentifier(column))") }
        return """
            SELECT count(*), coalesce(sum(hashtextextended(ROW(\(columns.joined(separator: ", ")))::text, 0)), 0)::text
            FROM (\(rows)) AS s
            """
    }

    /// The condition that a member's rows belong to the partition's.
    func condition(_ place: Int, root: String?, _ connection: PostgresConnection) async throws -> String? {
        if place == 0 { return root }
        var alternatives: [String] = []
        for link in members[place].links {
            let parent = members[link.parent]
            let own = try await list(link.columns, place, connection)
            let others = try await list(link.parentColumns, link.parent, connection)
            let table = try await connection.quote(parent.relation)
            let condition = try await condition(link.parent, root: root, connection)
            alternatives.append(
                "(\(own)) IN (SELECT \(others) FROM \(link.parent == 0 ? "ONLY " : "")\(table) AS r\(link.parent)\(condition.map { " WHERE \($0)" } ?? ""))"
            )
        }
        return "(\(alternatives.joined(separator: " OR ")))"
    }

    private func list(_ columns: [String], _ place: Int, _ connection: PostgresConnection) async throws -> String {
        var quoted: [String] = []
        for column in columns { quoted.append("r\(place).\(try await connection.quoteIdentifier(column))") }
        return quoted.joined(separator: ", ")
    }
}

/// How many rows there are, and the sum of their hashes: equal for equal rows in whatever order.
package struct ContentDigest: Sendable, Equatable, Codable {
    /// Rows.
    package var rows: Int64
    /// `sum(hashtextextended(ROW(…)::text, 0))`
    package var sum: String

    /// Makes a digest.
    package init(rows: Int64, sum: String) {
        self.rows = rows
        self.sum = sum
    }

    /// No rows.
    static let empty = ContentDigest(rows: 0, sum: "0")

    /// The digest of the rows of both.
    static func + (left: ContentDigest, right: ContentDigest) -> ContentDigest {
        ContentDigest(rows: left.rows + right.rows, sum: "\((Int128(left.sum) ?? 0) + (Int128(right.sum) ?? 0))")
    }
}

extension PostgresConnection {
    /// Asks for a digest, with the settings under which values have one text everywhere. In a transaction.
    package func contentDigest(_ sql: String, _ parameters: [any PostgresEncodable] = []) async throws -> ContentDigest
    {
        guard let row = try await query(sql, parameters, timeout: LongStatement.wholeTable).first else { return .empty }
        let (rows, sum) = try row.decode(Int64.self, String.self)
        return ContentDigest(rows: rows, sum: sum)
    }

    /// Makes the open transaction write every value the same way on every server, and fail where row security would hide
    /// rows instead of leaving them out.
    package func useArchiveSettings() async throws {
        try await executeScript(
            """
            SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off; SET LOCAL DateStyle = 'ISO, YMD';
            SET LOCAL IntervalStyle = postgres; SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 1;
            SET LOCAL bytea_output = hex; SET LOCAL lc_monetary = 'C'
            """)
    }
}
