import PostgresClient
import RSSCore
import RSSModel

/// A database that is there for the time of a trial, on the server of the database that it is modelled on.
///
/// It is empty but for what is put into it, stores text as its model does, and is dropped at the end, also after an error
/// or a cancellation. Where a run was killed, its scratch database is dropped by a later one, a day afterwards at the
/// earliest.
package enum ScratchDatabase {
    /// Runs work with a scratch database.
    ///
    /// - Parameters:
    ///   - options: the database that it is modelled on; only its server is used, and the way it stores text.
    ///   - structure: SQL that is run in the scratch database first, for example that of a ``StructureDump``.
    ///   - runID: the run that the database's comment names.
    ///   - progress: is warned when the database could not be dropped.
    ///   - body: what to do with it; the sessions that it leaves open are ended.
    /// - Throws: ``StructureError/noRightToCreateDatabases(role:)``, ``StructureError/structureNotLoadable(_:)``,
    ///   ``ReadOnlySession``, `PostgresError`, `CancellationError`, and what the body throws.
    package static func with<T>(
        like options: ConnectionOptions, structure: String? = nil, runID: String,
        progress: ProgressReporter = .silent, isolation: isolated (any Actor)? = #isolation,
        _ body: (ConnectionOptions) async throws -> T
    ) async throws -> T {
        // Settings of a session that only reads, or that has no time, are not for a database of its own.
        var server = options
        server.session.readOnly = false
        let admin = try await PostgresConnection.connect(server)
        let name: String
        do {
            try await admin.requireWritable(for: "a scratch database")
            try await sweep(admin)
            name = try await create(admin, server, runID: runID)
        } catch {
            await admin.close()
            throw error
        }
        await admin.close()
        var scratch = server
        scratch.keywords["dbname"] = name
        do {
            if let structure { try await load(structure, into: scratch) }
            let value = try await body(scratch)
            await drop(name, server, progress)
            return value
        } catch {
            await drop(name, server, progress)
            throw error
        }
    }

    private static func create(
        _ admin: PostgresConnection, _ server: ConnectionOptions, runID: String
    ) async throws -> String {
        let model = try await admin.query(SQLResource(PackageResources.scratch_template_sql).text)
        guard let row = model.first else { throw PostgresError(.unexpectedResult, "the session's database is gone") }
        let (encoding, collate, ctype, provider, locale, mayCreate, role) = try row.decode(
            String.self, String.self, String.self, String.self, String?.self, Bool.self, String.self)
        guard mayCreate else { throw StructureError.noRightToCreateDatabases(role: role) }
        let digits = String(UInt64.random(in: 0..<1 << 48), radix: 16)
        let name = "rssctl_scratch_" + String(repeating: "0", count: 12 - digits.count) + digits
        var statement = "CREATE DATABASE \(name) TEMPLATE template0 ENCODING \(try await admin.quoteLiteral(encoding))"
        statement +=
            " LC_COLLATE \(try await admin.quoteLiteral(collate)) LC_CTYPE \(try await admin.quoteLiteral(ctype))"
        if provider != "c", let locale {
            let words = provider == "i" ? "icu ICU_LOCALE" : "builtin BUILTIN_LOCALE"
            statement += " LOCALE_PROVIDER \(words) \(try await admin.quoteLiteral(locale))"
        }
        try await admin.execute(statement)
        do {
            let seconds = try await admin.query("SELECT extract(epoch FROM clock_timestamp())::bigint").first?
                .decode(Int64.self, at: 0)
            let comment = "rssctl scratch database of run \(runID.replacing(" ", with: "_")), made at \(seconds ?? 0)"
            try await admin.execute("COMMENT ON DATABASE \(name) IS \(try await admin.quoteLiteral(comment))")
        } catch {
            await drop(name, server, .silent)
            throw error
        }
        return name
    }

    /// Drops what killed runs have left. A session that does the same at this moment is not disturbed.
    private static func sweep(_ admin: PostgresConnection) async throws {
        for row in try await admin.query(SQLResource(PackageResources.scratch_leftovers_sql).text) {
            do {
                // Without FORCE: a session that has come in the meantime keeps its database.
                try await admin.execute("DROP DATABASE IF EXISTS \(try row.decode(String.self, at: 0))")
            } catch let error as PostgresError where error.code == .server {
                continue
            }
        }
    }

    private static func load(_ structure: String, into scratch: ConnectionOptions) async throws {
        let connection = try await PostgresConnection.connect(scratch)
        do {
            try await connection.executeScript(structure)
        } catch let error as PostgresError {
            await connection.close()
            throw StructureError.structureNotLoadable(error)
        }
        await connection.close()
    }

    /// Drops the database on a session and in a task of their own: the task that did the work may be cancelled.
    private static func drop(_ name: String, _ server: ConnectionOptions, _ progress: ProgressReporter) async {
        await Task {
            do {
                let admin = try await PostgresConnection.connect(server)
                defer { Task { await admin.close() } }
                try await admin.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
            } catch {
                progress(
                    .warning(
                        "The scratch database \(name) could not be dropped: \(ErrorReport(describing: error).message)"))
            }
        }.value
    }
}
