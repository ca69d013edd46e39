import Foundation
import Glibc
import Journal
import PostgresClient
import RSSModel
import RSSSystem
import RedisClient

/// One thing looked at by `rssctl doctor`.
public struct DiagnosisLine: Sendable, Encodable, Equatable {
    /// ok, info, warning, critical or blind.
    public let verdict: Verdict
    /// programs, settings, journal, PostgreSQL, bookkeeping, Redis, clock, disk.
    public let area: String
    /// What was seen.
    public let what: String
    /// What to do; nil when all is well.
    public let nextStep: String?

    init(_ verdict: Verdict, _ area: String, _ what: String, _ nextStep: String? = nil) {
        self.verdict = verdict
        self.area = area
        self.what = what
        self.nextStep = nextStep
    }
}

/// Looks at everything a run needs, one line each, and never stops at the first trouble.
public struct Diagnosis: Sendable {
    private let settings: Settings
    private let stateFolder: String
    private let journalPath: String
    private let applicationName: String

    /// Makes a diagnosis of these settings and places.
    public init(settings: Settings, stateFolder: String, journalPath: String, applicationName: String) {
        self.settings = settings
        self.stateFolder = stateFolder
        self.journalPath = journalPath
        self.applicationName = applicationName
    }

    /// Looks.
    public func run() async -> [DiagnosisLine] {
        async let postgres = postgres()
        async let redis = redis()
        return programs() + settingsLines() + [journal(), disk()] + (await postgres) + (await redis)
    }

    private func programs() -> [DiagnosisLine] {
        do {
            let programs = try ServerPrograms.find()
            return [
                DiagnosisLine(
                    .ok, "programs", "server programs for the sandbox: \(programs.pgCtl), \(programs.redisServer)")
            ]
        } catch let error as SandboxError {
            // Only the sandbox needs them; a production host has none.
            return [DiagnosisLine(.info, "programs", "no sandbox here: \(error.report.message)", error.report.hint)]
        } catch {
            return [DiagnosisLine(.blind, "programs", "\(error)")]
        }
    }

    private func settingsLines() -> [DiagnosisLine] {
        let set = SettingKey.allCases.count { settings.isSet($0) }
        let file = settings.file ?? "no configuration file"
        return [DiagnosisLine(.ok, "settings", "\(file), \(set) settings set, profile \(settings.profile ?? "none")")]
            + settings.warnings.map { DiagnosisLine(.warning, "settings", $0) }
    }

    private func journal() -> DiagnosisLine {
        do {
            let journal = try Journal(path: journalPath)
            let verdict = try journal.integrity()
            guard verdict == "ok" else {
                return DiagnosisLine(
                    .critical, "journal", "\(journalPath) is damaged: \(verdict)",
                    "move it away; a new one is made by itself")
            }
            return DiagnosisLine(.ok, "journal", "\(journalPath), \(try journal.count()) runs")
        } catch {
            let report = ErrorReport(describing: error)
            return DiagnosisLine(.warning, "journal", "\(report.message): \(report.detail ?? "")", report.hint)
        }
    }

    private func disk() -> DiagnosisLine {
        var status = statvfs()
        var folder = stateFolder
        while statvfs(folder, &status) != 0, folder != "/", folder != "." { folder = FilePath.folder(of: folder) }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize)
        let text = "\(free / 1_000_000) MB free for \(stateFolder)"
        return free < 200_000_000
            ? DiagnosisLine(.warning, "disk", text, "make room, or set RSSCTL_STATE to another place")
            : DiagnosisLine(.ok, "disk", text)
    }

    private func postgres() async -> [DiagnosisLine] {
        let area = "PostgreSQL"
        do {
            let targets = try Targets(settings: settings, stateFolder: stateFolder)
            let session = SessionSettings(
                applicationName: applicationName, statementTimeout: .seconds(10), readOnly: true)
            let options = try targets.postgres(session: session)
            let pooler = try await PostgresConnection.detectPooler(options)
            let connection = try await PostgresConnection.connect(options)
            defer { Task { await connection.close() } }
            var lines = [try await server(connection, targets.databaseName(options)), Self.pooler(pooler)]
            lines.append(try await clock(connection))
            let bookkeeping = try await Self.bookkeeping(connection)
            lines += bookkeeping
            // Where it is not to be trusted, it is not read.
            if !bookkeeping.contains(where: { $0.verdict == .critical }) { lines.append(try await schema(connection)) }
            lines.append(try await rights(connection))
            return lines
        } catch let error as SettingsError {
            return [Self.line(error, area)]
        } catch {
            let report = ErrorReport(describing: error)
            let step = report.sqlState.map { "SQLSTATE \($0): check role, password and database name" }
            return [
                DiagnosisLine(.critical, area, report.message, step ?? "check host, port, and that the server runs")
            ]
        }
    }

    private func server(_ connection: PostgresConnection, _ name: String) async throws -> DiagnosisLine {
        let row = try await connection.query(
            """
            SELECT current_setting('server_version'), current_user,
                   coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), pg_is_in_recovery()
            """
        ).first
        guard let row else { return DiagnosisLine(.blind, "PostgreSQL", "no answer") }
        let (version, user, isEncrypted, isStandby) = try row.decode(String.self, String.self, Bool.self, Bool.self)
        let number = await connection.serverVersion
        let text = "\(name): version \(version), role \(user)\(isEncrypted ? ", TLS" : "")"
        if isStandby {
            return DiagnosisLine(.warning, "PostgreSQL", "\(text), a standby", "point rssctl at the primary")
        }
        return number < 140_000
            ? DiagnosisLine(.warning, "PostgreSQL", text, "rssctl is made for PostgreSQL 14 and later")
            : DiagnosisLine(.ok, "PostgreSQL", text)
    }

    private static func pooler(_ kind: PoolerKind) -> DiagnosisLine {
        switch kind {
        case .direct: DiagnosisLine(.ok, "PostgreSQL", "no connection pooler in between")
        case .proxy:
            DiagnosisLine(
                .warning, "PostgreSQL", "a proxy or pooler is in between",
                "set database.direct_url for migrations and locks")
        case .transactionPooling:
            DiagnosisLine(
                .critical, "PostgreSQL",
                "a pooler in transaction mode is in between: locks and settings do not hold through it",
                "set database.direct_url to the server's own address")
        }
    }

    private func clock(_ connection: PostgresConnection) async throws -> DiagnosisLine {
        let skew = abs(try await ServerClock(connection).skew)
        let text = "clocks differ by \(Int((skew * 1000).rounded())) ms from the database's"
        return skew > 5
            ? DiagnosisLine(.warning, "clock", text, "set the time by NTP on both machines")
            : DiagnosisLine(.ok, "clock", text)
    }

    private func schema(_ connection: PostgresConnection) async throws -> DiagnosisLine {
        let migrator = Migrator(connection, source: MigrationSource(settings), lockPolicy: LockPolicy(settings), runID: "")
        let plan: MigrationPlan
        do {
            plan = try await migrator.plan()
        } catch let error as MigrateError {
            // The server is well; files and history are not of one mind, or a folder is not what it should be.
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
            SELECT pg_has_role('pg_monitor', 'MEMBER'), has_schema_privilege('public', 'CREATE'),
                   has_database_privilege(current_database(), 'CREATE')
            """
        ).first
        guard let row else { return DiagnosisLine(.blind, "rights", "no answer") }
        let (monitors, creates, makesSchemas) = try row.decode(Bool.self, Bool.self, Bool.self)
        var missing: [String] = []
        if !monitors { missing.append("pg_monitor (analyze)") }
        if !creates { missing.append("CREATE on schema public (migrate, partition)") }
        if !makesSchemas { missing.append("CREATE on the database (migrate)") }
        return missing.isEmpty
            ? DiagnosisLine(.ok, "rights", "enough for every command")
            : DiagnosisLine(
                .warning, "rights", "missing: \(missing.joined(separator: ", "))",
                "GRANT them to the role, or use another one")
    }

    /// No server at all is worth a word, settings that are wrong are critical.
    private static func line(_ error: SettingsError, _ area: String) -> DiagnosisLine {
        let verdict: Verdict = [.noDatabase, .noRedis].contains(error) ? .warning : .critical
        return DiagnosisLine(verdict, area, error.report.message, error.report.hint)
    }

    private func redis() async -> [DiagnosisLine] {
        do {
            let targets = try Targets(settings: settings, stateFolder: stateFolder)
            let configuration = try targets.redis(clientName: applicationName)
            let connection = try await RedisConnection.connect(configuration)
            defer { Task { await connection.close() } }
            let info = try await connection.info("server").merging(try await connection.info("memory")) { $1 }
            let policy = info["maxmemory_policy"] ?? "unknown"
            let text =
                "\(configuration): version \(info["redis_version"] ?? "unknown"), \(info["used_memory_human"] ?? "?") used, \(policy)"
            var lines = [DiagnosisLine(.ok, "Redis", text)]
            if configuration.tls == nil, configuration.password != nil, case .tcp(let host, _) = configuration.address,
                !HostAddress.isLocal(host)
            {
                lines.append(
                    DiagnosisLine(
                        .info, "Redis", "the password goes to \(host) in the clear", "set redis.tls, or use rediss://"))
            }
            return lines
        } catch let error as SettingsError {
            return [Self.line(error, "Redis")]
        } catch {
            let report = ErrorReport(describing: error)
            return [
                DiagnosisLine(
                    .critical, "Redis", report.message, "check host, port, password, and that the server runs")
            ]
        }
    }
}
