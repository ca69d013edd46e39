import RSSModel

extension Cell {
    /// The value as a person reads it; control characters are shown as escapes, no value as `–`.
    package var displayText: String {
        switch self {
        case .null: "–"
        case .text(let text): VisibleText.of(text)
        case .integer(let value): String(value)
        case .number(let value, let digits): Quantity.fixed(value, digits)
        case .boolean(let value): value ? "yes" : "no"
        case .timestamp(let date): UTCTime.display(date)
        case .duration(let duration): Quantity.duration(duration)
        case .bytes(let count): Quantity.bytes(count)
        case .verdict(let verdict): verdict.rawValue
        case .json(let text): VisibleText.of(JSONText.compact(text) ?? text)
        }
    }

    /// How the value is styled where styles are on.
    var role: Role? {
        switch self {
        case .verdict(let verdict): verdict.role
        case .null: .faint
        default: nil
        }
    }
}
