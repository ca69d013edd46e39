import PostgresClient
import RSSModel

/// An error that stops one check alone: that check ends blind, with the error's message and hint, and the others continue.
package protocol BlindingError: ReportableError {}

/// A check with its outcome.
package struct CheckReport: Sendable, Equatable {
    /// Stable key.
    package let check: String
    /// A few words.
    package let title: String
    /// Why it matters.
    package let why: String
    /// Its outcome.
    package let outcome: CheckOutcome
    /// How sure the outcome is.
    package let confidence: Confidence
    /// The part of it that is ignored on purpose.
    package var ignored: [IgnoreList.Item] = []

    package init(
        check: String, title: String, why: String, outcome: CheckOutcome, confidence: Confidence = .measured,
        ignored: [IgnoreList.Item] = []
    ) {
        self.check = check
        self.title = title
        self.why = why
        self.outcome = outcome
        self.confidence = confidence
        self.ignored = ignored
    }
}

extension CheckOutcome {
    /// The outcome of a query that may be refused: what the server refuses is blind, and stops no other check.
    ///
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`, and other errors of the query.
    package static func of(
        isolation: isolated (any Actor)? = #isolation, _ look: () async throws -> CheckOutcome
    ) async throws -> CheckOutcome {
        do {
            return try await look()
        } catch let error as PostgresError where !error.isConnectivity {
            if error.sqlState == .lockNotAvailable {
                return .blind(
                    reason: "another session holds a lock on what the check reads",
                    hint: "Run the command again when the lock is released.")
            }
            return .blind(reason: error.message, hint: error.hint)
        } catch let error as any BlindingError {
            return .blind(reason: error.report.message, hint: error.report.hint)
        }
    }
}
