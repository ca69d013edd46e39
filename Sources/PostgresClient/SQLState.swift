/// A five-character SQLSTATE code; the constants are those that callers decide by.
///
/// The names are the condition names of "PostgreSQL 15 docs, Appendix A".
public struct SQLState: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The five characters.
    public let rawValue: String

    /// Wraps a code as the server sent it.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The code itself.
    public var description: String { rawValue }

    /// The first two characters: the class of the condition, `23` for integrity constraint violations.
    public var conditionClass: Substring { rawValue.prefix(2) }

    public static let successfulCompletion = SQLState(rawValue: "00000")
    public static let connectionFailure = SQLState(rawValue: "08006")
    public static let invalidTextRepresentation = SQLState(rawValue: "22P02")
    public static let foreignKeyViolation = SQLState(rawValue: "23503")
    public static let uniqueViolation = SQLState(rawValue: "23505")
    public static let checkViolation = SQLState(rawValue: "23514")
    public static let featureNotSupported = SQLState(rawValue: "0A000")
    public static let activeSQLTransaction = SQLState(rawValue: "25001")
    public static let inFailedSQLTransaction = SQLState(rawValue: "25P02")
    public static let invalidTransactionTermination = SQLState(rawValue: "2D000")
    public static let invalidPassword = SQLState(rawValue: "28P01")
    public static let invalidAuthorization = SQLState(rawValue: "28000")
    public static let invalidCatalogName = SQLState(rawValue: "3D000")
    public static let serializationFailure = SQLState(rawValue: "40001")
    public static let deadlockDetected = SQLState(rawValue: "40P01")
    public static let syntaxError = SQLState(rawValue: "42601")
    public static let insufficientPrivilege = SQLState(rawValue: "42501")
    public static let undefinedFunction = SQLState(rawValue: "42883")
    public static let undefinedTable = SQLState(rawValue: "42P01")
    public static let undefinedColumn = SQLState(rawValue: "42703")
    public static let duplicateTable = SQLState(rawValue: "42P07")
    public static let diskFull = SQLState(rawValue: "53100")
    public static let tooManyConnections = SQLState(rawValue: "53300")
    public static let objectNotInPrerequisiteState = SQLState(rawValue: "55000")
    public static let lockNotAvailable = SQLState(rawValue: "55P03")
    public static let queryCanceled = SQLState(rawValue: "57014")
    public static let adminShutdown = SQLState(rawValue: "57P01")
    public static let crashShutdown = SQLState(rawValue: "57P02")
    public static let cannotConnectNow = SQLState(rawValue: "57P03")

    /// Whether the condition means that the server, not the statement, is the trouble.
    public var meansUnavailable: Bool {
        conditionClass == "08" || conditionClass == "57" && self != .queryCanceled || self == .tooManyConnections
    }
}
