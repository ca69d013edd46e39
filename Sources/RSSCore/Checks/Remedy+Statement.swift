import RSSModel

extension Finding {
    /// The finding with what its fix locks, blocks and risks; an undo that the check knows is kept.
    package var withRemedy: Finding {
        guard let fix, remedy?.blocks.isEmpty ?? true, var known = Remedy(fix: fix) else { return self }
        known.undo = remedy?.undo ?? known.undo
        var finding = self
        finding.remedy = known
        return finding
    }
}

extension Remedy {
    /// What a check knows of its fix beside the text: how to undo it. The rest follows from the text.
    package init(undo: String) { self.init(kind: .sql, blocks: "", risk: "", undo: undo) }

    /// What a fix does, by how its text begins; nil for an empty text.
    package init?(fix: String) {
        let text = fix.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if text.isEmpty { return nil }
        let rule = FixRule.all.first { text.hasPrefix($0.begin) && ($0.contains.map { text.contains($0) } ?? true) }
        self =
            rule?.remedy
            ?? Remedy(
                kind: .advice, blocks: "depends on what is decided", risk: "It needs a decision, not only a command.")
    }
}

/// What statements that begin alike lock and block, by the pages of the PostgreSQL documentation on each command and on
/// explicit locking (13.3).
private struct FixRule {
    let begin: String
    let contains: String?
    let remedy: Remedy

    init(
        _ begin: String, containing part: String? = nil, kind: Remedy.Kind = .sql, lock: String? = nil,
        blocks: String = "nothing", risk: String
    ) {
        self.begin = begin
        contains = part
        remedy = Remedy(kind: kind, lock: lock, blocks: blocks, risk: risk)
    }

    private static let online = "nothing that reads or writes; it waits for old transactions"
    private static let moment = "all access to the table, for a moment; set lock_timeout before"
    private static let queue = "It queues behind old transactions, and other sessions behind it."

    /// The first that matches counts.
    static let all: [FixRule] = [
        FixRule(
            "rssctl ", kind: .command, blocks: "what its --dry-run shows", risk: "It can be interrupted and run again."),
        FixRule(
            "DROP INDEX CONCURRENTLY", lock: "SHARE UPDATE EXCLUSIVE", blocks: online,
            risk: "A statement that needs the index becomes slower."),
        FixRule(
            "DROP INDEX", lock: "ACCESS EXCLUSIVE", blocks: moment,
            risk: "A statement that needs the index becomes slower."),
        FixRule(
            "CREATE INDEX CONCURRENTLY", lock: "SHARE UPDATE EXCLUSIVE", blocks: online,
            risk: "It reads the table twice. Interrupted, it leaves an invalid index, which is to be dropped."),
        FixRule(
            "CREATE UNIQUE INDEX CONCURRENTLY", lock: "SHARE UPDATE EXCLUSIVE", blocks: online,
            risk: "It fails where rows have equal keys, and leaves an invalid index, which is to be dropped."),
        FixRule(
            "CREATE INDEX", lock: "SHARE", blocks: "writes to the table until it is built",
            risk: "On a partitioned table rssctl partition index create builds it without blocking writes."),
        FixRule(
            "REINDEX", containing: "CONCURRENTLY", lock: "SHARE UPDATE EXCLUSIVE", blocks: online,
            risk: "It needs the space of a second index. Interrupted, it leaves an invalid one, which is to be dropped."
        ),
        FixRule(
            "REINDEX", lock: "SHARE", blocks: "writes to the table, and reads by the index, until it is built",
            risk: queue),
        FixRule(
            "VACUUM (FULL", lock: "ACCESS EXCLUSIVE", blocks: "all access to the table until it is rewritten",
            risk: "It needs the space of a second table."),
        FixRule(
            "VACUUM", lock: "SHARE UPDATE EXCLUSIVE", risk: "It loads the disk while it runs."),
        FixRule(
            "ANALYZE", lock: "SHARE UPDATE EXCLUSIVE", risk: "Plans may change."),
        FixRule(
            "REPACK (CONCURRENTLY)", lock: "ACCESS EXCLUSIVE at its end", blocks: "all access, for a moment at its end",
            risk: "It needs the space of a second table and a replication slot."),
        FixRule("ALTER SYSTEM", risk: "It applies from the reload on, or from a restart where the text says so."),
        FixRule("ALTER DATABASE", risk: "It applies to sessions that begin afterwards."),
        FixRule("ALTER ROLE", risk: "It applies to sessions that begin afterwards."),
        FixRule(
            "ALTER TABLE", containing: " VALIDATE CONSTRAINT ", lock: "SHARE UPDATE EXCLUSIVE",
            risk: "It reads the whole table, and fails at a row that violates the constraint."),
        FixRule(
            "ALTER TABLE", containing: " SET (", lock: "SHARE UPDATE EXCLUSIVE", risk: "None that is known."),
        FixRule(
            "ALTER TABLE", containing: " RESET (", lock: "SHARE UPDATE EXCLUSIVE", risk: "None that is known."),
        FixRule(
            "ALTER TABLE", containing: " SET STATISTICS ", lock: "SHARE UPDATE EXCLUSIVE",
            risk: "It applies from the next ANALYZE on."),
        FixRule(
            "ALTER TABLE", containing: " ENABLE TRIGGER ", lock: "SHARE ROW EXCLUSIVE",
            blocks: "writes to the table, for a moment",
            risk: "Rows that were written meanwhile are not checked by it."),
        FixRule(
            "ALTER TABLE", containing: " SET LOGGED", lock: "ACCESS EXCLUSIVE",
            blocks: "all access to the table until it is rewritten", risk: "All of it is written to WAL."),
        FixRule(
            "ALTER TABLE", containing: " ENABLE ROW LEVEL SECURITY", lock: "ACCESS EXCLUSIVE", blocks: moment,
            risk: "From then on a role sees only what a policy lets it see."),
        FixRule("ALTER TABLE", lock: "ACCESS EXCLUSIVE", blocks: moment, risk: queue),
        FixRule("ALTER INDEX", lock: "up to ACCESS EXCLUSIVE on the index", blocks: moment, risk: queue),
        FixRule(
            "ALTER FUNCTION", risk: "A body that names objects without their schemas finds only those on the path."),
        FixRule(
            "ALTER PROCEDURE", risk: "A body that names objects without their schemas finds only those on the path."),
        FixRule(
            "ALTER EXTENSION", lock: "what its update script takes", blocks: "users of its objects, for a moment",
            risk: "There is no downgrade: read its release notes before."),
        FixRule("ALTER DEFAULT PRIVILEGES", risk: "It applies to objects that are created afterwards."),
        FixRule("REVOKE", risk: "A role that relied on the right gets errors: grant it by name before."),
        FixRule("GRANT", risk: "None that is known."),
        FixRule(
            "SELECT pg_terminate_backend", risk: "The session ends, and its open transaction is rolled back."),
        FixRule("SELECT pg_cancel_backend", risk: "The statement ends with an error."),
        FixRule("ROLLBACK PREPARED", risk: "The work of the transaction is lost; COMMIT PREPARED keeps it."),
        FixRule("SELECT pg_drop_replication_slot", risk: "A consumer that returns has to be set up again."),
        FixRule("SELECT setval", risk: "The numbers in between are never given out."),
        FixRule(
            "REFRESH MATERIALIZED VIEW", lock: "ACCESS EXCLUSIVE on the view",
            blocks: "readers of the view until its query ends", risk: "The load of its query."),
        FixRule("ALTER ", blocks: "other changes of the object, for a moment", risk: "None that is known."),
        FixRule("DROP POLICY", lock: "ACCESS EXCLUSIVE", blocks: moment, risk: queue),
    ]
}
