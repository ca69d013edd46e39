import Foundation

extension RedisCommands {
    /// The time by the server's clock (`TIME`).
    package func serverTime() async throws -> Date {
        let parts = try expect("TIME", try await send(["TIME"], isIdempotent: true)) { reply -> [Int64]? in
            let numbers = reply.elements?.compactMap(\.integer) ?? []
            return numbers.count == 2 ? numbers : nil
        }
        return Date(timeIntervalSince1970: Double(parts[0]) + Double(parts[1]) / 1e6)
    }

    /// Waits until a server that is loading its data has done so.
    ///
    /// - Parameters:
    ///   - limit: how long.
    ///   - onWait: called once, when it has to be waited for.
    /// - Throws: ``RedisError``, that it is loading still among them; `CancellationError`.
    package func waitUntilLoaded(within limit: Duration, onWait: () -> Void = {}) async throws {
        let end = ContinuousClock.now + limit
        var pause = Duration.milliseconds(50)
        var isFirst = true
        while true {
            do {
                return try await ping()
            } catch let error as RedisError where error.serverError?.code == .loading {
                guard ContinuousClock.now + pause < end else { throw error }
                if isFirst { onWait() }
                isFirst = false
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(1))
            } catch let error as RedisError where error.serverError != nil {
                // What else is wrong is said by the command that it matters to; a user may lack the right to PING.
                return
            }
        }
    }

    /// `INFO [section]` as names and values: `maxmemory_policy` → `noeviction`.
    package func info(_ section: String? = nil) async throws -> [String: String] {
        let words: [RedisArgument] = ["INFO"] + (section.map { [RedisArgument($0)] } ?? [])
        let text = try expect("INFO", try await send(words, isIdempotent: true)) { $0.string }
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = String(line[line.index(after: colon)...])
        }
        return values
    }

    /// `CONFIG GET pattern`. Managed services forbid it: ``RedisServerError/Code/generic`` or
    /// ``RedisServerError/Code/noPermission``.
    package func configGet(_ pattern: String) async throws -> [String: String] {
        let reply = try await send(["CONFIG", "GET", RedisArgument(pattern)], isIdempotent: true)
        let words = try expect("CONFIG GET", reply) { $0.elements }.map { $0.string ?? "" }
        var values: [String: String] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) { values[words[index]] = words[index + 1] }
        return values
    }

    /// Runs a Lua script on the server; not repeated after a lost connection by default.
    package func eval(
        _ script: String, keys: [RedisArgument] = [], arguments: [RedisArgument] = [], isIdempotent: Bool = false
    ) async throws -> RedisValue {
        try await send(
            ["EVAL", RedisArgument(script), RedisArgument(keys.count)] + keys + arguments, isIdempotent: isIdempotent)
    }

    /// Removes a key only while it holds this value: releases a lock that is still ours. True when it was removed.
    @discardableResult
    package func unlink(_ key: RedisArgument, ifEqualTo value: RedisArgument) async throws -> Bool {
        let script =
            "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('UNLINK', KEYS[1]) else return 0 end"
        let reply = try await eval(script, keys: [key], arguments: [value], isIdempotent: true)
        return try expect("EVAL", reply) { $0.integer } == 1
    }

    /// Sets when a key expires only while it holds this value: keeps a lock that is still ours. False when it is lost.
    package func expire(_ key: RedisArgument, _ expiry: Duration, ifEqualTo value: RedisArgument) async throws -> Bool {
        let script =
            "if redis.call('GET', KEYS[1]) == ARGV[1] then "
            + "return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end"
        let reply = try await eval(
            script, keys: [key], arguments: [value, RedisArgument(expiry.wholeMilliseconds)], isIdempotent: true)
        return try expect("EVAL", reply) { $0.integer } == 1
    }
}
