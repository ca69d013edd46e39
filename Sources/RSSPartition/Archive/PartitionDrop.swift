import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RSSSystem

/// Drops a partition whose quarantine is over, after its archive was compared with the existing rows. The caller
/// holds the table's lock.
struct PartitionDrop: Sendable {
    let retirement: PartitionRetirement
    let table: PartitionedTable
    /// Where archives go; nil: it is dropped without one.
    let folder: String?

    private var connection: PostgresConnection { retirement.connection }
    private var progress: ProgressReporter { retirement.progress }

    /// Drops it; an interrupted drop is finished.
    ///
    /// - Throws: ``RetireError``, ``ArchiveError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    func drop(_ name: RelationName) async throws {
        let target = try await PartitionTarget.find(name, connection)
        guard let record = target.retired, target.attached == nil, record.state != .detaching else {
            throw RetireError.notRetired(name.quoted)
        }
        let scope = try await ArchiveScope(partition: target.oid, name, of: table.oid, connection)
        try await connection.require(record.objects, ofOwnerOf: table.relation)
        try await connection.refuseForeignCode(.reading, in: scope.members.map(\.relation.quoted))
        try await connection.refuseForeignCode(.writing, in: scope.registry.map { [$0.relation.quoted] } ?? [])
        try await refuseReferences(scope, record)
        var archive = try await archived(target, record)
        try await FaultPoint.reach("drop.archived")
        try await removeKeys(scope, record, target, &archive)
        try await dropForeignKeys(record)
        try await dropTable(scope, record, archive)
        progress(.done("Dropped \(name.quoted)\(archive.map { "; archived in \($0.folder)" } ?? "")."))
    }

    /// Refuses while rows reference the partition's whose foreign key neither deletes them nor sets them to NULL or a default.
    private func refuseReferences(_ scope: ArchiveScope, _ record: RetiredPartition) async throws {
        let guarding = ReferenceGuard(partition: record.relation, connection: connection)
        if let registry = scope.registry { try await guarding.refuse(through: registry) }
        for reference in try await TableReference.to(record.oid, connection) { try await guarding.refuse(reference) }
    }

    /// The archive of the partition, written now unless it was already, and every byte of it read.
    private func archived(_ target: PartitionTarget, _ record: RetiredPartition) async throws -> PartitionArchiver
        .Result?
    {
        guard let folder = record.archive ?? folder else { return nil }
        let database = try await connection.query("SELECT current_database()").first?.decode(String.self, at: 0) ?? ""
        let path = record.archive ?? ArchiveFolder.path(below: folder, database: database, target.relation)
        if record.archive != nil || access(path, F_OK) == 0 {
            let manifest = try await progress.phase("Reading \(path)") { try await ArchiveVerifier(path).verify() }
            guard manifest.partition == target.relation, manifest.table == table.relation,
                manifest.definition == target.definition,
                // A record without the digest was not written by rssctl: its path may lead to any archive.
                record.archive == nil
                    || record.archiveDigest != nil && record.archiveDigest == ArchiveManifest.seal(folder: path)
            else {
                throw ArchiveError.mismatch(relation: target.relation.quoted, problem: "\(path) is another archive")
            }
            if manifest.database == database {
                if record.archive == nil { try await note(path, record) }
                return PartitionArchiver.Result(folder: path, manifest: manifest)
            }
            guard record.archive != nil else {
                throw ArchiveError.mismatch(
                    relation: target.relation.quoted, problem: "\(path) is of database \(manifest.database)")
            }
            // The record was restored from a dump, or the database was renamed: the archive is of another database, and stays.
            return try await write(target, record, below: FilePath.folder(of: path), database)
        }
        let archiver = PartitionArchiver(
            connection, lockPolicy: retirement.lockPolicy, runID: retirement.runID, second: retirement.observer)
        let result = try await archiver.write(target, to: folder, progress)
        try await note(result.folder, record)
        return result
    }

    /// Writes an archive in place of one that holds other rows than the table does. The old one is removed once the new
    /// one is in the record.
    private func renew(
        _ old: PartitionArchiver.Result, _ target: PartitionTarget, _ record: RetiredPartition
    ) async throws -> PartitionArchiver.Result {
        let result = try await write(
            target, record, below: FilePath.folder(of: old.folder), old.manifest.database)
        try await FaultPoint.reach("drop.renewed")
        do {
            try ArchiveFolder.remove(old.folder, old.manifest)
        } catch {
            progress(.warning("the archive \(old.folder) is out of date and could not be removed: \(error)"))
        }
        progress(
            .note("The archive of \(target.relation.quoted) held other rows than the table, and was written again."))
        return result
    }

    /// Writes an archive below a folder, under a name that is free.
    private func write(
        _ target: PartitionTarget, _ record: RetiredPartition, below folder: String, _ database: String
    ) async throws -> PartitionArchiver.Result {
        let usual = ArchiveFolder.path(below: folder, database: database, target.relation)
        var (place, number) = (usual, 2)
        while access(place, F_OK) == 0 {
            place = "\(usual).\(number)"
            number += 1
        }
        let archiver = PartitionArchiver(
            connection, lockPolicy: retirement.lockPolicy, runID: retirement.runID, second: retirement.observer)
        let result = try await archiver.write(target, to: folder, as: place, progress)
        try await note(result.folder, record)
        return result
    }

    private func note(_ path: String, _ record: RetiredPartition) async throws {
        try await connection.transaction {
            try await RetiredLedger(connection).note(archive: path, of: record)
            try await BookkeepingSchema.record(
                connection, runID: retirement.runID, operation: "partition.archive", object: record.relation.quoted,
                detail: path)
        }
    }

    /// Deletes the keys, and with them what belongs to the rows. What is deleted is what was archived: the whole is
    /// compared first, and each batch again under locks that prevent anything from being added.
    private func removeKeys(
        _ scope: ArchiveScope, _ record: RetiredPartition, _ target: PartitionTarget,
        _ archive: inout PartitionArchiver.Result?
    ) async throws {
        var removal: KeyRemoval?
        var batches = 0
        if let registry = scope.registry {
            let keys = try await KeyRemoval(registry, of: record.relation, connection)
            batches = try await keys.collect()
            removal = keys
        }
        var expected: [[ContentDigest]] = []
        if let found = archive {
            do {
                expected = try await compare(scope, record, found.manifest, removal, batches: batches)
            } catch ArchiveError.mismatch where record.state != .dropping && record.removed.isEmpty {
                // Nothing is deleted yet: the existing rows count.
                let renewed = try await renew(found, target, record)
                expected = try await compare(scope, record, renewed.manifest, removal, batches: batches)
                archive = renewed
            }
        }
        try await FaultPoint.reach("drop.compared")
        guard let removal else { return }
        var removed = record.removed
        for batch in 0..<batches {
            try Task.checkCancellation()
            progress(.advanced(to: Int64(batch * KeyRemoval.batch), rejected: 0))
            var total = removed
            try await retirement.locked(record.relation) {
                total = removed
                try await connection.transaction {
                    try await retirement.lockPolicy.bound(connection)
                    try await connection.refuseForeignCode(
                        .writing, in: scope.registry.map { [$0.relation.quoted] } ?? [])
                    try await removal.lock(batch)
                    try await connection.require(
                        RecordedObjects(relations: [record.relation] + (scope.registry.map { [$0.relation] } ?? [])),
                        ofOwnerOf: table.relation)
                    if !expected.isEmpty {
                        try await lockRows(scope, removal, batch)
                        let found = try await digests(scope, removal, batch)
                        for (place, digest) in found.enumerated() {
                            guard digest == expected[batch][place] else {
                                throw ArchiveError.mismatch(
                                    relation: scope.members[place].relation.quoted,
                                    problem: "rows that belong to \(record.relation.quoted) have changed since")
                            }
                            if place > 0 {
                                let table = scope.members[place].relation.quoted
                                total[table] = (total[table] ?? .empty) + digest
                            }
                        }
                    }
                    try await removal.delete(batch)
                    try await RetiredLedger(connection).note(removed: total, of: record)
                }
            }
            removed = total
            try await FaultPoint.reach("drop.batch")
        }
        try await removal.forget()
    }

    /// Compares all rows with the archive, out of one snapshot, and returns the digest of each batch of keys.
    private func compare(
        _ scope: ArchiveScope, _ record: RetiredPartition, _ manifest: ArchiveManifest, _ removal: KeyRemoval?,
        batches: Int
    ) async throws -> [[ContentDigest]] {
        try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
            try await connection.useArchiveSettings()
            for (place, member) in scope.members.enumerated() {
                let now = try await connection.contentDigest(try await scope.digest(place, connection))
                let gone = place == 0 ? .empty : record.removed[member.relation.quoted] ?? .empty
                try Self.same(now + gone, member, manifest)
            }
            var found: [[ContentDigest]] = []
            guard let removal else { return found }
            for batch in 0..<batches { found.append(try await digests(scope, removal, batch)) }
            return found
        }
    }

    /// Refuses rows that are not those of the archive.
    private static func same(
        _ digest: ContentDigest, _ member: ArchiveScope.Member, _ manifest: ArchiveManifest
    ) throws {
        let archived = manifest.contents.first { $0.relation == member.relation }
        guard digest != archived?.digest ?? .empty || archived?.columns ?? member.columns != member.columns else {
            return
        }
        let rows = archived?.digest.rows ?? 0
        throw ArchiveError.mismatch(
            relation: member.relation.quoted,
            problem: digest.rows == rows
                ? "rows have changed since" : "there are \(digest.rows) rows, and \(rows) in the archive")
    }

    private func digests(_ scope: ArchiveScope, _ removal: KeyRemoval, _ batch: Int) async throws -> [ContentDigest] {
        var found: [ContentDigest] = []
        for place in scope.members.indices {
            let query = try await scope.digest(place, root: removal.condition(), connection)
            found.append(try await connection.contentDigest(query, [batch]))
        }
        return found
    }

    /// Prevents the rows that will be deleted with a batch from being changed, or referenced, until the transaction ends.
    private func lockRows(_ scope: ArchiveScope, _ removal: KeyRemoval, _ batch: Int) async throws {
        try await connection.useArchiveSettings()
        for (place, member) in scope.members.enumerated() where place > 0 && member.isDeleted {
            let rows = try await scope.selection(place, root: removal.condition(), connection)
            try await connection.query("SELECT count(*) FROM (\(rows) FOR UPDATE OF r\(place)) AS s", [batch])
        }
    }

    /// Dropping a table takes strong locks on what it references; so those go first, by themselves.
    private func dropForeignKeys(_ record: RetiredPartition) async throws {
        let name = record.relation
        let found = try await connection.query(
            SQLResource(PackageResources.drop_foreign_keys_sql).text, [name.quoted]
        ).map { try $0.decode(String?.self, String.self, String.self) }
        if found.isEmpty { return }
        let own = try await connection.quote(name)
        var drops: [String] = []
        for constraint in found.compactMap(\.0) {
            drops.append("DROP CONSTRAINT \(try await connection.quoteIdentifier(constraint))")
        }
        let locks = found.map { RelationLock(RelationName(schema: $0.1, name: $0.2), .accessExclusive) }
        try await retirement.locked(name, locks) {
            try await connection.transaction {
                try await retirement.lockPolicy.bound(connection)
                try await lock(record)
                try await connection.execute("ALTER TABLE \(own) \(drops.joined(separator: ", "))")
            }
        }
        try await FaultPoint.reach("drop.keys")
    }

    /// Locks the partition, and refuses a table of another role that has its name, or takes it until then.
    private func lock(_ record: RetiredPartition) async throws {
        let name = try await connection.quote(record.relation)
        try await connection.execute("LOCK TABLE \(name) IN ACCESS EXCLUSIVE MODE")
        try await connection.require(record.objects, ofOwnerOf: table.relation)
        let oid = try await connection.query("SELECT to_regclass($1)::oid::bigint", [record.relation.quoted]).first?
            .decode(Int64?.self, at: 0)
        guard oid == record.oid else { throw RetireError.notRetired(record.relation.quoted) }
    }

    private func dropTable(
        _ scope: ArchiveScope, _ record: RetiredPartition, _ archive: PartitionArchiver.Result?
    ) async throws {
        let name = try await connection.quote(record.relation)
        try await retirement.locked(record.relation, [RelationLock(record.relation, .accessExclusive)]) {
            try await connection.transaction {
                try await retirement.lockPolicy.bound(connection)
                try await lock(record)
                if let archive {
                    try await connection.useArchiveSettings()
                    let now = try await connection.contentDigest(try await scope.digest(0, connection))
                    try Self.same(now, scope.members[0], archive.manifest)
                }
                try await connection.execute("DROP TABLE \(name)")
                try await RetiredLedger(connection).close(record, .dropped)
                try await BookkeepingSchema.record(
                    connection, runID: retirement.runID, operation: "partition.drop", object: record.relation.quoted,
                    detail: table.label(record.bound))
                try await FaultPoint.reach("drop.table")
            }
        }
        try await FaultPoint.reach("drop.done")
    }
}
