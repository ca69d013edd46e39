/// What a long operation tells while it goes on.
package enum ProgressEvent: Sendable, Equatable {
    /// A phase begins; the total is nil where it is not known beforehand.
    case phase(String, total: Int64?, unit: ProgressUnit)
    /// So much of the phase is done, of which so much was put aside (rejected rows, for example).
    case advanced(to: Int64, rejected: Int64)
    /// The phase ended.
    case finished
    /// Something done that the result tells too: a partition created, a migration applied. For the journal.
    case done(String)
    /// Something worth a line now.
    case note(String)
    /// Something that the user should look at.
    case warning(String)

    /// The event with what it says to a person changed.
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

    /// A reporter that nobody listens to.
    package static let silent = ProgressReporter { _ in }

    /// Tells an event.
    package func callAsFunction(_ event: ProgressEvent) { send(event) }

    /// Runs work as a phase: told when it begins and when it ends.
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
