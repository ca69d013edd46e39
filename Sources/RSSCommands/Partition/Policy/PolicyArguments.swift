import ArgumentParser
import RSSCore

extension PartitionInterval: ExpressibleByArgument {
    /// Reads `month`, or a number.
    public init?(argument: String) { self.init(argument) }
}

extension EpochUnit: ExpressibleByArgument {
    /// Reads `s`, `ms`, `us`, or the whole word.
    public init?(argument: String) { self.init(text: argument) }
}

extension PartitionRetention: ExpressibleByArgument {
    /// Reads `24 months`, or a number.
    public init?(argument: String) { self.init(argument) }
}

/// A value, or the wish to have none.
struct Wish<Value: ExpressibleByArgument & Sendable>: ExpressibleByArgument, Sendable {
    let value: Value?

    init?(argument: String) {
        if argument == "none" {
            value = nil
        } else if let value = Value(argument: argument), !argument.isEmpty {
            self.value = value
        } else {
            return nil
        }
    }
}

/// A number of whole days: `7d`, `7 days` or `7`.
struct DayCount: ExpressibleByArgument {
    let days: Int

    init?(argument: String) {
        guard let match = argument.wholeMatch(of: /(\d{1,5}) ?(d|day|days)?/), let days = Int(match.1) else {
            return nil
        }
        self.days = days
    }
}
