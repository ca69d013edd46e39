import RSSModel

extension Cell {
    /// The value as a JSON value: numbers unformatted, times in ISO 8601 UTC, spans in seconds, sizes in bytes.
    ///
    /// JSON text that is not JSON becomes a string; a number that JSON has no word for becomes `null`.
    var jsonText: String {
        switch self {
        case .null: "null"
        case .text(let text): JSONText.string(text)
        case .integer(let value), .bytes(let value): String(value)
        case .number(let value, _): JSONText.number(value)
        case .boolean(let value): value ? "true" : "false"
        case .timestamp(let date): JSONText.string(UTCTime.iso8601(date))
        case .duration(let duration): JSONText.number(duration.seconds)
        case .verdict(let verdict): JSONText.string(verdict.rawValue)
        case .json(let text): JSONText.compact(text) ?? JSONText.string(text)
        }
    }

    /// The value as the text of a CSV field, before quoting; nil for no value.
    var plainText: String? {
        switch self {
        case .null: nil
        case .text(let text), .json(let text): text
        case .timestamp(let date): UTCTime.iso8601(date)
        case .verdict(let verdict): verdict.rawValue
        case .number(let value, _) where !value.isFinite: value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
        case .integer, .bytes, .number, .boolean, .duration: jsonText
        }
    }
}

extension Duration {
    /// The span in seconds.
    var seconds: Double {
        let (whole, atto) = components
        return Double(whole) + Double(atto) / 1e18
    }
}
