import PostgresClient
import RSSCore
import RSSModel

/// The connection to a database: name, TCP, TLS, login, database, each a line, and the next step where it fails.
struct PostgresWay {
    private let options: ConnectionOptions
    private static let area = "PostgreSQL"
    /// How long each step of a check may take.
    private static let patience = Duration.seconds(5)

    init(_ options: ConnectionOptions) { self.options = options }

    private func line(_ verdict: Verdict, _ what: String, _ nextStep: String? = nil) -> DiagnosisLine {
        DiagnosisLine(verdict, Self.area, what, nextStep)
    }

    // MARK: The steps of a session

    /// The steps of a session that is open.
    func lines(of connection: PostgresConnection) async -> [DiagnosisLine] {
        let reached = await connection.reached
        let host = reached["host"] ?? ""
        let address = await connection.address
        var lines: [DiagnosisLine] = []
        if let port = Int(reached["port"] ?? "5432") {
            let place = HostAddress.isSocket(host) ? "\(host)/.s.PGSQL.\(port)" : host
            lines += way(place, port).reached(address ?? host)
        }
        let mode = options.sslMode
        if let version = await connection.tlsVersion {
            let isVerified = mode == "verify-full" || mode == "verify-ca"
            lines.append(
                line(
                    .ok,
                    "TLS: \(version), \(isVerified ? "certificate verified" : "certificate not verified") (\(mode))"))
        } else if !HostAddress.isLocal(address ?? host) {
            lines.append(
                line(.warning, "TLS: the connection is not encrypted", "Set database.sslmode to verify-full."))
        }
        lines.append(line(.ok, "login: as \(reached["user"] ?? "the user of this process")"))
        lines.append(line(.ok, "database: \(reached["dbname"] ?? "")"))
        return lines
    }

    private func way(_ host: String, _ port: Int) -> ServerWay {
        ServerWay(
            area: Self.area, host: host, port: port, hostSetting: "database.host", portSetting: "database.port")
    }

    // MARK: The steps of a session that could not be opened

    /// How far the connection came, and what ended it.
    ///
    /// - Parameter withheld: what is set and was not used, because it was set for another server.
    func lines(failed error: any Error, withheld: String?) async -> [DiagnosisLine] {
        guard let error = error as? PostgresError else { return [DiagnosisLine(error, Self.area)] }
        var lines: [DiagnosisLine] = []
        var offersTLS: Bool?
        for (host, port) in places {
            let probe = await ServerProbe.look(
                at: host, port: port, asksTLS: true, within: min(options.connectTimeout, Self.patience))
            lines += way(host, port).lines(probe)
            guard case .listens(_, let offered) = probe else { continue }
            offersTLS = offered
            return lines + [await self.last(error, offersTLS: offersTLS, withheld: withheld)]
        }
        // What libpq takes from a service file is not known here; its own words are.
        return lines.isEmpty ? [self.login(error, withheld)] : lines
    }

    /// The places that libpq may go to, in its order.
    private var places: [(host: String, port: Int)] {
        func list(_ keyword: String) -> [String] {
            (options.keywords[keyword] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard options.keywords["service"] == nil else { return [] }
        let (hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        return (0..<max(hosts.count, addresses.count)).compactMap { index in
            let address = index < addresses.count ? addresses[index] : ""
            let host = address.isEmpty && index < hosts.count ? hosts[index] : address
            let port = Int(ports.isEmpty ? "" : ports[min(index, ports.count - 1)]) ?? 5432
            // libpq's own socket, wherever it was built to have it.
            if host.isEmpty || host.hasPrefix("@") { return nil }
            return (host.hasPrefix("/") ? "\(host)/.s.PGSQL.\(port)" : host, port)
        }
    }

    /// The step at which the connection to a server that listens failed.
    private func last(_ error: PostgresError, offersTLS: Bool?, withheld: String?) async -> DiagnosisLine {
        let mode = options.sslMode
        if error.sqlState != nil || error.lacksPassword { return login(error, withheld) }
        if offersTLS == false, ["require", "verify-ca", "verify-full"].contains(mode) {
            return line(
                .critical, "TLS: the server does not offer it, and database.sslmode is \(mode)",
                "Set ssl = on in the server's postgresql.conf; or set database.sslmode to prefer if the network is trusted."
            )
        }
        guard offersTLS == true, mode != "disable" else { return login(error, withheld) }
        // Where the same connection succeeds without verifying the certificate, the certificate is what ended it.
        return await comesThroughUnverified()
            ? line(
                .critical, "TLS: the server's certificate is not accepted: \(error.message)",
                "Set database.sslrootcert to the certificate of the authority that signed it, and database.host to a name in it."
            )
            : line(
                .critical, "TLS: \(error.message)",
                "Check database.sslcert and database.sslkey, and the server's log.")
    }

    /// Whether a TLS connection succeeds when the server's certificate is not verified. No password is sent.
    private func comesThroughUnverified() async -> Bool {
        var unverified = options
        unverified.keywords["sslmode"] = "require"
        // With a certificate of an authority, `require` verifies; libpq looks into the home folder unless sslrootcert says otherwise.
        unverified.keywords["sslrootcert"] = "/dev/null/none"
        unverified.keywords["password"] = nil
        unverified.keywords["passfile"] = "/dev/null"
        unverified.connectTimeout = min(options.connectTimeout, Self.patience)
        do {
            await (try PostgresConnection.connect(unverified)).close()
            return true
        } catch let error as PostgresError {
            return error.sqlState != nil || error.lacksPassword
        } catch {
            return false
        }
    }

    private func login(_ error: PostgresError, _ withheld: String?) -> DiagnosisLine {
        let database = options.keywords["dbname"] ?? options.keywords["user"] ?? ""
        let role = options.keywords["user"] ?? "the role"
        if error.lacksPassword {
            return line(
                .critical, "login: the server asks for a password, and none is set\(withheld.map { ". \($0)" } ?? "")",
                "Set database.password_file, or PGPASSFILE. See what is set: rssctl config show")
        }
        switch error.sqlState {
        case .invalidPassword?:
            return line(
                .critical, "login: \(error.message)",
                "Check role and password. See where they come from: rssctl config show")
        case .invalidAuthorization?:
            return line(
                .critical, "login: \(error.message)",
                "Create the role if it does not exist; else allow it from this machine in pg_hba.conf, and run: SELECT pg_reload_conf()"
            )
        case .invalidCatalogName?:
            return line(
                .critical, "database: \(error.message)",
                "Correct database.name, or create the database: createdb \(database.shellWord)")
        case .insufficientPrivilege?:
            return line(
                .critical, "database: \(error.message)",
                "GRANT CONNECT ON DATABASE \(RelationName.quote(database)) TO \(RelationName.quote(role))")
        case .tooManyConnections?:
            return line(
                .critical, "login: \(error.message)",
                "End sessions that are idle (pg_stat_activity), or raise max_connections.")
        case .cannotConnectNow?:
            return line(.critical, "login: \(error.message)", "Wait until the server is up: pg_isready")
        default:
            return line(.critical, "login: \(error.message)", "See the server's log.")
        }
    }
}
