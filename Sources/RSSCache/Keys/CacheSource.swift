import PostgresClient
import RSSCore
import RedisClient

/// Keys of a kind: which there are, and what each holds according to the database.
protocol CacheSource: Sendable {
    /// What it caches.
    var kind: CacheKind { get }
    /// How many keys are read by one statement: enough that it is worth it, few enough that a value is not held for long
    /// between being read and being verified.
    var batch: Int { get }

    /// The ids of all whose keys are warmed.
    ///
    /// - Throws: `PostgresError`.
    func ids() async throws -> [String]

    /// The key of an id.
    func key(_ id: String) -> RedisArgument

    /// What the keys hold, from one snapshot of the database; an id that does not exist any more is left out.
    ///
    /// - Throws: `PostgresError`.
    func values(of ids: [String]) async throws -> [String: CacheValue]
}

/// What a key is to hold.
enum CacheValue: Sendable, Equatable {
    /// The bytes.
    case bytes(RedisArgument)
    /// It cannot be computed: the reason.
    case unknown(String)

    var bytes: RedisArgument? {
        if case .bytes(let bytes) = self { bytes } else { nil }
    }
}

extension CacheSource {
    /// What the keys hold. Where the statement fails because of the data of some, the others are read without them, and
    /// those hold the reason: one organization never stops the others.
    ///
    /// - Throws: `PostgresError` for what is no fault of the data, `CancellationError`.
    func isolatedValues(of ids: [String]) async throws -> [String: CacheValue] {
        if ids.isEmpty { return [:] }
        do {
            return try await values(of: ids)
        } catch let error as PostgresError where error.isOfData {
            guard ids.count > 1 else { return [ids[0]: .unknown(error.message)] }
            let half = ids.count / 2
            let first = try await isolatedValues(of: Array(ids[..<half]))
            return try await first.merging(isolatedValues(of: Array(ids[half...]))) { $1 }
        }
    }
}

extension PostgresError {
    /// Whether the rows that were read may be at fault: an invalid value, a damaged page, a limit that a large one exceeds.
    fileprivate var isOfData: Bool {
        guard code == .server, !isConnectivity, let state = sqlState else { return false }
        return ["22", "53", "54", "XX"].contains(state.conditionClass) || state == .queryCanceled
    }
}
