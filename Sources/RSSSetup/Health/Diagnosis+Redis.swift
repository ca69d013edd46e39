import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RedisClient

extension Diagnosis {
    private static let area = "Redis"

    private static func line(_ verdict: Verdict, _ what: String, _ nextStep: String? = nil) -> DiagnosisLine {
        DiagnosisLine(verdict, area, what, nextStep)
    }

    /// The connection to Redis step by step, and whether what answers there can be written to.
    func redis() async -> [DiagnosisLine] {
        let targets: Targets
        let configuration: RedisConfiguration
        do {
            targets = try Targets(settings: settings, stateFolder: stateFolder)
            configuration = try targets.redis(clientName: applicationName)
        } catch {
            return [Self.target(error, Self.area)]
        }
        do {
            var lines: [DiagnosisLine] = []
            for server in try await configuration.servers() {
                let connection = try await RedisConnection.connect(server)
                do {
                    lines += try await look(connection, server, isNode: configuration.isCluster)
                    await connection.close()
                } catch {
                    await connection.close()
                    throw error
                }
            }
            return lines
        } catch {
            if targets.usesSandboxRedis {
                let folder = settings.sandboxFolder(stateFolder: stateFolder)
                return [DiagnosisLine(SandboxError.notRunning(folder: folder), Self.area)]
            }
            return await Self.way(to: configuration, failed: error)
        }
    }

    // MARK: The connection

    private static func way(to configuration: RedisConfiguration, failed error: any Error) async -> [DiagnosisLine] {
        guard let error = error as? RedisError else { return [DiagnosisLine(error, area)] }
        let way: ServerWay
        switch configuration.address {
        case .unix(let path):
            way = ServerWay(
                area: area, host: path, port: 0, hostSetting: "redis.socket", portSetting: "redis.port")
        case .sentinel, .cluster:
            return [
                line(
                    .critical, "\(error)",
                    "check the hosts in redis.url: redis-cli -h HOST -p PORT PING"
                )
            ]
        case .tcp(let host, let port):
            way = ServerWay(
                area: area, host: host, port: Int(port), hostSetting: "redis.host", portSetting: "redis.port")
        }
        let probe = await ServerProbe.look(
            at: way.host, port: way.port, asksTLS: false, within: min(configuration.connectTimeout, .seconds(5)))
        guard case .listens = probe else { return way.lines(probe) }
        return way.lines(probe) + [end(error, usesTLS: configuration.tls != nil)]
    }

    /// The step at which the connection to a server that listens failed.
    private static func end(_ error: RedisError, usesTLS: Bool) -> DiagnosisLine {
        switch error {
        case .tls(let reason):
            return line(
                .critical, "TLS: \(reason)",
                "Set redis.tls_ca to the certificate of the authority that signed the server's, or set redis.tls to false for a server without TLS."
            )
        case .server(let error):
            switch error.code {
            case .noAuthentication:
                return line(
                    .critical, "login: the server asks for a password, and none is set", "Set redis.password_file.")
            case .wrongPassword:
                return line(
                    .critical, "login: \(error)",
                    "Check redis.user and the password. See where they come from: rssctl config show")
            case .loading: return line(.critical, "login: \(error)", "Wait until the server has loaded its data.")
            default:
                return line(.critical, "login: \(error)", "Check redis.user, redis.password and redis.database.")
            }
        case .connectionLost, .protocolViolation, .timedOut, .unreachable:
            return usesTLS
                ? line(
                    .critical, "TLS: \(error)",
                    "Set redis.port to the port for TLS, or redis.tls to false for a server without TLS.")
                : line(
                    .critical, "login: \(error)",
                    "Check that it is Redis that listens there. Set redis.tls to true if it expects TLS.")
        default: return line(.critical, "login: \(error)", "Check the settings: rssctl config show")
        }
    }

    // MARK: What answers

    /// - Throws: a server that lets in only who has a password, which it says with the first command.
    private func look(
        _ connection: RedisConnection, _ configuration: RedisConfiguration, isNode: Bool
    ) async throws -> [DiagnosisLine] {
        var lines: [DiagnosisLine] = []
        if case .tcp(let host, _) = configuration.address, configuration.tls == nil, configuration.password != nil,
            !HostAddress.isLocal(host)
        {
            lines.append(
                Self.line(
                    .info, "TLS: the password goes to \(host) unencrypted",
                    "Set redis.tls, or use rediss:// in the URL."))
        }
        do {
            let info = try await connection.info()
            let version = info["valkey_version"] ?? info["redis_version"] ?? "unknown"
            let used =
                info["used_memory"].flatMap { Int64($0) }?.formatted(.byteCount(style: .memory)) ?? "unknown memory"
            lines.append(
                Self.line(
                    .ok,
                    "\(configuration): version \(version), \(used) used, \(info["maxmemory_policy"] ?? "policy unknown")"
                ))
            lines.append(Self.role(info))
            if let mode = info["redis_mode"] ?? info["server_mode"], mode != "standalone", !isNode {
                lines.append(
                    Self.line(
                        .critical, "mode: \(mode), and its address is that of a single server",
                        mode == "sentinel"
                            ? "Set redis.url to redis+sentinel://HOST:PORT/NAME."
                            : "Set redis.url to two nodes or more: redis://HOST:PORT,HOST:PORT"))
            }
        } catch let error as RedisError where error.serverError?.code == .noAuthentication {
            throw error
        } catch {
            lines.append(
                Self.line(
                    .blind, "role and version cannot be read: \(ErrorReport(describing: error).message)",
                    "ACL SETUSER \(configuration.username ?? "default") +info"))
        }
        if !lines.contains(where: { $0.verdict == .critical || $0.verdict == .warning }) {
            lines.append(await rights(connection, configuration))
        }
        return lines
    }

    private static func role(_ info: [String: String]) -> DiagnosisLine {
        switch info["role"] {
        case "master"?: return line(.ok, "role: primary")
        case "slave"?, "replica"?:
            let primary = info["master_host"].map { " (\($0):\(info["master_port"] ?? "6379"))" } ?? ""
            return line(
                .warning, "role: replica, which takes no writes",
                "Set redis.host and redis.port to its primary\(primary).")
        case let role: return line(.blind, "role: \(role ?? "unknown")")
        }
    }

    /// Whether the user may do what `cache warm` does. In a transaction that is discarded, commands are checked and not run.
    private func rights(_ connection: RedisConnection, _ configuration: RedisConfiguration) async -> DiagnosisLine {
        let prefix = settings.text(.cacheKeyPrefix) ?? ""
        let key = RedisArgument("\(prefix)reports:summary:doctor")
        let user = configuration.username ?? "default"
        let commands: [(name: String, command: RedisCommand)] = [
            ("set", .set(key, "", expiry: .seconds(1))), ("pttl", .pttl(key)),
            ("eval", RedisCommand(["EVAL", "return 1", "1", key])),
        ]
        do {
            _ = try await connection.send(RedisCommand(["MULTI"]))
            var refused: [String] = []
            for (name, command) in commands {
                do { _ = try await connection.send(command) } catch let error as RedisError {
                    switch error.serverError?.code {
                    case .noPermission: refused.append(name)
                    // The key is on another node; rights were checked before.
                    case .moved, .ask: break
                    default: throw error
                    }
                }
            }
            _ = try await connection.send(RedisCommand(["DISCARD"]))
            if refused.isEmpty { return Self.line(.ok, "rights: enough for cache warm") }
            return Self.line(
                .warning,
                "rights: missing for cache warm: \(refused.joined(separator: ", ")) on \(prefix)reports:summary:*",
                "ACL SETUSER \(user) \(refused.map { "+\($0)" }.joined(separator: " ")) '~\(prefix)reports:summary:*'")
        } catch {
            return Self.line(
                .blind, "rights: cannot be checked: \(ErrorReport(describing: error).message)",
                "ACL SETUSER \(user) +multi +discard")
        }
    }
}
