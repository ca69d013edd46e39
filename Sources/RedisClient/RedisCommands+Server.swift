extension RedisCommands {
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
