/// A five-character SQLSTATE code; the constants are those that callers decide by.
///
/// The names are the condition names of "PostgreSQL 15 docs, Appendix A".
package struct SQLState: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The five characters.
    package let rawValue: String

    /// Wraps a code as the server sent it.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The code itself.
    package var description: String { rawValue }

    /// The first two characters: the class of the condition, `23` for integrity constraint violations.
    package var conditionClass: Substring { rawValue.prefix(2) }

    package static let successfulCompletion = SQLState(rawValue: "00000")
    package static let connectionFailure = SQLState(rawValue: "08006")
    package static let invalidTextRepresentation = SQLState(rawValue: "22P02")
    package static let foreignKeyViolation = SQLState(rawValue: "23503")
    package static let uniqueViolation = SQLState(rawValue: "23505")
    package static let checkViolation = SQLState(rawValue: "23514")
    package static let featureNotSupported = SQLState(rawValue: "0A000")
    package static let activeSQLTransaction = SQLState(rawValue: "25001")
    package static let inFailedSQLTransaction = SQLState(rawValue: "25P02")
    package static let invalidTransactionTermination = SQLState(rawValue: "2D000")
    package static let invalidPassword = SQLState(rawValue: "28P01")
    package static let invalidAuthorization = SQLState(rawValue: "28000")
    package static let invalidCatalogName = SQLState(rawValue: "3D000")
    package static let serializationFailure = SQLState(rawValue: "40001")
    package static let deadlockDetected = SQLState(rawValue: "40P01")
    package static let syntaxError = SQLState(rawValue: "42601")
    package static let insufficientPrivilege = SQLState(rawValue: "42501")
    package static let undefinedFunction = SQLState(rawValue: "42883")
    package static let undefinedTable = SQLState(rawValue: "42P01")
    package static let undefinedColumn = SQLState(rawValue: "42703")
    package static let duplicateTable = SQLState(rawValue: "42P07")
    package static let diskFull = SQLState(rawValue: "53100")
    package static let tooManyConnections = SQLState(rawValue: "53300")
    package static let objectNotInPrerequisiteState = SQLState(rawValue: "55000")
    package static let lockNotAvailable = SQLState(rawValue: "55P03")
    package static let queryCanceled = SQLState(rawValue: "57014")
    package static let adminShutdown = SQLState(rawValue: "57P01")
    package static let crashShutdown = SQLState(rawValue: "57P02")
    package static let cannotConnectNow = SQLState(rawValue: "57P03")

    /// Whether the condition means that the server, not the statement, is at fault.
    package var meansUnavailable: Bool {
        conditionClass == "08" || conditionClass == "57" && self != .queryCanceled || self == .tooManyConnections
    }
}
