import ArgumentParser
import RSSCore
import RSSPartition

extension PartitionInterval: ExpressibleByArgument {
    /// Reads `month`, or a number.
    package init?(argument: String) { self.init(argument) }
}

extension EpochUnit: ExpressibleByArgument {
    /// Reads `s`, `ms`, `us`, or the whole word.
    package init?(argument: String) { self.init(text: argument) }
}

extension PartitionRetention: ExpressibleByArgument {
    /// Reads `24 months`, or a number.
    package init?(argument: String) { self.init(argument) }
}

/// A value, or `none`.
struct OptionalSetting<Value: ExpressibleByArgument & Sendable>: ExpressibleByArgument, Sendable {
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

/// A number of whole days: `7d`, `7 days`, `2 weeks` or `7`.
struct DayCount: ExpressibleByArgument {
    let days: Int

    init?(argument: String) {
        guard argument.utf8.count <= 12, let retention = PartitionRetention(argument), retention.rest.isEmpty else {
            // No quarantine at all: a retention of zero is not allowed.
            guard argument.wholeMatch(of: /0 ?(d|days?)?/) != nil else { return nil }
            days = 0
            return
        }
        switch retention.unit {
        case .day, .step: days = retention.count
        case .week: days = retention.count * 7
        default: return nil
        }
    }
}
