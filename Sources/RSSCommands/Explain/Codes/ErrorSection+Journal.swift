extension ErrorSection {
    /// Journal and runs.
    static let journal = ErrorSection(
        "Journal and runs",
        [
            .init(
                "RSS-JOURNAL-001",
                """
                The journal cannot be opened, read or written. The run continues without a record; commands that \
                need its history stop.
                """,
                do: "Check file and folder, or set `RSSCTL_JOURNAL`.",
                example: "the journal /var/lib/rssctl/journal.sqlite cannot be used"),
            .init(
                "RSS-JOURNAL-002",
                "A newer rssctl wrote the journal.",
                do: "Install that version, or set `RSSCTL_JOURNAL`.",
                example: "a newer rssctl wrote the journal /var/lib/rssctl/journal.sqlite"),
            .init(
                "RSS-JOURNAL-003",
                "The run does not exist.",
                do: "`rssctl runs list`",
                example: "run '01a2' does not exist"),
            .init(
                "RSS-JOURNAL-004",
                "More than one run's id begins or ends with the text given.",
                do: "Give more of the id.",
                example: "more than one run's id begins or ends with '01a2'"),
            .init(
                "RSS-JOURNAL-005",
                """
                The journal or its folder belongs to another user, or others may write to it. Work continues \
                without it; commands that need its history stop.
                """,
                do: "The `chown` or `chmod` of the hint, or set `RSSCTL_JOURNAL`.",
                example: "the journal /var/lib/rssctl/journal.sqlite is not used"),
            .init(
                "RSS-LOCK-001",
                "Another run holds the lock of this command; the message names it.",
                do: "Wait for it to end.",
                example: "another run of rssctl/partition maintain is active"),
            .init(
                "RSS-RUN-001",
                "Interrupted; the running work was cancelled.",
                do: """
                    Run the command again: one that changes something resumes, one that reads begins again. A seed \
                    does neither: its hint says how to start over.
                    """,
                example: "interrupted; the running work was cancelled"),
            .init(
                "RSS-RUN-002",
                "Not done within `--timeout`.",
                do: "Allow more time.",
                example: "not done within --timeout 30 s"),
            .init(
                "RSS-RUN-003",
                """
                Interrupted, and the work did not stop within two seconds. The process ended without it; the \
                servers undo what was not committed.
                """,
                do: "Run the command again.",
                example: "interrupted; the work did not stop and was abandoned"),
            .init(
                "RSS-RUN-004",
                "Not done within `--timeout`, and the work did not stop within two seconds more.",
                do: "Allow more time; check what it waits for: a file without a writer, the name service, a full disk.",
                example: "not done within --timeout 30 s, and did not stop"),
            .init(
                "RSS-RUN-005",
                "For two seconds no thread could be created: a limit on memory or on processes is reached.",
                do: "Raise the limit: `ulimit -v`, `ulimit -u`, `MemoryMax`, `TasksMax`.",
                example: "no thread could be created for 2 s"),
        ])
}
