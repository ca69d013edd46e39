/// A reply (RESP2).
package enum RedisValue: Sendable, Equatable {
    /// A status: `OK`, `PONG`.
    case simple(String)
    /// A string of any bytes.
    case bulk([UInt8])
    case integer(Int64)
    /// No such thing: a null string or a null list.
    case null
    case array([RedisValue])
    /// An error; only within lists and as the reply of a command in a pipeline, elsewhere it is thrown.
    case error(RedisServerError)

    /// The bytes of a string or a status.
    package var bytes: [UInt8]? {
        switch self {
        case .bulk(let bytes): bytes
        case .simple(let text): Array(text.utf8)
        default: nil
        }
    }

    /// The text of a string or a status; nil where the bytes are not UTF-8.
    package var string: String? {
        switch self {
        case .bulk(let bytes): String(validating: bytes, as: UTF8.self)
        case .simple(let text): text
        default: nil
        }
    }

    /// The number, also where it comes as a string of digits.
    package var integer: Int64? {
        if case .integer(let value) = self { value } else { string.flatMap { Int64($0) } }
    }

    /// The elements of a list.
    package var elements: [RedisValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The server's error.
    package var error: RedisServerError? {
        if case .error(let error) = self { error } else { nil }
    }

    /// Whether the reply is the status `OK`.
    package var isOK: Bool { self == .simple("OK") }

    /// The shape in a word, for an error message that must not hold the content.
    var kind: String {
        switch self {
        case .simple: "a status"
        case .bulk: "a string"
        case .integer: "a number"
        case .null: "null"
        case .array: "a list"
        case .error: "an error"
        }
    }
}
