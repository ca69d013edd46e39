import PostgresClient
import RSSModel

/// A check with its outcome.
public struct CheckReport: Sendable, Equatable {
    /// Stable key.
    public let check: String
    /// A few words.
    public let title: String
    /// Why it matters.
    public let why: String
    /// How it ended.
    public let outcome: CheckOutcome
    /// What of it is left out on purpose.
    public var ignored: [IgnoreList.Item] = []
}

extension CheckOutcome {
    /// The outcome of a look that may be refused: what the server refuses is blind, and stops no other check.
    ///
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`, and other errors of the look.
    static func of(
        isolation: isolated (any Actor)? = #isolation, _ look: () async throws -> CheckOutcome
    ) async throws -> CheckOutcome {
        do {
            return try await look()
        } catch let error as PostgresError where !error.isConnectivity {
            if error.sqlState == .lockNotAvailable {
                return .blind(
                    reason: "another session holds a lock on what the check reads",
                    hint: "run it again when the lock is released")
            }
            return .blind(reason: error.message, hint: error.hint)
        } catch let error as any ReportableError
            where error is ForeignCode || error is ForeignOwner || error is ArchiveError
        {
            return .blind(reason: error.report.message, hint: error.report.hint)
        }
    }
}
