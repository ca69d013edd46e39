import RSSModel
import RedisClient

/// What keeps the cache from being warmed.
package enum CacheError: ReportableError, Equatable {
    /// Another run is warming it: the key of the lock, the holder's run, and how long the key lives.
    case locked(key: String, holder: String?, remaining: Duration?)
    /// The lock was lost while this run was in progress.
    case lockLost(key: String)

    init(_ error: RedisLockError, key: String) {
        self =
            switch error {
            case .held(let holder, let remaining): .locked(key: key, holder: holder, remaining: remaining)
            case .lost: .lockLost(key: key)
            }
    }

    package var report: ErrorReport {
        switch self {
        case .locked(let key, let holder, let remaining):
            ErrorReport(
                code: "RSS-CACHE-001", exit: .tryAgain, message: "another run is warming the cache",
                detail: "run \(holder ?? "unknown") holds the lock \(key)"
                    + (remaining.map { ", which expires in \($0.components.seconds) s unless it is renewed" } ?? ""),
                hint: "wait for it to end; the lock of a run that was killed expires within a minute")
        case .lockLost(let key):
            ErrorReport(
                code: "RSS-CACHE-002", exit: .tryAgain,
                message: "the lock \(key) was lost while the cache was being warmed",
                detail: "it was removed, or Redis did not answer for a minute; what was written is correct",
                hint: "run it again: rssctl cache warm")
        }
    }
}
