import RSSModel

/// What keeps the cache from being warmed.
public enum CacheError: ReportableError, Equatable {
    /// Another warmer is at work.
    case locked

    public var report: ErrorReport {
        switch self {
        case .locked:
            ErrorReport(
                code: "RSS-CACHE-001", exit: .tryAgain, message: "another run is warming the cache",
                hint: "wait for it to end; its lock \(CacheWarmer.lockKey) goes by itself within five minutes")
        }
    }
}
