import PostgresClient
import RSSModel
import RedisClient

/// What keeps the cache from being warmed, verified or invalidated.
package enum CacheError: ReportableError, Equatable {
    /// Another run is warming it: the key of the lock, the holder's run, and how long the key lives.
    case locked(key: String, holder: String?, remaining: Duration?)
    /// The lock was lost while this run was in progress.
    case lockLost(key: String)
    /// A column is of a type of which it is not known what the backend writes for it.
    case unknownColumn(table: String, column: String)
    /// Keys that are removed only on demand match what is to be invalidated.
    case protected(CacheInvalidation.Count)
    /// The key does not exist.
    case missing(String)

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
                detail: "The run \(holder ?? "unknown") holds the lock \(key)"
                    + (remaining.map { ", which expires in \($0.components.seconds) s unless it is renewed" } ?? "")
                    + ".",
                hint: "Wait for it to end. The lock of a run that was killed expires within half a minute.")
        case .lockLost(let key):
            ErrorReport(
                code: "RSS-CACHE-002", exit: .tryAgain,
                message: "the lock \(key) was lost while the cache was being warmed",
                detail: "It was removed, or Redis did not answer for half a minute. What was written is correct.",
                hint: "Run it again: rssctl cache warm")
        case .unknownColumn(let table, let column):
            ErrorReport(
                code: "RSS-CACHE-003", exit: .failed,
                message: "it is not known what the backend writes for column \(column) of \(table)",
                detail: "The library node-postgres converts the type of the column, and rssctl does not know how.",
                hint: "Warm the other kinds: rssctl cache warm summaries permissions")
        case .protected(let count):
            ErrorReport(
                code: "RSS-CACHE-004", exit: .failed,
                message:
                    "\(count.protected) of \(count.total) keys belong to queues or sessions, and nothing was removed",
                detail: "Keys: \(Self.named(count)).", hint: "Narrow the pattern, or remove them as well with --force.")
        case .missing(let key):
            ErrorReport(
                code: "RSS-CACHE-005", exit: .failed, message: "the key \(key) does not exist",
                hint:
                    "Write the missing keys: rssctl cache warm; or list the prefixes of existing keys: rssctl cache stats"
            )
        }
    }

    /// `3 of queues, 1 of sessions`
    private static func named(_ count: CacheInvalidation.Count) -> String {
        [KeyClass.queues, .sessions, .locks].compactMap { kind in
            count.keys[kind].map { "\($0) of \(kind.rawValue)" }
        }.joined(separator: ", ")
    }
}
