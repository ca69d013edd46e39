import Foundation
import GRDB

/// One run of rssctl: who ran what, when, against what, and how it ended.
public struct Run: Sendable, Codable, Equatable {
    /// How a run ended.
    public enum Outcome: String, Sendable, Codable, CaseIterable {
        /// Not ended; see ``Run/state(isAlive:)`` for a process that is gone.
        case running
        case done
        /// Done, with findings, rejected rows or pending work.
        case findings
        case failed
        /// Stopped by a signal, cleanly.
        case interrupted
    }

    /// UUIDv7: sorts by time.
    public var id: String
    /// Group and verb: `partition maintain`.
    public var command: String
    /// The arguments, secrets taken out.
    public var arguments: [String]
    /// The machine's name.
    public var host: String
    /// The system user's name.
    public var user: String
    /// The process id.
    public var pid: Int32
    /// When the process started, in clock ticks since boot (`/proc/PID/stat`, field 22), which tells it from a later
    /// process of the same id.
    public var processStart: Int64
    /// rssctl's version.
    public var version: String
    /// Host, port and database, without secrets; nil where none was used.
    public var target: String?
    /// When it began.
    public var startedAt: Date
    /// When it ended; nil while it runs, or when it was killed.
    public var endedAt: Date?
    /// How it ended.
    public var outcome: Outcome
    /// The exit status; nil while it runs.
    public var exitCode: Int32?
    /// What it counted: rows inserted, partitions created.
    public var counts: [String: Int64]
    /// The error that ended it.
    public var error: RunError?

    /// Makes the record of a run that begins.
    public init(
        id: String, command: String, arguments: [String], host: String, user: String, pid: Int32, processStart: Int64,
        version: String, target: String?, startedAt: Date
    ) {
        self.id = id
        self.command = command
        self.arguments = arguments
        self.host = host
        self.user = user
        self.pid = pid
        self.processStart = processStart
        self.version = version
        self.target = target
        self.startedAt = startedAt
        outcome = .running
        counts = [:]
    }

    /// How long it took; nil while it runs.
    public var duration: Duration? {
        endedAt.map { .milliseconds(Int64(($0.timeIntervalSince(startedAt) * 1000).rounded())) }
    }
}

/// The error of a run, as the journal keeps it.
public struct RunError: Sendable, Codable, Equatable {
    /// The stable error code.
    public var code: String
    /// What happened.
    public var message: String
    /// Why.
    public var detail: String?
    /// The next step.
    public var hint: String?

    /// Makes the record of an error.
    public init(code: String, message: String, detail: String? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.detail = detail
        self.hint = hint
    }
}

extension Run: JournalRecord {
    /// `run`
    public static let databaseTableName = "run"
}
