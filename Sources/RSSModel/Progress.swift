/// What a long operation reports while it runs.
package enum ProgressEvent: Sendable, Equatable {
    /// A phase begins; the total is nil where it is not known in advance.
    case phase(String, total: Int64?, unit: ProgressUnit)
    /// The phase has advanced: how much is done, and how much of that was rejected (rows, for example).
    case advanced(to: Int64, rejected: Int64)
    /// The phase ended.
    case finished
    /// A completed action, which the result has too: a partition created, a migration applied. For the journal.
    case done(String)
    /// A note, printed at once.
    case note(String)
    /// A warning: something that needs the user's attention.
    case warning(String)

    /// The event with its text changed.
    package func mappingText(_ change: (String) -> String) -> ProgressEvent {
        switch self {
        case .note(let text): .note(change(text))
        case .warning(let text): .warning(change(text))
        case .phase, .advanced, .finished, .done: self
        }
    }
}

/// What a progress count counts.
package enum ProgressUnit: String, Sendable {
    case rows, bytes, keys, steps
    /// Thousandths of the whole, where nothing can be counted; shown as percent only.
    case share
}

/// Where an operation sends its progress: the terminal and the journal both listen.
package struct ProgressReporter: Sendable {
    private let send: @Sendable (ProgressEvent) -> Void

    /// Makes a reporter that hands each event to a closure, on the caller's thread.
    package init(_ send: @escaping @Sendable (ProgressEvent) -> Void) { self.send = send }

    /// A reporter without a listener.
    package static let silent = ProgressReporter { _ in }

    /// Reports an event.
    package func callAsFunction(_ event: ProgressEvent) { send(event) }

    /// Runs work as a phase: its begin and its end are reported.
    @discardableResult
    package func phase<T>(
        _ name: String, total: Int64? = nil, unit: ProgressUnit = .steps,
        isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> T
    ) async rethrows -> T {
        send(.phase(name, total: total, unit: unit))
        defer { send(.finished) }
        return try await work()
    }
}
