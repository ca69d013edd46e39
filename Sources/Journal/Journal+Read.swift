import Foundation
import GRDB

/// Which runs to list.
package struct RunFilter: Sendable, Equatable {
    /// Runs of this command, or of this group of commands.
    package var command: String?
    /// Runs that ended so.
    package var outcome: Run.Outcome?
    /// Runs that began at this time or later.
    package var since: Date?
    /// At most this many, the newest first; nil for all.
    package var limit: Int?

    /// Makes a filter that lets all runs through.
    package init(command: String? = nil, outcome: Run.Outcome? = nil, since: Date? = nil, limit: Int? = nil) {
        self.command = command
        self.outcome = outcome
        self.since = since
        self.limit = limit
    }
}

/// A run with all that was recorded of it.
package struct RunDetails: Sendable, Codable, Equatable {
    /// The run itself.
    package var run: Run
    /// Its phases in order.
    package var phases: [RunPhase]
    /// Its warnings and notes in order.
    package var messages: [RunMessage]
}

extension Journal {
    /// The runs that pass a filter, newest first.
    ///
    /// - Throws: ``JournalError/unusable(path:reason:)``, as all that read.
    package func runs(_ filter: RunFilter = RunFilter()) throws -> [Run] {
        try read { database in
            var request = Run.order(Column("id").desc)
            if let command = filter.command {
                request = request.filter(Column("command") == command || Column("command").like("\(command) %"))
            }
            if let outcome = filter.outcome { request = request.filter(Column("outcome") == outcome.rawValue) }
            if let since = filter.since {
                request = request.filter(Column("started_at") >= Int64(since.timeIntervalSince1970 * 1000))
            }
            if let limit = filter.limit { request = request.limit(limit) }
            return try request.fetchAll(database)
        }
    }

    /// The number of runs.
    package func count() throws -> Int { try read(Run.fetchCount) }

    /// A run by its id, or by the end of it, which is its random part: `last` is the newest run.
    ///
    /// - Throws: ``JournalError/noSuchRun(_:)``, ``JournalError/ambiguousRun(_:matches:)``.
    package func details(_ id: String) throws -> RunDetails {
        try read { database in
            let newest = Run.order(Column("id").desc)
            let pattern = id.lowercased().filter { $0.isHexDigit || $0 == "-" }
            let found =
                id == "last"
                ? try newest.limit(1).fetchAll(database)
                : pattern.isEmpty
                    ? []
                    : try newest.filter(Column("id").like("%\(pattern)") || Column("id").like("\(pattern)%"))
                        .limit(2).fetchAll(database)
            guard let run = found.first else { throw JournalError.noSuchRun(id) }
            guard found.count == 1 else { throw JournalError.ambiguousRun(id, matches: found.count) }
            return RunDetails(
                run: run,
                phases: try RunPhase.filter(Column("run_id") == run.id).order(Column("position")).fetchAll(database),
                messages: try RunMessage.filter(Column("run_id") == run.id).order(Column("rowid")).fetchAll(database))
        }
    }

    /// Asks SQLite whether the file is sound.
    ///
    /// - Returns: what `PRAGMA quick_check` says; `ok` for a sound file.
    package func integrity() throws -> String {
        try read { try String.fetchOne($0, sql: "PRAGMA quick_check") ?? "no answer" }
    }
}
