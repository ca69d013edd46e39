import RSSModel

/// A lock that is a key of Redis: whoever writes it first holds it, renews it while work runs, and removes it afterwards.
///
/// A holder that was killed leaves a key that expires after ``lifetime``. One that cannot renew it for as long has lost
/// it: its work is cancelled, because another may have begun.
///
/// ```swift
/// let lock = RedisLock(key: "rssctl:lock:warm", token: "018c22ac")
/// try await lock.hold(on: configuration) { try await warm() }
/// ```
package struct RedisLock: Sendable {
    /// The key.
    package let key: RedisArgument
    /// The value by which the holder identifies the key as its own; different for each holder.
    package let token: RedisArgument
    /// How long the key exists without being renewed.
    package let lifetime: Duration

    /// Makes a lock.
    package init(key: RedisArgument, token: RedisArgument, lifetime: Duration = .seconds(30)) {
        self.key = key
        self.token = token
        self.lifetime = lifetime
    }

    /// Holds the lock while work runs, and returns what the work returns.
    ///
    /// - Parameter configuration: how to reach the server; the lock has a connection of its own.
    /// - Throws: ``RedisLockError``, ``RedisError``, `CancellationError`, and what the work throws.
    package func hold<T: Sendable>(
        on configuration: RedisConfiguration, _ work: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        let client = try configuration.service()
        do {
            try await acquire(client)
            let value = try await withThrowingTaskGroup(of: T?.self) { group in
                group.addTask { try await work() }
                group.addTask {
                    try await renew(client)
                    return nil
                }
                defer { group.cancelAll() }
                while let ended = try await group.next() { if let ended { return ended } }
                throw CancellationError()
            }
            await release(configuration)
            await client.close()
            return value
        } catch {
            if !(error is RedisLockError) { await release(configuration) }
            await client.close()
            throw error
        }
    }

    private func acquire(_ client: any RedisService) async throws {
        if try await client.set(key, token, expiry: lifetime, condition: .ifAbsent) { return }
        let holder = try await client.get(key).flatMap { String(validating: $0, as: UTF8.self) }
        var left: Duration?
        if case .remaining(let time) = try await client.ttl(key) { left = time }
        throw RedisLockError.held(by: holder, remaining: left)
    }

    /// Renews the lock three times in its life, until cancelled or until it is lost.
    private func renew(_ client: any RedisService) async throws {
        var end = ContinuousClock.now + lifetime
        while true {
            try await Task.sleep(for: lifetime / 3)
            let asked = ContinuousClock.now
            do {
                guard try await client.expire(key, lifetime, ifEqualTo: token) else { throw RedisLockError.lost }
                end = asked + lifetime
            } catch let error as RedisError {
                _ = await client.recover(from: error)
                // The key remains until it expires; only then another can take it.
                if ContinuousClock.now + lifetime / 3 >= end { throw error }
            }
        }
    }

    /// Removes the key, when the task may be cancelled and the connection lost. It expires by itself if even this
    /// fail; the work's own error is the one to report.
    private func release(_ configuration: RedisConfiguration) async {
        var brief = configuration
        brief.connectTimeout = .seconds(1)
        brief.commandTimeout = .seconds(1)
        let options = brief
        await Task.detached {
            guard let service = try? options.service(retry: .never) else { return }
            _ = try? await service.unlink(key, ifEqualTo: token)
            await service.close()
        }.value
    }
}

/// Why a lock is not held.
package enum RedisLockError: Error, Sendable, Equatable {
    /// Another holds it: its token, and how long the key exists unless it is renewed.
    case held(by: String?, remaining: Duration?)
    /// It was held, and the key is gone or another's.
    case lost
}
