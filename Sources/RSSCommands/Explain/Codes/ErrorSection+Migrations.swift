extension ErrorSection {
    /// Migrations.
    static let migrations = ErrorSection(
        "Migrations",
        [
            .init(
                "RSS-MIGRATE-001",
                "The folder of migrations cannot be read or holds none.",
                do: "Name a folder of `V0001__what_it_does.sql` files.",
                example: "the folder migrations holds no migrations to read"),
            .init(
                "RSS-MIGRATE-002",
                "Two files have the same version.",
                do: "Give one another number.",
                example: "version 7 exists twice"),
            .init(
                "RSS-MIGRATE-003",
                "A file was changed after it had been applied.",
                do: "Restore it, and put the change into a new one.",
                example: "V0004__files.sql was changed after version 4 had been applied"),
            .init(
                "RSS-MIGRATE-004",
                "The database has a version that is not among the files.",
                do: "Use the rssctl, or the folder, that applied it.",
                example: "the database has version 1007 (report_note), which is not among the migrations here"),
            .init(
                "RSS-MIGRATE-005",
                "A pending file is older than one that was applied.",
                do: "Give it a higher number.",
                example: "version 1003 is pending, though the newer version 1007 was applied already"),
            .init(
                "RSS-MIGRATE-006",
                "A statement failed at the line and column named; nothing of its transaction was kept.",
                do: "Fix it and run `rssctl migrate` again.",
                example: "relation \"users\" already exists"),
            .init(
                "RSS-MIGRATE-007",
                "No lock could be acquired within the lock budget; the blocking sessions are named.",
                do: "Try again, or raise `--lock-budget`.",
                example: "no lock for V1002__add_index.sql could be acquired within 5 min"),
            .init(
                "RSS-MIGRATE-008",
                """
                A file is not a valid SQL script: a quote that is never closed, a command of psql, text that is \
                not UTF-8.
                """,
                do: "Fix it at the place shown.",
                example: "V1002__add_index.sql is not an SQL script: unterminated quoted string"),
            .init(
                "RSS-MIGRATE-009",
                "A file begins, ends or divides a transaction.",
                do: "Remove `BEGIN`, `COMMIT`, `ROLLBACK` and `SAVEPOINT` from it.",
                example: "a migration must not begin, end or divide a transaction"),
            .init(
                "RSS-MIGRATE-010",
                "A `.down.sql` file has no migration to revert.",
                do: "Name it as the migration is named.",
                example: "V1003__note.down.sql reverts a migration that does not exist"),
            .init(
                "RSS-MIGRATE-011",
                "A comment begins with `rssctl:` and is not a directive.",
                do: "Write it as the hint says.",
                example: "unknown directive 'rssctl:backfil'"),
            .init(
                "RSS-MIGRATE-012",
                "The file says `transaction file`, and one of its statements cannot run in a transaction.",
                do: "Remove the directive, or put the statement into a file of its own.",
                example: "the file says 'rssctl:transaction file', and this statement cannot run in a transaction"),
            .init(
                "RSS-MIGRATE-013",
                "A repeatable file has a statement that cannot run in a transaction.",
                do: "Put it into a versioned migration.",
                example: "a repeatable migration is run in one transaction, and this statement cannot be"),
            .init(
                "RSS-MIGRATE-014",
                "The directive `backfill` is before a statement that cannot be divided into batches.",
                do: "Put it before one UPDATE or DELETE without RETURNING.",
                example: "rssctl:backfill is not before an UPDATE or DELETE"),
            .init(
                "RSS-MIGRATE-015",
                "The key of a backfill may be NULL, has no index, or does not exist.",
                do: "Name the primary key.",
                example: "the key of a backfill cannot be used: column note may be NULL"),
            .init(
                "RSS-MIGRATE-016",
                "A statement is not SQL as the server's grammar has it; nothing was run.",
                do: "Fix it at the place shown.",
                example: "unknown variable ${schema}"),
            .init(
                "RSS-MIGRATE-017",
                "Rows of `rssctl.migration` were changed by hand.",
                do: "Find out why, then `rssctl migrate repair --accept`.",
                example: """
                    the history of migrations was changed by hand: version 5 does not follow from what is before it
                    """),
            .init(
                "RSS-MIGRATE-018",
                "A statement that had been done was changed in a file that is not yet done.",
                do: "Restore it; what follows may be changed.",
                example: "statement 2 was changed after it had been done; the rest of the file is still to do"),
            .init(
                "RSS-MIGRATE-019",
                "A statement released the lock of the run.",
                do: "Remove `DISCARD ALL` and `pg_advisory_unlock_all()`.",
                example: "a statement released the lock that prevents concurrent runs of migrate"),
            .init(
                "RSS-MIGRATE-020",
                "`CREATE OR REPLACE FUNCTION` would make a second function of the name.",
                do: "Write `-- rssctl:replace` before it.",
                example: "CREATE OR REPLACE would make a second function of the name, and its callers would fail"),
            .init(
                "RSS-MIGRATE-021",
                "An index that is built concurrently has no name.",
                do: "Give it one.",
                example: "an index that is built concurrently needs a name"),
            .init(
                "RSS-MIGRATE-022",
                "The table of an index does not exist.",
                do: "Check the name and the `search_path`.",
                example: "cannot build the index: table public.event does not exist"),
            .init(
                "RSS-MIGRATE-023",
                "`ON ONLY` of a partitioned table is asked for concurrently.",
                do: "Leave `ONLY` out.",
                example: "ON ONLY of a partitioned table cannot be built concurrently"),
            .init(
                "RSS-MIGRATE-024",
                "Something else has the name of the index.",
                do: "Give the index another name.",
                example: "another relation is named events_day_idx"),
            .init(
                "RSS-MIGRATE-025",
                "Another index has the name.",
                do: "Drop it in a migration first, or choose another name.",
                example: "there is another index named events_day_idx"),
            .init(
                "RSS-MIGRATE-026",
                "An index that a migration builds exists and is invalid.",
                do: "`REINDEX INDEX CONCURRENTLY`, as the hint says.",
                example: "invalid: events_day_idx; writes maintain it, and no query uses it"),
            .init(
                "RSS-MIGRATE-027",
                "A run of `migrate down` was interrupted.",
                do: "`rssctl migrate down` finishes reverting the version.",
                example: "version 1007 is half reverted: a run of migrate down was interrupted"),
            .init(
                "RSS-MIGRATE-028",
                "A migration has no `.down.sql` file.",
                do: "Write one beside it.",
                example: "version 1007 has no file that reverts it"),
            .init(
                "RSS-MIGRATE-029",
                "The version named is not applied.",
                do: "`rssctl migrate status`",
                example: "version 1007 is not applied"),
            .init(
                "RSS-MIGRATE-030",
                "Blind to drift: no fingerprint is stored for the newest migration.",
                do: "`rssctl migrate` takes one, also when nothing is pending.",
                example: "blind: the database has no fingerprint to compare with"),
            .init(
                "RSS-MIGRATE-031",
                """
                Blind to drift: the fingerprint was taken by another version of rssctl, or on another major \
                version of PostgreSQL.
                """,
                do: "`rssctl migrate` takes a new one.",
                example: "blind: the fingerprint of version 6 cannot be compared with the database"),
            .init(
                "RSS-MIGRATE-032",
                "Blind to drift: the fingerprint in the database is damaged.",
                do: "Delete its row, as the hint says; then `rssctl migrate` takes a new one.",
                example: "blind: the fingerprint of version 6 is damaged"),
            .init(
                "RSS-MIGRATE-033",
                "pg_dump is not installed.",
                do: "Install the PostgreSQL client programs.",
                example: "the program pg_dump is not installed"),
            .init(
                "RSS-MIGRATE-034",
                "Every installed pg_dump is older than the server.",
                do: "Install the one of the server's version.",
                example: "/usr/lib/postgresql/15/bin/pg_dump is of PostgreSQL 15, and the server of 17"),
            .init(
                "RSS-MIGRATE-035",
                "pg_dump failed; its messages are in the detail.",
                do: "Most often a table that the role may not read: GRANT it, or use the owner.",
                example: "pg_dump failed"),
            .init(
                "RSS-MIGRATE-036",
                "The file for the dump cannot be written.",
                do: "Check folder and mode, or name another place.",
                example: "schema.sql cannot be written"),
            .init(
                "RSS-MIGRATE-037",
                "The role may not make databases, which a scratch database needs.",
                do: "`ALTER ROLE … CREATEDB`, or another role.",
                example: "the role app may not make a scratch database"),
            .init(
                "RSS-MIGRATE-038",
                "A structure could not be loaded into a scratch database.",
                do: "As the hint says; the role must be able to make all that the structure holds.",
                example: """
                    the structure could not be loaded into a scratch database: extension "postgis" is not available
                    """),
            .init(
                "RSS-MIGRATE-040",
                "The version named is not among the migrations.",
                do: "`rssctl migrate status`",
                example: "no migration has version 99"),
            .init(
                "RSS-MIGRATE-041",
                "A baseline is requested in a database that has a history.",
                do: "It needs none.",
                example: "the database has a history of migrations already, so it needs no baseline"),
            .init(
                "RSS-MIGRATE-042",
                "A file is named almost like a migration, of rssctl or of another tool, and would be skipped.",
                do: "Name it `V0001__what_it_does.sql`, `V4.1__what_it_does.sql` or `R__what_it_makes.sql`.",
                example: "V3_c.sql is named almost like a migration"),
            .init(
                "RSS-MIGRATE-043",
                "A table to be indexed concurrently has a foreign table for a partition.",
                do: "Build an index on each of the other partitions.",
                example: """
                    public.events_2020 is a foreign table, and the table it is a partition of cannot be indexed \
                    concurrently
                    """),
            .init(
                "RSS-MIGRATE-044",
                "A file of `migrate.directories` has a version below 1000, which is left to rssctl.",
                do: "Give it a version from 1000 on; `rssctl migrate new` does.",
                example: "version 7 of V0007__note.sql is reserved for the migrations of rssctl itself"),
            .init(
                "RSS-MIGRATE-045",
                "`migrate new` is given no folder, and none is set.",
                do: "`--directory`, or the setting `migrate.directories`.",
                example: "no folder is given for the migration"),
            .init(
                "RSS-MIGRATE-046",
                "The database has no history of migrations and holds tables.",
                do: """
                    `rssctl migrate baseline VERSION` where they are those of the migrations; `--yes` to migrate \
                    beside them.
                    """,
                example: "the database has no history of migrations, and holds 2 tables: users, orders"),
            .init(
                "RSS-MIGRATE-047",
                "Not exactly one migration is pending, and `--expect-one` expects one.",
                do: "`rssctl migrate status` lists them.",
                example: "2 migrations are pending, and --expect-one expects one"),
            .init(
                "RSS-MIGRATE-048",
                "The schema has drifted since the last migration, and `--check-drift` refuses that.",
                do: "`rssctl migrate drift` lists the differences.",
                example: "the schema is not as version 6 left it: 2 objects differ"),
            .init(
                "RSS-MIGRATE-050",
                "A file is to be planned and cannot be divided into statements.",
                do: "`rssctl migrate lint` shows the line.",
                example: "V1002__add_index.sql cannot be read as SQL"),
            .init(
                "RSS-MIGRATE-051",
                "`lint --base` needs git, which is not installed.",
                do: "Install it, or name what is old with `--since`.",
                example: "the program git is not installed"),
            .init(
                "RSS-MIGRATE-052",
                "The commit is unknown to git, or the folder is not in a repository.",
                do: "Fetch the commit; in CI check out with its history.",
                example: "git cannot read the files at main"),
        ])
}
