import Glibc

/// libpq's variables that say where a session goes, as whom, and with which settings.
///
/// libpq takes each of them for what a session's keywords leave out, and so would lead a session elsewhere than asked for.
/// They are taken out of the process's environment before the first session, and so do not reach the programs that we start
/// either. Whoever wants to obey them finds their values here. What libpq may read by itself stays: where its password and
/// service files are, and what makes TLS and authentication stricter (`PGPASSFILE`, `PGSERVICEFILE`, `PGSYSCONFDIR`,
/// `PGSSLCRL`, `PGREQUIREPEER`, `PGCHANNELBINDING` and their like).
package enum InheritedVariables {
    private static let names = [
        "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSERVICE", "PGTARGETSESSIONATTRS",
        "PGLOADBALANCEHOSTS", "PGSSLMODE", "PGREQUIRESSL", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGOPTIONS",
        "PGAPPNAME", "PGCLIENTENCODING", "PGCONNECT_TIMEOUT", "PGDATESTYLE", "PGTZ", "PGGEQO",
    ]

    /// The variables that were set, with their values. The first use takes them out of the environment.
    package static let withdrawn: [String: String] = {
        var found: [String: String] = [:]
        for name in names {
            guard let value = getenv(name) else { continue }
            found[name] = String(cString: value)
            unsetenv(name)
        }
        return found
    }()
}
