import Foundation
import GRDB

/// What a run read of a target, kept so that later runs can compare with it: counters of the server, findings.
package struct Sample: Sendable, Codable, Equatable {
    /// The run that read it.
    package var runID: String
    /// What it holds; samples of one kind are comparable: `counters`.
    package var kind: String
    /// Host, port and database, without secrets.
    package var target: String
    /// When it was read, by the target's clock.
    package var takenAt: Date
    /// The values, in a form that the kind defines.
    package var body: String

    package init(runID: String, kind: String, target: String, takenAt: Date, body: String) {
        self.runID = runID
        self.kind = kind
        self.target = target
        self.takenAt = takenAt
        self.body = body
    }
}

extension Sample: JournalRecord {
    /// `sample`
    package static let databaseTableName = "sample"

    enum CodingKeys: String, CodingKey {
        // GRDB's snake case of runID would be run_i_d.
        case runID = "runId"
        case kind, target, takenAt, body
    }
}

extension Journal {
    /// How long samples are kept.
    private static let sampleDays = 8.0

    /// Keeps a sample. Of those of its target and kind that are older than two hours one per hour is left, and none after
    /// eight days, so that a command that runs each minute does not make the journal grow.
    ///
    /// - Throws: ``JournalError/unusable(path:reason:)``, as all that write.
    package func add(_ sample: Sample) throws {
        try write { database in
            try sample.upsert(database)
            let now = Int64(sample.takenAt.timeIntervalSince1970 * 1000)
            let (hour, day) = (Int64(3_600_000), Int64(86_400_000))
            try database.execute(
                sql: """
                    DELETE FROM sample WHERE kind = :kind AND target = :target AND (taken_at < :oldest OR taken_at < :recent
                    AND rowid NOT IN (SELECT min(rowid) FROM sample WHERE kind = :kind AND target = :target GROUP BY taken_at / :hour))
                    """,
                arguments: [
                    "kind": sample.kind, "target": sample.target, "hour": hour, "recent": now - 2 * hour,
                    "oldest": now - Int64(Self.sampleDays) * day,
                ])
        }
    }

    /// The samples of a target from a time on, oldest first.
    ///
    /// - Throws: ``JournalError/unusable(path:reason:)``, as all that read.
    package func samples(_ kind: String, of target: String, since: Date) throws -> [Sample] {
        try read { database in
            try Sample.filter(Column("kind") == kind && Column("target") == target)
                .filter(Column("taken_at") >= Int64(since.timeIntervalSince1970 * 1000))
                .order(Column("taken_at")).fetchAll(database)
        }
    }

    /// The sample that a run kept; nil where it kept none of the kind.
    ///
    /// - Throws: ``JournalError/unusable(path:reason:)``, as all that read.
    package func sample(_ kind: String, ofRun run: String) throws -> Sample? {
        try read { database in
            try Sample.filter(Column("kind") == kind && Column("run_id") == run).fetchOne(database)
        }
    }
}
