extension RedisConnection {
    /// A message of a channel.
    package struct Message: Sendable, Equatable {
        /// The channel it was published on.
        package let channel: RedisArgument
        /// Its content.
        package let content: RedisArgument
    }

    /// Receives what is published on channels that match patterns (`PSUBSCRIBE`), for a time.
    ///
    /// A connection that is subscribed serves nothing else, so this one is closed at the end, however it comes.
    ///
    /// - Parameters:
    ///   - patterns: globs of channels.
    ///   - duration: how long; the end is no error.
    ///   - onSubscribed: called once the server has confirmed all patterns: what is published from then on is received.
    ///   - onMessage: takes each message, on the connection's thread.
    /// - Throws: ``RedisError``, `CancellationError`.
    package func receive(
        _ patterns: [RedisArgument], for duration: Duration, onSubscribed: @Sendable () -> Void = {},
        onMessage: @Sendable (Message) -> Void
    ) async throws {
        let cancellation = Cancellation(wakeUp)
        defer { close() }
        try await withTaskCancellationHandler {
            try listen(patterns, duration, cancellation, onSubscribed, onMessage)
        } onCancel: {
            cancellation.cancel()
        }
    }

    private func listen(
        _ patterns: [RedisArgument], _ duration: Duration, _ cancellation: Cancellation,
        _ onSubscribed: @Sendable () -> Void, _ onMessage: @Sendable (Message) -> Void
    ) throws {
        let link = try claim()
        isPipelining = true
        defer { isPipelining = false }
        try link.enqueue(["PSUBSCRIBE"] + patterns)
        let end = ContinuousClock.now + duration
        var confirmed = 0
        while true {
            while let reply = try link.nextReply() {
                if let error = reply.error { throw RedisError.server(error) }
                guard let parts = reply.elements, let kind = parts.first?.string else { continue }
                if kind == "pmessage", parts.count == 4, let channel = parts[2].bytes, let content = parts[3].bytes {
                    onMessage(Message(channel: RedisArgument(channel), content: RedisArgument(content)))
                } else if kind == "psubscribe" {
                    confirmed += 1
                    if confirmed == patterns.count { onSubscribed() }
                }
            }
            let left = end - ContinuousClock.now
            guard left > .zero else { return }
            do {
                try link.step(until: Deadline(in: left, for: "messages"), cancellation: cancellation)
            } catch RedisError.timedOut(_) {
                return
            }
        }
    }
}
