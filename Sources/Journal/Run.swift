import Foundation
import GRDB

/// One run of rssctl: who ran what, when, against what, and how it ended.
package struct Run: Sendable, Codable, Equatable {
    /// How a run ended.
    package enum Outcome: String, Sendable, Codable, CaseIterable {
        /// Not ended; see ``Run/state(isAlive:)`` for a process that no longer exists.
        case running
        case done
        /// Done, with findings, rejected rows or pending work.
        case findings
        case failed
        /// Stopped by a signal, cleanly.
        case interrupted
    }

    /// UUIDv7: sorts by time.
    package var id: String
    /// Group and verb: `partition maintain`.
    package var command: String
    /// The arguments, secrets taken out.
    package var arguments: [String]
    /// The machine's name.
    package var host: String
    /// The system user's name.
    package var user: String
    /// The process id.
    package var pid: Int32
    /// When the process started, in clock ticks since boot (`/proc/PID/stat`, field 22), which distinguishes it from a later
    /// process of the same id.
    package var processStart: Int64
    /// rssctl's version.
    package var version: String
    /// Host, port and database, without secrets; nil where none was used.
    package var target: String?
    /// When it began.
    package var startedAt: Date
    /// When it ended; nil while it runs, or when it was killed.
    package var endedAt: Date?
    /// How it ended.
    package var outcome: Outcome
    /// The exit status; nil while it runs.
    package var exitCode: Int32?
    /// What it counted: rows inserted, partitions created.
    package var counts: [String: Int64]
    /// The error that ended it.
    package var error: RunError?

    /// Makes the record of a run that begins.
    package init(
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
    package var duration: Duration? {
        endedAt.map { .milliseconds(Int64(($0.timeIntervalSince(startedAt) * 1000).rounded())) }
    }
}

/// The error of a run, as the journal stores it.
package struct RunError: Sendable, Codable, Equatable {
    /// The stable error code.
    package var code: String
    /// What happened.
    package var message: String
    /// Why.
    package var detail: String?
    /// The next step.
    package var hint: String?

    /// Makes the record of an error.
    package init(code: String, message: String, detail: String? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.detail = detail
        self.hint = hint
    }
}

extension Run: JournalRecord {
    /// `run`
    package static let databaseTableName = "run"
}
