import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RSSSystem

/// Writes the rows of a partition, and those that belong to them, into a folder of files: out of one snapshot, read back
/// from the disk and compared before it counts.
package struct PartitionArchiver: Sendable {
    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let runID: String
    let second: ConnectionOptions?
    /// Whether the server computes the digests as well, and they are compared; before a drop they are in any case.
    let asksServer: Bool

    /// Makes an archiver.
    ///
    /// - Parameter second: how to open a second session, which computes digests while the first one reads; nil: one after
    ///   the other.
    package init(
        _ connection: PostgresConnection, lockPolicy: LockPolicy, runID: String, second: ConnectionOptions? = nil,
        asksServer: Bool = false
    ) {
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.runID = runID
        self.second = second
        self.asksServer = asksServer
    }

    /// An archive that was written.
    package struct Result: Sendable {
        /// Its folder.
        package var folder: String
        /// What is in it.
        package var manifest: ArchiveManifest
    }

    /// Archives a partition that is attached or retired, as it is at one moment; readers and writers are not blocked.
    ///
    /// - Parameter folder: where the archive's own folder is made.
    /// - Throws: ``ArchiveError``, ``PartitionError``, `PostgresError`, `CancellationError`; nothing is left then.
    package func archive(_ name: RelationName, to folder: String, progress: ProgressReporter) async throws -> Result {
        let found = try await PartitionTarget.find(name, connection)
        try found.refuseUnaccountable()
        return try await connection.keepingPartitions(of: found.table.relation) {
            try await BookkeepingSchema.prepare(connection)
            let target = try await PartitionTarget.find(name, connection)
            try target.refuseUnaccountable()
            return try await write(target, to: folder, progress)
        }
    }

    /// The folder that archives of a partition go to: the one wanted, which is made, or that of the table's policy, which
    /// must be there: a disk that is not mounted is not to be mistaken for an empty folder.
    ///
    /// - Throws: ``RetireError/noFolder(table:)``, ``ArchiveError``, ``PartitionError``, `PostgresError`.
    package func folder(of name: RelationName, wanted: String?) async throws -> String {
        if let wanted {
            let path = URL(fileURLWithPath: wanted).standardizedFileURL.path
            do throws(PrivateFolderError) {
                try PrivateFolder.makeMissing(path)
            } catch {
                throw ArchiveError.unwritable(path: path, reason: error.reason)
            }
            return path
        }
        let table = try await PartitionTarget.find(name, connection).table.relation
        guard let folder = try await PolicyStore(connection).policy(of: table)?.archive else {
            throw RetireError.noFolder(table: table.quoted)
        }
        return folder
    }

    /// The statements that an archiving would run.
    ///
    /// - Throws: ``ArchiveError``, ``PartitionError``, `PostgresError`.
    package func statements(_ name: RelationName) async throws -> [String] {
        let target = try await PartitionTarget.find(name, connection)
        try target.refuseUnaccountable()
        let scope = try await ArchiveScope(
            partition: target.oid, target.relation, of: target.table.oid, connection)
        var statements: [String] = []
        for place in scope.members.indices {
            statements.append(try await copy(scope, place, encoding: "UTF8"))
            statements.append(try await scope.digest(place, connection))
        }
        return statements
    }

    private func copy(_ scope: ArchiveScope, _ place: Int, encoding: String) async throws -> String {
        "COPY (\(try await scope.selection(place, connection))) TO STDOUT (FORMAT text, ENCODING '\(encoding)')"
    }

    /// Writes the archive of a partition, out of one snapshot. The caller holds the table's lock.
    ///
    /// - Parameter place: the folder of the archive; nil: the partition's own below the folder.
    func write(
        _ target: PartitionTarget, to folder: String, as place: String? = nil, _ progress: ProgressReporter
    ) async throws -> Result {
        guard
            let facts = try await connection.query(
                "SELECT current_database(), current_setting('server_encoding'), date_trunc('second', clock_timestamp())"
            ).first?.decode(String.self, String.self, Date.self)
        else { throw ArchiveError.notPartition(target.relation.quoted) }
        let (database, encoding, now) = facts
        let draft = try ArchiveFolder(
            place ?? ArchiveFolder.path(below: folder, database: database, target.relation))
        try await FaultPoint.reach("archive.begun")
        var manifest = ArchiveManifest(
            at: now, runID: runID,
            database: database, serverVersion: await connection.serverVersion, encoding: encoding,
            table: target.table.relation, key: target.table.key, partition: target.relation,
            definition: target.definition, bound: target.bound,
            range: target.bound.map(target.table.label) ?? "DEFAULT", structure: [], contents: [])
        try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
            try await connection.useArchiveSettings()
            manifest.structure = try await connection.query(
                SQLResource(PackageResources.archive_structure_sql).text, [target.oid]
            ).map { try $0.decode(String.self, at: 0) }
            let scope = try await ArchiveScope(
                partition: target.oid, target.relation, of: target.table.oid, connection)
            try await connection.refuseForeignCode(.reading, in: scope.members.map(\.relation.quoted))
            manifest.contents = try await contents(scope, draft, encoding: encoding, progress)
        }
        try await FaultPoint.reach("archive.copied")
        let json = try manifest.json()
        try draft.write(json, as: ArchiveManifest.name)
        try draft.write(manifest.sumsText(ofItself: json), as: ArchiveManifest.sumsName)
        try await FaultPoint.reach("archive.written")
        // The rows were read back already.
        _ = try ArchiveManifest(folder: draft.draft)
        try draft.publish()
        try await FaultPoint.reach("archive.published")
        progress(.done("Archived \(target.relation.quoted) in \(draft.path)."))
        return Result(folder: draft.path, manifest: manifest)
    }

    /// Copies every table of the scope into its file, and asks for its digest meanwhile, out of the same snapshot.
    private func contents(
        _ scope: ArchiveScope, _ draft: ArchiveFolder, encoding: String, _ progress: ProgressReporter
    ) async throws -> [ArchiveManifest.Content] {
        var digests: [String] = []
        if asksServer {
            for place in scope.members.indices { digests.append(try await scope.digest(place, connection)) }
        }
        let snapshot = try await connection.query("SELECT pg_export_snapshot()").first?.decode(String.self, at: 0)
        let queries = digests
        var options = second
        options?.session.statementTimeout = .zero
        options?.responseTimeout = nil
        async let beside = Self.digests(queries, snapshot ?? "", options)
        var files: [(file: ArchivedFile, digest: ContentDigest)] = []
        for (place, member) in scope.members.enumerated() {
            files.append(
                try await progress.phase("Copying \(member.relation.quoted)", unit: .bytes) {
                    try await self.file(scope, place, draft, encoding: encoding, progress)
                })
        }
        // Read back from the disk, and compared with the rows as they came.
        var found: [ContentDigest] = []
        for (member, written) in zip(scope.members, files) {
            let path = "\(draft.draft)/\(written.file.name)"
            let (file, digest) = try await progress.phase("Reading \(member.relation.quoted) back") {
                try await ArchiveVerifier.read(path, columns: member.columns.count)
            }
            guard file == written.file, digest == written.digest else {
                throw ArchiveError.damaged(file: path, problem: "what is read back is not what was written")
            }
            found.append(digest)
        }
        try await FaultPoint.reach("archive.verified")
        var sums = try await beside
        if sums == nil {
            var own: [ContentDigest] = []
            for query in digests { own.append(try await connection.contentDigest(query)) }
            sums = own
        }
        for (member, (digest, sum)) in zip(scope.members, zip(found, sums ?? [])) where digest != sum {
            throw ArchiveError.mismatch(
                relation: member.relation.quoted,
                problem: "the server's digest of its rows is \(sum.sum), and that of the file \(digest.sum)")
        }
        return zip(zip(scope.members, files), found).map { pair, digest in
            let (member, written) = pair
            return ArchiveManifest.Content(
                relation: member.relation, columns: member.columns, primaryKey: member.primaryKey, digest: digest,
                file: written.file,
                links: member.links.map {
                    ArchiveManifest.Link(
                        parent: $0.parent, columns: $0.columns, parentColumns: $0.parentColumns,
                        onDelete: $0.onDelete.name, isThroughRegistry: $0.isThroughRegistry)
                })
        }
    }

    /// The digests out of a snapshot, by a session of its own; nil where there is none.
    private static func digests(
        _ queries: [String], _ snapshot: String, _ options: ConnectionOptions?
    ) async throws -> [ContentDigest]? {
        guard let options, !queries.isEmpty else { return nil }
        let connection = try await PostgresConnection.connect(options)
        defer { Task { await connection.close() } }
        let name = try await connection.quoteLiteral(snapshot)
        return try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
            try await connection.execute("SET TRANSACTION SNAPSHOT \(name)")
            try await connection.useArchiveSettings()
            var digests: [ContentDigest] = []
            for query in queries { digests.append(try await connection.contentDigest(query)) }
            return digests
        }
    }

    private func file(
        _ scope: ArchiveScope, _ place: Int, _ draft: ArchiveFolder, encoding: String, _ progress: ProgressReporter
    ) async throws -> (file: ArchivedFile, digest: ContentDigest) {
        let member = scope.members[place]
        let number = place < 9 ? "00\(place + 1)" : place < 99 ? "0\(place + 1)" : "\(place + 1)"
        let name = "\(number)-\(ArchiveFolder.fileName(member.relation.name).prefix(180)).columns.zst"
        let pump = try ArchivePump(name, in: draft.draft, columns: member.columns.count)
        // While one part is worked on, the next one comes; no more, so that memory stays small.
        var (part, size, bytes): ([[UInt8]], Int, Int64) = ([], 0, 0)
        var worker: Task<Void, any Error>?
        let sent: Int
        do {
            sent = try await connection.copyOut(try await copy(scope, place, encoding: encoding)) { portion in
                part.append(portion)
                size += portion.count
                bytes += Int64(portion.count)
                guard size >= Self.part else { return }
                try await worker?.value
                let full = part
                worker = Task { try await pump.feed(full) }
                (part, size) = ([], 0)
                progress(.advanced(to: bytes, rejected: 0))
            }
            try await worker?.value
        } catch {
            // What is still worked on ends before its folder is removed.
            _ = await worker?.result
            throw error
        }
        try await pump.feed(part)
        try await FaultPoint.reach("archive.file")
        let written = try await pump.finish()
        guard written.digest.rows == Int64(sent) else {
            throw ArchiveError.mismatch(
                relation: member.relation.quoted,
                problem: "the server sent \(sent) rows, and \(written.digest.rows) were received")
        }
        return written
    }

    /// Bytes that are handed over together.
    private static let part = 2 << 20
}
