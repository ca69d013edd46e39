import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel

extension Diagnosis {
    private static let area = "PostgreSQL"

    /// The connection to the database step by step, and what it holds.
    func postgres() async -> [DiagnosisLine] {
        let session = SessionSettings(
            applicationName: applicationName, statementTimeout: .seconds(10), readOnly: true)
        let targets: Targets
        let options: ConnectionOptions
        do {
            targets = try Targets(settings: settings, stateFolder: stateFolder)
            options = try targets.postgres(session: session)
        } catch {
            return [Self.target(error, Self.area)]
        }
        do {
            let connection = try await PostgresConnection.connect(options)
            let lines = await look(connection, targets, options)
            await connection.close()
            return lines
        } catch {
            if targets.usesSandboxDatabase {
                let folder = settings.sandboxFolder(stateFolder: stateFolder)
                return [DiagnosisLine(SandboxError.notRunning(folder: folder), Self.area)]
            }
            return await PostgresWay(options).lines(failed: error, withheld: targets.withheld(direct: false))
        }
    }

    private func look(
        _ connection: PostgresConnection, _ targets: Targets, _ options: ConnectionOptions
    ) async -> [DiagnosisLine] {
        // What cannot be read is one line; the others are read all the same.
        func part(_ area: String, _ read: () async throws -> [DiagnosisLine]) async -> [DiagnosisLine] {
            do { return try await read() } catch { return [DiagnosisLine(error, area)] }
        }
        var lines = await PostgresWay(options).lines(of: connection)
        lines += await part(Self.area) { [try await server(connection, targets.databaseName(options))] }
        // What follows reads catalogs that an older server has not.
        guard await connection.serverVersion >= PostgresConnection.oldestServerVersion else { return lines }
        lines += await part(Self.area) { [Self.pooler(try await PostgresConnection.detectPooler(options))] }
        lines += await part("clock") { [try await clock(connection)] }
        let bookkeeping = await part("bookkeeping") { try await Self.bookkeeping(connection) }
        lines += bookkeeping
        // Where it is not to be trusted, it is not read.
        if !bookkeeping.contains(where: { $0.verdict == .critical }) {
            lines += await part("schema") { [try await schema(connection)] }
        }
        return lines + (await part("rights") { [try await rights(connection)] })
    }

    private func server(_ connection: PostgresConnection, _ name: String) async throws -> DiagnosisLine {
        let row = try await connection.query("SELECT current_setting('server_version'), pg_is_in_recovery()").first
        guard let row else { return DiagnosisLine(.blind, Self.area, "no answer") }
        let (version, isStandby) = try row.decode(String.self, Bool.self)
        let text = "version: \(version)\(isStandby ? ", a standby" : "") (\(name))"
        if isStandby {
            return DiagnosisLine(
                .warning, Self.area, text, "Set database.host to the primary. Commands that only read work here too.")
        }
        return await connection.serverVersion < PostgresConnection.oldestServerVersion
            ? DiagnosisLine(.critical, Self.area, text, "Upgrade the server to PostgreSQL 14 or later.")
            : DiagnosisLine(.ok, Self.area, text)
    }

    private static func pooler(_ kind: PoolerKind) -> DiagnosisLine {
        switch kind {
        case .direct: DiagnosisLine(.ok, area, "pooler: none in between")
        case .proxy:
            DiagnosisLine(
                .warning, area, "pooler: one is in between, or a proxy",
                "Set database.direct_url for migrations and locks.")
        case .transactionPooling:
            DiagnosisLine(
                .critical, area,
                "pooler: one in transaction mode is in between; locks and settings do not hold through it",
                "Set database.direct_url to the server's own address.")
        }
    }

    private func clock(_ connection: PostgresConnection) async throws -> DiagnosisLine {
        let skew = abs(try await ServerClock(connection).skew)
        let difference =
            skew < 10
            ? "\(Int((skew * 1000).rounded())) ms"
            : skew < 7200 ? "\(Int(skew)) s" : skew < 172_800 ? "\(Int(skew / 3600)) h" : "\(Int(skew / 86_400)) days"
        let text = "clocks differ by \(difference) from the database's"
        return skew > 5
            ? DiagnosisLine(.warning, "clock", text, "Set the time by NTP on both machines.")
            : DiagnosisLine(.ok, "clock", text)
    }

    private func schema(_ connection: PostgresConnection) async throws -> DiagnosisLine {
        let migrator = Migrator(
            connection, source: MigrationSource(settings), lockPolicy: LockPolicy(settings), runID: "")
        let plan: MigrationPlan
        do {
            plan = try await migrator.plan()
        } catch let error as MigrateError {
            // The server works; files and history contradict each other, or a folder is not what it should be.
            return DiagnosisLine(.warning, "schema", error.report.message, error.report.hint)
        }
        return plan.pending.isEmpty
            ? DiagnosisLine(.ok, "schema", "all \(plan.applied.count) migrations are applied")
            : DiagnosisLine(
                .warning, "schema",
                "\(plan.pending.count) of \(plan.applied.count + plan.pending.count) migrations are pending",
                "rssctl migrate")
    }

    private func rights(_ connection: PostgresConnection) async throws -> DiagnosisLine {
        let row = try await connection.query(
            """
            SELECT pg_has_role('pg_monitor', 'USAGE'), has_schema_privilege('public', 'CREATE'),
                   has_database_privilege(current_database(), 'CREATE'),
                   quote_ident(current_user), quote_ident(current_database())
            """
        ).first
        guard let row else { return DiagnosisLine(.blind, "rights", "no answer") }
        let (monitors, creates, makesSchemas, role, database) = try row.decode(
            Bool.self, Bool.self, Bool.self, String.self, String.self)
        let rights = [
            (monitors, "pg_monitor (analyze)", "GRANT pg_monitor TO \(role)"),
            (creates, "CREATE on schema public (migrate, partition)", "GRANT CREATE ON SCHEMA public TO \(role)"),
            (makesSchemas, "CREATE on the database (migrate)", "GRANT CREATE ON DATABASE \(database) TO \(role)"),
        ].filter { !$0.0 }
        return rights.isEmpty
            ? DiagnosisLine(.ok, "rights", "enough for every command")
            : DiagnosisLine(
                .warning, "rights", "missing: \(rights.map(\.1).joined(separator: ", "))",
                "Grant what these commands need: \(rights.map(\.2).joined(separator: "; "))")
    }
}
