/// How a run ends, as the number that the shell sees.
///
/// The numbers from 64 on are those of `sysexits.h`, which cron wrappers and mail filters know.
package enum ExitStatus: Int32, Sendable, CaseIterable, Codable {
    /// Everything asked for was done.
    case done = 0
    /// The work failed.
    case failed = 1
    /// The work was done, and there are findings or rejected rows.
    case findings = 2
    /// A status command found work that is pending, or drift.
    case pending = 3
    /// The command line is wrong (`EX_USAGE`).
    case usage = 64
    /// The input data is wrong (`EX_DATAERR`).
    case dataError = 65
    /// PostgreSQL or Redis cannot be reached, or went away (`EX_UNAVAILABLE`).
    case unavailable = 69
    /// A fault of rssctl itself (`EX_SOFTWARE`).
    case internalError = 70
    /// The output cannot be written (`EX_CANTCREAT`).
    case cannotWrite = 73
    /// Try again later: a lock is held, another run is active, the lock budget is spent (`EX_TEMPFAIL`).
    case tryAgain = 75
    /// A right is missing (`EX_NOPERM`).
    case permission = 77
    /// The configuration is wrong (`EX_CONFIG`).
    case configuration = 78
    /// Ended by SIGHUP (the terminal or the connection is gone), after a clean stop.
    case hungUp = 129
    /// Interrupted by SIGINT, after a clean stop.
    case interrupted = 130
    /// Ended by SIGTERM, after a clean stop.
    case terminated = 143

    /// One line for `rssctl help exit-codes` and the documentation.
    package var summary: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .findings: "done, with findings or rejected rows"
        case .pending: "pending work or drift (status commands)"
        case .usage: "the command line is wrong"
        case .dataError: "the input data is wrong"
        case .unavailable: "PostgreSQL or Redis not reachable, or lost"
        case .internalError: "internal error of rssctl"
        case .cannotWrite: "the output cannot be written"
        case .tryAgain: "try again later: lock held, another run active, lock budget spent"
        case .permission: "a permission is missing"
        case .configuration: "the configuration is wrong"
        case .hungUp: "ended by SIGHUP after a clean stop"
        case .interrupted: "interrupted by SIGINT after a clean stop"
        case .terminated: "ended by SIGTERM after a clean stop"
        }
    }
}
