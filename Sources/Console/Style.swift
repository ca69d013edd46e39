import RSSModel

/// What a piece of text means; ``Style`` knows what that looks like.
package enum Role: Sendable {
    /// A heading, a name that matters.
    case strong
    /// Less important than the text around it.
    case faint
    case good
    case attention
    case alarm
    /// Known, but not to be judged: information, blindness.
    case neutral
}

/// The only place that knows ANSI escape sequences for colour.
package struct Style: Sendable, Equatable {
    /// Whether styles are applied at all.
    package let isOn: Bool

    /// Makes a style that is on or off.
    package init(isOn: Bool) { self.isOn = isOn }

    /// The text styled for its role, or as it is when styles are off or the role is nil.
    package func callAsFunction(_ text: String, _ role: Role?) -> String {
        guard isOn, let role, !text.isEmpty else { return text }
        return "\u{1B}[\(Self.code(role))m\(text)\u{1B}[0m"
    }

    private static func code(_ role: Role) -> String {
        switch role {
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .attention: "33"
        case .alarm: "1;31"
        case .neutral: "36"
        }
    }
}

extension Verdict {
    /// The role of a verdict, the same everywhere.
    package var role: Role? {
        switch self {
        case .ok, .done: .good
        case .warning, .findings, .pending, .interrupted: .attention
        case .critical, .failed: .alarm
        case .blind, .running: .neutral
        case .info: nil
        case .skipped: .faint
        }
    }
}
