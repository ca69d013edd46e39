import RSSCache
import RSSCore
import RSSModel
import RedisClient

extension Context {
    /// The checks of Redis for a command that can do without it: where none is configured or reachable, each is blind.
    ///
    /// - Throws: `CancellationError`.
    func cacheReports() async throws -> [CheckReport] {
        do {
            let options = try warmOptions()
            let redis = try await connectRedis()
            return try await CacheInspector(redis, keys: options.keys, shapes: options.shapes).run()
        } catch let error where error is SettingsError || error is RedisError {
            let report = ErrorReport(describing: error)
            return CacheInspector.blind(reason: report.message, hint: report.hint)
        }
    }
}
