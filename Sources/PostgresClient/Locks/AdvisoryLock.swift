import Foundation

/// A session-level advisory lock, by its key.
package struct AdvisoryLock: Sendable, Hashable {
    /// The key, one 64-bit number for each name.
    package let key: Int64
    /// What the lock is for, in messages.
    package let name: String

    /// The lock of a name; the key is the 64-bit FNV-1a hash of the name, so that every host computes the same one.
    package init(_ name: String) {
        self.name = name
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 {
            hash ^= UInt64(byte)
            hash = hash &* 0x100_0000_01b3
        }
        key = Int64(bitPattern: hash)
    }
}

/// The session that holds a lock, as pg_stat_activity shows it.
package struct LockHolder: Sendable, Equatable, Codable, CustomStringConvertible {
    /// The backend's process id.
    package let pid: Int32
    /// The client's address; nil for a local socket.
    package let host: String?
    /// The session's `application_name`, which for rssctl holds the command and the run.
    package let application: String
    /// Since when the session exists.
    package let since: Date?

    /// `pid 4711, rssctl/migrate#…, from 10.0.0.5, since 2026-11-24 01:59:50`
    package var description: String {
        var parts = ["pid \(pid)"]
        if !application.isEmpty { parts.append(application) }
        parts.append(host.map { "from \($0)" } ?? "local")
        if let since { parts.append("since \(PostgresTimestamp.text(since).prefix(19)) UTC") }
        return parts.joined(separator: ", ")
    }
}

/// Another session held an advisory lock for as long as the caller was to wait.
package struct AdvisoryLockError: Error, Sendable {
    /// The lock wanted.
    package let lock: AdvisoryLock
    /// Who holds it; nil when the holder could not be seen, or released it meanwhile.
    package let holder: LockHolder?

    /// Makes the error.
    package init(lock: AdvisoryLock, holder: LockHolder?) {
        self.lock = lock
        self.holder = holder
    }
}

extension PostgresConnection {
    /// Takes an advisory lock of this session by polling, with a random pause between two tries.
    ///
    /// Never the blocking `pg_advisory_lock`: a session that waits in it holds a snapshot, so CREATE INDEX CONCURRENTLY
    /// waits for the waiter, and the waiter for the lock: a deadlock.
    ///
    /// - Parameter wait: how long to try; zero tries once.
    /// - Throws: ``AdvisoryLockError`` that names the holder, ``PostgresError``, `CancellationError`.
    package func acquire(_ lock: AdvisoryLock, wait: Duration = .zero) async throws {
        let deadline = ContinuousClock.now + wait
        while true {
            let row = try await query("SELECT pg_try_advisory_lock($1)", [lock.key]).first
            if try row?.decode(Bool.self, at: 0) == true { return }
            if ContinuousClock.now >= deadline {
                throw AdvisoryLockError(lock: lock, holder: try await holder(of: lock))
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 40...160)))
        }
    }

    /// Releases an advisory lock.
    package func release(_ lock: AdvisoryLock) async throws {
        try await query("SELECT pg_advisory_unlock($1)", [lock.key])
    }

    /// Whether this session holds a lock.
    package func holds(_ lock: AdvisoryLock) async throws -> Bool {
        try await !query(
            """
            SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid = pg_backend_pid()
            AND (classid::bigint << 32 | objid::bigint) = $1
            """, [lock.key]
        ).isEmpty
    }

    /// The session that holds a lock now, nil when none does.
    package func holder(of lock: AdvisoryLock) async throws -> LockHolder? {
        let rows = try await query(
            """
            SELECT a.pid, host(a.client_addr), coalesce(a.application_name, ''), a.backend_start
            FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.classid::bigint << 32 | l.objid::bigint) = $1
            LIMIT 1
            """, [lock.key])
        return try rows.first.map { row in
            let (pid, host, application, since) = try row.decode(
                Int32.self, String?.self, String.self, Date?.self)
            return LockHolder(pid: pid, host: host, application: application, since: since)
        }
    }
}
