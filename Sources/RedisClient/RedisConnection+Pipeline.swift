extension RedisConnection {
    /// Bytes of commands that may wait to be sent.
    private static let mostWaitingBytes = 1 << 20

    /// Sends many commands without waiting for each reply, at most `window` unanswered ones and about 1 MB of them
    /// waiting to be sent at a time, so that memory does not grow with the number of commands.
    ///
    /// The source is asked for a command only when there is room for it. Commands are sent in groups; what is held
    /// when the source pauses is sent when it continues or ends. While the pipeline runs, other commands on this
    /// connection throw
    /// ``RedisError/connectionBusy``.
    ///
    /// - Parameters:
    ///   - commands: The commands; asked for one by one.
    ///   - window: The most unanswered commands.
    ///   - onReply: Takes each reply with the number of its command, from 0, in order; a server's error is such a
    /// reply too. What it throws ends the pipeline once the replies to what was sent have come.
    /// - Returns: How many commands were sent and answered.
    /// - Throws: ``RedisError/pipelineBroken(replies:sent:cause:)`` when the connection breaks; whether the
    /// unanswered commands were carried out is then unknown. `CancellationError` when cancelled, and the connection
    /// is lost. Otherwise what the source or `onReply` throws.
    @discardableResult
    package func pipeline<Commands: AsyncSequence & Sendable>(
        _ commands: Commands, window: Int = 128, onReply: @escaping @Sendable (Int, RedisValue) throws -> Void
    ) async throws -> Int where Commands.Element == RedisCommand {
        let cancellation = Cancellation(wakeUp)
        return try await withTaskCancellationHandler {
            try await run(commands, window: max(1, window), cancellation, onReply)
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// The same for commands that are available.
    @discardableResult
    package func pipeline(
        _ commands: some Sequence<RedisCommand> & Sendable, window: Int = 128,
        onReply: @escaping @Sendable (Int, RedisValue) throws -> Void
    ) async throws -> Int {
        try await pipeline(AtHand(base: commands), window: window, onReply: onReply)
    }

    private func run<Commands: AsyncSequence & Sendable>(
        _ commands: Commands, window: Int, _ cancellation: Cancellation,
        _ onReply: @escaping @Sendable (Int, RedisValue) throws -> Void
    ) async throws -> Int where Commands.Element == RedisCommand {
        var flow = Flow(link: try claim(), timeout: configuration.commandTimeout, onReply: onReply)
        isPipelining = true
        defer { isPipelining = false }
        var source = commands.makeAsyncIterator()
        do {
            var failure: (any Error)?
            var isLast = false
            while !isLast {
                while !isLast, flow.refusal == nil, flow.unanswered < window,
                    flow.link.waitingBytes < Self.mostWaitingBytes
                {
                    var command: RedisCommand?
                    // The source's own error ends the pipeline, but what was sent is still answered.
                    do { command = try await source.next(isolation: self) } catch { failure = error }
                    guard link === flow.link else { throw RedisError.connectionLost("closed") }
                    if let command { try flow.add(command) } else { isLast = true }
                }
                isLast = isLast || flow.refusal != nil
                try flow.drain(
                    to: isLast ? 0 : window / 2, bytes: isLast ? 0 : Self.mostWaitingBytes / 2, cancellation)
            }
            if let failure = failure ?? flow.refusal { throw failure }
            return flow.replies
        } catch let error as RedisError {
            lose("\(error)")
            throw RedisError.pipelineBroken(replies: flow.replies, sent: flow.sent, cause: error)
        } catch {
            if flow.unanswered > 0 || error is CancellationError { lose("\(error)") }
            throw error
        }
    }
}

/// What a pipeline has sent and what has been answered.
private struct Flow {
    let link: Link
    let timeout: Duration
    let onReply: @Sendable (Int, RedisValue) throws -> Void
    private(set) var sent = 0
    private(set) var replies = 0
    /// What `onReply` threw; from then on replies are only counted.
    private(set) var refusal: (any Error)?

    init(link: Link, timeout: Duration, onReply: @escaping @Sendable (Int, RedisValue) throws -> Void) {
        self.link = link
        self.timeout = timeout
        self.onReply = onReply
    }

    var unanswered: Int { sent - replies }

    mutating func add(_ command: RedisCommand) throws(RedisError) {
        try link.enqueue(command.arguments)
        sent += 1
        if link.waitingBytes >= 65_536 { try link.flush() }
    }

    /// Takes replies until no more than that many commands are unanswered and that many bytes wait.
    mutating func drain(to unansweredCommands: Int, bytes: Int, _ cancellation: Cancellation) throws {
        while true {
            while unanswered > 0, let reply = try link.nextReply() {
                if refusal == nil {
                    do { try onReply(replies, reply) } catch { refusal = error }
                }
                replies += 1
            }
            if unanswered <= unansweredCommands, link.waitingBytes <= bytes { return }
            let deadline = Deadline(in: timeout, for: "a reply in a pipeline")
            try link.step(until: deadline, cancellation: cancellation)
        }
    }
}

/// A sequence that is asked as an asynchronous one.
private struct AtHand<Base: Sequence & Sendable>: AsyncSequence, Sendable {
    let base: Base

    struct Iterator: AsyncIteratorProtocol {
        var base: Base.Iterator
        mutating func next() async -> Base.Element? { base.next() }
        mutating func next(isolation: isolated (any Actor)?) async -> Base.Element? { base.next() }
    }

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeIterator()) }
}
