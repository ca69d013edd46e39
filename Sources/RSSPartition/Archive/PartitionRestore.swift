import PostgresClient
import RSSCore
import RSSModel

/// Restores a partition from its archive: first as the table that it was in quarantine, with its keys and what belongs
/// to its rows, in one transaction; then attached. A run that is interrupted in between resumes from there.
package struct PartitionRestore: Sendable {
    private let connection: PostgresConnection
    private let retirement: PartitionRetirement

    /// Makes a restore on a session that can hold locks.
    package init(
        _ connection: PostgresConnection, lockPolicy: LockPolicy, runID: String, progress: ProgressReporter
    ) {
        self.connection = connection
        retirement = PartitionRetirement(
            connection: connection, lockPolicy: lockPolicy, runID: runID, observer: nil, progress: progress)
    }

    /// What was restored.
    package struct Result: Sendable {
        /// The archive's folder.
        package var folder: String
        /// What is in it.
        package var manifest: ArchiveManifest
        /// What is to be known about it.
        package var notes: [String]
        /// The statements that make the partition; filled in a dry run.
        package var statements: [String]
    }

    /// Where the rows go.
    private struct Place {
        var table: PartitionedTable
        var relation: RelationName
        var bound: Partition.Bound
        /// What belongs to the rows comes along: not into another table.
        var isOwn: Bool
    }

    /// Restores an archive.
    ///
    /// - Parameters:
    ///   - path: its folder, or its manifest.
    ///   - table: the partitioned table; nil: the one it was archived of.
    /// - Throws: ``ArchiveError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func restore(_ path: String, into table: RelationName?, isDryRun: Bool) async throws -> Result {
        let verifier = ArchiveVerifier(path)
        let manifest = try await retirement.progress.phase("Reading \(verifier.folder)") { try await verifier.verify() }
        var result = Result(folder: verifier.folder, manifest: manifest, notes: [], statements: [])
        let name = table ?? manifest.table
        if isDryRun {
            let place = try await place(of: manifest, in: name)
            try await refuseOccupied(place)
            result.statements = try await creating(place)
            return result
        }
        result.notes = try await connection.keepingPartitions(of: name) {
            try await BookkeepingSchema.prepare(connection)
            if name == manifest.table {
                try await connection.refuseForeignCode(
                    .writing, in: manifest.contents.dropFirst().map(\.relation.quoted))
            }
            try await RetiredLedger(connection).closeDropped(of: name)
            return try await reattach(manifest, verifier.folder, try await place(of: manifest, in: name))
        }
        return result
    }

    private func place(of manifest: ArchiveManifest, in name: RelationName) async throws -> Place {
        let table = try await PartitionCatalog(connection).table(name)
        guard table.key.column == manifest.key.column, table.key.kind == manifest.key.kind, let bound = manifest.bound
        else {
            throw ArchiveError.misfit(
                relation: name.quoted, problem: "it is partitioned by \(table.key.column), \(table.key.kind.rawValue)")
        }
        let isOwn = name == manifest.table
        return Place(
            table: table,
            relation: isOwn ? manifest.partition : RelationName(schema: table.schema, name: manifest.partition.name),
            bound: bound, isOwn: isOwn)
    }

    private func reattach(_ manifest: ArchiveManifest, _ folder: String, _ place: Place) async throws -> [String] {
        var loader = ArchiveLoader(
            folder: folder, manifest: manifest, connection: connection, progress: retirement.progress)
        let isAttached = place.table.partitions.contains { $0.relation == place.relation && $0.bound == place.bound }
        if isAttached {
            // An earlier run may have come as far as this: then the rows are those of the archive.
            guard try await isSame(manifest, place) else {
                throw ArchiveError.occupied(
                    partition: place.relation.quoted, range: manifest.range,
                    by: "it exists already, with other rows than the archive has")
            }
            loader.note("\(place.relation.quoted) exists already, with the rows of the archive.")
        } else {
            let open = try await RetiredLedger(connection).open(of: place.table).first {
                $0.relation == place.relation && $0.isThere
            }
            if open == nil || open?.archive != folder {
                try await refuseOccupied(place)
                try await StrayRows(place.table, place.bound, connection)?.refuse(place.relation)
                try await load(manifest, folder, place, &loader)
            }
            try await FaultPoint.reach("restore.loaded")
            try await addForeignKeys(place)
            try await PartitionReturn(retirement: retirement).reattach(place.relation)
        }
        if place.isOwn {
            try await connection.transaction {
                let scope = try await scope(manifest, place)
                try await loader.loadChildren(scope, isThroughRegistry: false)
            }
            try await FaultPoint.reach("restore.children")
        }
        retirement.progress(.done("Restored \(place.relation.quoted) from \(folder)."))
        return loader.notes
    }

    private func scope(_ manifest: ArchiveManifest, _ place: Place) async throws -> ArchiveScope {
        let oid = try await connection.query("SELECT $1::regclass::oid::bigint", [place.relation.quoted]).first?
            .decode(Int64.self, at: 0)
        try await connection.useArchiveSettings()
        return try await ArchiveScope(
            partition: oid ?? 0, place.relation, of: place.table.oid, connection
        ).with(columnsOf: manifest)
    }

    private func isSame(_ manifest: ArchiveManifest, _ place: Place) async throws -> Bool {
        try await connection.transaction(readOnly: true) {
            let scope = try await scope(manifest, place)
            return try await connection.contentDigest(try await scope.digest(0, connection))
                == manifest.contents[0].digest
        }
    }

    /// Refuses a bound, or a name, that something else has.
    private func refuseOccupied(_ place: Place) async throws {
        let range = place.table.label(place.bound)
        if let other = place.table.partitions.first(where: { $0.bound?.overlaps(place.bound) == true }) {
            throw ArchiveError.occupied(
                partition: place.relation.quoted, range: range,
                by: "\(other.relation.quoted) holds \(other.bound.map(place.table.label) ?? "")")
        }
        let isTaken = try await connection.query(
            "SELECT to_regclass($1) IS NOT NULL", [place.relation.quoted]
        ).first?.decode(Bool.self, at: 0)
        if isTaken == true {
            throw ArchiveError.occupied(
                partition: place.relation.quoted, range: range, by: "another table has its name")
        }
    }

    /// The statements that make the empty table.
    private func creating(_ place: Place) async throws -> [String] {
        let policy =
            try await PolicyStore(connection).policy(of: place.table.relation)
            ?? PartitionPolicy(table: place.table.relation, column: place.table.key.column)
        let template = try await PartitionTemplate(place.table, policy: policy, connection: connection)
        let name = try await connection.quote(place.relation)
        let column = try await connection.quoteIdentifier(place.table.key.column)
        let condition = (["\(column) IS NOT NULL", place.table.key.condition(place.bound, column: column)])
            .filter { !$0.isEmpty }.joined(separator: " AND ")
        return template.create(name) + [
            "ALTER TABLE \(name) ADD CONSTRAINT \(DetachStatements.constraint) CHECK (\(condition))"
        ]
    }

    /// Everything as it was in quarantine, in one transaction.
    private func load(
        _ manifest: ArchiveManifest, _ folder: String, _ place: Place, _ loader: inout ArchiveLoader
    ) async throws {
        let name = try await connection.quote(place.relation)
        let content = manifest.contents[0]
        do {
            try await connection.transaction {
                for statement in try await creating(place) { try await connection.execute(statement) }
                try await connection.refuseForeignCode(.writing, in: [name])
                if let lacking = try await loader.lackingColumn(content, in: place.relation) {
                    throw ArchiveError.misfit(
                        relation: place.table.relation.quoted, problem: "it has no column \(lacking)")
                }
                try await loader.copy(content, into: name)
                for statement in try await WriteBlock(partition: place.relation).raising(connection) {
                    try await connection.execute(statement)
                }
                try await FaultPoint.reach("restore.copied")
                let scope = try await scope(manifest, place)
                let found = try await connection.contentDigest(try await scope.digest(0, connection))
                guard found == content.digest else {
                    throw ArchiveError.damaged(
                        file: "\(folder)/\(content.file.name)", problem: "the digest of its rows differs once loaded"
                    )
                }
                if let registry = scope.registry {
                    try await connection.refuseForeignCode(.writing, in: [registry.relation.quoted])
                    try await enter(registry, name)
                }
                if place.isOwn { try await loader.loadChildren(scope, isThroughRegistry: true) }
                try await record(manifest, folder, place)
                try await FaultPoint.reach("restore.entered")
            }
        } catch let error as PostgresError
            where error.sqlState == .uniqueViolation || error.sqlState == .foreignKeyViolation
        {
            throw ArchiveError.conflict(
                relation: error.table ?? place.relation.quoted, detail: error.detail ?? error.message)
        }
    }

    private func enter(_ registry: KeyRegistry, _ partition: String) async throws {
        var columns: [String] = []
        for column in registry.columns { columns.append(try await connection.quoteIdentifier(column)) }
        let list = columns.joined(separator: ", ")
        try await connection.execute(
            "INSERT INTO \(try await connection.quote(registry.relation)) (\(list)) SELECT \(list) FROM \(partition)",
            timeout: LongStatement.wholeTable)
    }

    private func record(_ manifest: ArchiveManifest, _ folder: String, _ place: Place) async throws {
        let policy = try await PolicyStore(connection).policy(of: place.table.relation)
        try await RetiredLedger(connection).restore(
            place.relation, within: place.bound, of: place.table, archive: folder,
            quarantineDays: policy?.quarantineDays ?? 7, runID: retirement.runID)
        try await BookkeepingSchema.record(
            connection, runID: retirement.runID, operation: "partition.restore", object: place.relation.quoted,
            detail: folder)
    }

    /// The foreign keys of the table, validated before it is attached, so that attaching reads nothing.
    private func addForeignKeys(_ place: Place) async throws {
        let name = try await connection.quote(place.relation)
        // That it was loaded by an earlier run is what a record says.
        let objects = RecordedObjects(relations: [place.relation])
        try await connection.require(objects, ofOwnerOf: place.table.relation)
        let rows = try await connection.query(
            SQLResource(PackageResources.archive_foreign_keys_sql).text,
            [place.table.oid, place.relation.quoted])
        for row in rows {
            let (constraint, definition, schema, relation) = try row.decode(
                String.self, String.self, String.self, String.self)
            let quoted = try await connection.quoteIdentifier(constraint)
            let other = RelationLock(RelationName(schema: schema, name: relation), .shareRowExclusive)
            try await retirement.locked(place.relation, [other]) {
                try await connection.transaction {
                    try await retirement.lockPolicy.bound(connection)
                    try await connection.execute("LOCK TABLE \(name) IN ACCESS EXCLUSIVE MODE")
                    try await connection.require(objects, ofOwnerOf: place.table.relation)
                    try await connection.execute("ALTER TABLE \(name) DROP CONSTRAINT IF EXISTS \(quoted)")
                    try await connection.execute(
                        "ALTER TABLE \(name) ADD CONSTRAINT \(quoted) \(definition) NOT VALID")
                }
            }
            try await FaultPoint.reach("restore.key")
            do {
                try await retirement.locked(place.relation) {
                    try await retirement.lockPolicy.bound(connection, transactionOnly: false)
                    try await connection.refuseForeignCode(.arranging, in: [name])
                    try await connection.execute(
                        "ALTER TABLE \(name) VALIDATE CONSTRAINT \(quoted)", timeout: LongStatement.wholeTable)
                }
            } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
                // The rows are loaded: a later run resumes from here.
                throw ArchiveError.waiting(
                    relation: place.relation.quoted, by: constraint, detail: error.detail ?? error.message)
            }
        }
    }
}
