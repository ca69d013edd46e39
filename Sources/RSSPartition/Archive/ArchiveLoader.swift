import PostgresClient
import RSSCore
import RSSModel

/// Brings archived rows into tables, in the transaction that is open.
struct ArchiveLoader {
    let folder: String
    let manifest: ArchiveManifest
    let connection: PostgresConnection
    let progress: ProgressReporter
    /// What is to be reported at the end.
    private(set) var notes: [String] = []

    private static let draft = "pg_temp.rssctl_rows"

    init(folder: String, manifest: ArchiveManifest, connection: PostgresConnection, progress: ProgressReporter) {
        self.folder = folder
        self.manifest = manifest
        self.connection = connection
        self.progress = progress
    }

    /// Has something reported at the end.
    mutating func note(_ text: String) { notes.append(text) }

    /// The encoding of the files, quoted, once the server knows it.
    private func encoding() async throws -> String {
        let isKnown = try await connection.query(
            "SELECT pg_char_to_encoding($1::text::name) >= 0", [manifest.encoding]
        ).first?.decode(Bool.self, at: 0)
        guard isKnown == true else {
            throw ArchiveError.damaged(
                file: "\(folder)/\(ArchiveManifest.name)",
                problem: "'\(manifest.encoding)' is not an encoding known to the server")
        }
        return try await connection.quoteLiteral(manifest.encoding)
    }

    /// Copies the rows of a content into a table.
    func copy(_ content: ArchiveManifest.Content, into table: String) async throws {
        var columns: [String] = []
        for column in content.columns { columns.append(try await connection.quoteIdentifier(column)) }
        let list = columns.isEmpty ? "" : " (\(columns.joined(separator: ", ")))"
        let sql = "COPY \(table)\(list) FROM STDIN (FORMAT text, ENCODING \(try await encoding()))"
        let reader = ArchiveFileReader(path: "\(folder)/\(content.file.name)")
        try await progress.phase("Loading \(content.relation.quoted)", total: content.file.plainBytes, unit: .bytes) {
            var bytes: Int64 = 0
            let rows = try await connection.copyIn(sql) { writer in
                var blocks = ColumnBlockReader(columns: content.columns.count)
                let text = ByteBuffer()
                _ = try await reader.read { portion in
                    guard let whole = blocks.feed(portion) else {
                        throw ArchiveError.damaged(file: reader.path, problem: "its rows cannot be read")
                    }
                    for block in whole {
                        let isRead = block.read { value, column in
                            if column > 0 { text.append(9) }
                            text.append(value)
                        } row: {
                            text.append(10)
                        }
                        guard isRead else {
                            throw ArchiveError.damaged(file: reader.path, problem: "its rows cannot be read")
                        }
                    }
                    if text.count > 0 { try await writer.write(Array(text.bytes)) }
                    text.removeAll()
                    bytes += Int64(portion.count)
                    progress(.advanced(to: bytes, rejected: 0))
                }
            }
            guard Int64(rows) == content.digest.rows else {
                throw ArchiveError.damaged(file: reader.path, problem: "it has \(rows) rows")
            }
        }
    }

    /// Restores what belongs to the partition's rows: what was deleted with them is inserted, what was only set to NULL or
    /// its default is linked again.
    ///
    /// - Parameter isThroughRegistry: which of it: what belongs to them through the registry, or by a foreign key to the
    ///   partitioned table itself.
    mutating func loadChildren(_ scope: ArchiveScope, isThroughRegistry: Bool) async throws {
        for (place, content) in manifest.contents.enumerated() where place > 0 {
            guard self.isThroughRegistry(place) == isThroughRegistry else { continue }
            guard let member = scope.members.firstIndex(where: { $0.relation == content.relation }) else {
                throw ArchiveError.misfit(
                    relation: content.relation.quoted, problem: "it does not exist, or its foreign key does not")
            }
            let lacking = try await lackingColumn(content, in: content.relation)
            if let lacking {
                throw ArchiveError.misfit(relation: content.relation.quoted, problem: "it has no column \(lacking)")
            }
            try await load(content, scope, member)
        }
    }

    /// Whether a content's rows belong to the partition's through the registry.
    private func isThroughRegistry(_ place: Int) -> Bool {
        manifest.contents[place].links.contains {
            $0.isThroughRegistry || ($0.parent > 0 && isThroughRegistry($0.parent))
        }
    }

    /// A column of a content that a table lacks; nil when it has all.
    func lackingColumn(_ content: ArchiveManifest.Content, in table: RelationName) async throws -> String? {
        try await connection.query(
            """
            SELECT c FROM unnest($2::text[]) AS u (c) WHERE NOT EXISTS (SELECT FROM pg_attribute a
            WHERE a.attrelid = to_regclass($1) AND a.attname = c AND NOT a.attisdropped AND a.attgenerated = '') LIMIT 1
            """, [table.quoted, content.columns]
        ).first?.decode(String.self, at: 0)
    }

    private mutating func load(
        _ content: ArchiveManifest.Content, _ scope: ArchiveScope, _ member: Int
    ) async throws {
        let table = try await connection.quote(content.relation)
        try await connection.refuseForeignCode(.writing, in: [table])
        var columns: [String] = []
        for column in content.columns { columns.append(try await connection.quoteIdentifier(column)) }
        let list = columns.joined(separator: ", ")
        try await connection.execute(
            "CREATE TEMPORARY TABLE rssctl_rows ON COMMIT DROP AS SELECT \(list) FROM \(table) WITH NO DATA")
        try await copy(content, into: Self.draft)
        let letGo = content.links.filter { $0.onDelete == "SET NULL" || $0.onDelete == "SET DEFAULT" }
        let isLinked = letGo.count == content.links.count
        if isLinked {
            // What the manifest says is written to columns: only to those that the catalog says are set to NULL or a default.
            let known = scope.members[member].links
            if let other = letGo.first(where: { link in
                !known.contains { $0.columns == link.columns && $0.onDelete.name == link.onDelete }
            }) {
                throw ArchiveError.misfit(
                    relation: content.relation.quoted,
                    problem: "it has no foreign key of \(other.columns.joined(separator: ", ")) to these rows")
            }
            try await link(content, letGo, table)
        } else {
            var same: [String] = []
            for column in content.primaryKey {
                let quoted = try await connection.quoteIdentifier(column)
                same.append("t.\(quoted) = s.\(quoted)")
            }
            // What an earlier run restored already, or was never deleted, is compared with the rest below.
            let missing =
                same.isEmpty
                ? "" : " WHERE NOT EXISTS (SELECT FROM \(table) AS t WHERE \(same.joined(separator: " AND ")))"
            try await connection.execute(
                "INSERT INTO \(table) (\(list)) OVERRIDING SYSTEM VALUE SELECT \(list) FROM \(Self.draft) AS s\(missing)",
                timeout: LongStatement.wholeTable)
        }
        try await connection.execute("DROP TABLE \(Self.draft)")
        let found = try await connection.contentDigest(try await scope.digest(member, connection))
        if found == content.digest { return }
        guard isLinked else {
            throw ArchiveError.conflict(
                relation: content.relation.quoted,
                detail:
                    "The table has \(found.rows) rows that belong to the partition's, and the archive \(content.digest.rows); or they differ."
            )
        }
        notes.append(
            "\(found.rows) of \(content.digest.rows) rows of \(content.relation.quoted) belong to the partition's rows again\(found.rows == content.digest.rows ? "; some have changed since" : "; the others no longer exist, or belong to other rows")."
        )
    }

    /// Rows that stayed when what they referenced went, and have not been given something else since.
    private func link(
        _ content: ArchiveManifest.Content, _ links: [ArchiveManifest.Link], _ table: String
    ) async throws {
        guard !content.primaryKey.isEmpty else { return }
        var same: [String] = []
        for column in content.primaryKey {
            let quoted = try await connection.quoteIdentifier(column)
            same.append("t.\(quoted) = s.\(quoted)")
        }
        for link in links {
            var (sets, free): ([String], [String]) = ([], [])
            for column in link.columns {
                let quoted = try await connection.quoteIdentifier(column)
                sets.append("\(quoted) = s.\(quoted)")
                if link.onDelete == "SET NULL" { free.append("t.\(quoted) IS NULL") }
            }
            let condition = same + (free.isEmpty ? [] : ["(\(free.joined(separator: " OR ")))"])
            try await connection.execute(
                "UPDATE \(table) AS t SET \(sets.joined(separator: ", ")) FROM \(Self.draft) AS s WHERE \(condition.joined(separator: " AND "))",
                timeout: LongStatement.wholeTable)
        }
    }
}
