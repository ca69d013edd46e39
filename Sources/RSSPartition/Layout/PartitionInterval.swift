/// How much of the key's axis one partition holds.
package enum PartitionInterval: Sendable, Hashable, Codable, CustomStringConvertible {
    case hour
    case day
    /// Seven days from a Monday on; ISO 8601.
    case week
    case month
    case quarter
    case year
    /// That many numbers of an integer key, from a multiple on.
    case step(Int64)

    /// The intervals of time, shortest first.
    package static let ofTime: [PartitionInterval] = [.hour, .day, .week, .month, .quarter, .year]

    /// Reads `month`, or a number from 1 on; nil for anything else.
    package init?(_ text: String) {
        if let named = Self.ofTime.first(where: { $0.description == text }) {
            self = named
        } else if let step = Int64(text), step > 0 {
            self = .step(step)
        } else {
            return nil
        }
    }

    /// Reads an interval of time as durations have it: `months`, `mo`, `d`; nil for anything else, also for `m`, which others
    /// read as minutes.
    init?(abbreviated text: Substring) {
        let short: [Substring: PartitionInterval] = [
            "h": .hour, "d": .day, "w": .week, "mo": .month, "mon": .month, "y": .year,
        ]
        let singular = text.count > 2 && text.hasSuffix("s") ? text.dropLast() : text
        guard let found = short[singular] ?? Self.ofTime.first(where: { $0.description == singular }) else {
            return nil
        }
        self = found
    }

    /// `month`, or the number.
    package var description: String {
        switch self {
        case .hour: "hour"
        case .day: "day"
        case .week: "week"
        case .month: "month"
        case .quarter: "quarter"
        case .year: "year"
        case .step(let step): "\(step)"
        }
    }

    /// Whether it divides an axis of time.
    package var isTime: Bool { if case .step = self { false } else { true } }

    /// Reads the text form.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let interval = PartitionInterval(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "invalid interval: '\(text)'")
        }
        self = interval
    }

    /// Writes the text form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
