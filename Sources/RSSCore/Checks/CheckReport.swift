import PostgresClient
import RSSModel

/// An error that stops one look alone: the check that looked ends blind, with the error's message and hint, and the others go on.
package protocol BlindingError: ReportableError {}

/// A check with its outcome.
package struct CheckReport: Sendable, Equatable {
    /// Stable key.
    package let check: String
    /// A few words.
    package let title: String
    /// Why it matters.
    package let why: String
    /// How it ended.
    package let outcome: CheckOutcome
    /// What of it is left out on purpose.
    package var ignored: [IgnoreList.Item] = []

    package init(
        check: String, title: String, why: String, outcome: CheckOutcome, ignored: [IgnoreList.Item] = []
    ) {
        self.check = check
        self.title = title
        self.why = why
        self.outcome = outcome
        self.ignored = ignored
    }
}

extension CheckOutcome {
    /// The outcome of a look that may be refused: what the server refuses is blind, and stops no other check.
    ///
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`, and other errors of the look.
    package static func of(
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
        } catch let error as any BlindingError {
            return .blind(reason: error.report.message, hint: error.report.hint)
        }
    }
}
