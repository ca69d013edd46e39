extension ErrorSection {
    /// Files, output, questions.
    static let files = ErrorSection(
        "Files, output, questions",
        [
            .init(
                "RSS-EXPORT-001",
                "The workbook cannot be written.",
                do: "Give another place, or make room there.",
                example: "cannot write devices.xlsx"),
            .init(
                "RSS-EXPORT-002",
                "A sheet takes 1,048,576 rows, and there are more.",
                do: "Write CSV, or fewer rows.",
                example: "devices.xlsx would have more rows than a sheet takes (1048576)"),
            .init(
                "RSS-EXPORT-003",
                "A cell takes 32,767 characters, and there are more.",
                do: "Write CSV.",
                example: "cell F12 of devices.xlsx would hold more characters than a cell takes (32767)"),
            .init(
                "RSS-FILE-001",
                "A file does not exist.",
                do: "Check the path.",
                example: "inventory.csv does not exist"),
            .init(
                "RSS-FILE-002",
                "A file may not be read or written.",
                do: "Check owner and mode.",
                example: "no permission for inventory.csv"),
            .init(
                "RSS-FILE-003",
                """
                A file cannot be written: its folder is missing or may not be written to, or it is not a regular \
                file.
                """,
                do: "Name another place.",
                example: "/var/reports/today.json cannot be written"),
            .init(
                "RSS-FILE-004",
                "A folder is named where a file is to be read, or the file cannot be read.",
                do: "Name a file.",
                example: "/srv/inventories cannot be read"),
            .init(
                "RSS-FILE-005",
                """
                A folder or file of rssctl's own cannot be made or opened: no room, no right, a link or a pipe \
                in its place.
                """,
                do: "Name a folder that may be written to.",
                example: "the folder /var/lib/rssctl cannot be used"),
            .init(
                "RSS-FILE-006",
                "A file is in the place of a folder.",
                do: "Name a folder, or move the file away.",
                example: "/var/lib/rssctl is not a folder"),
            .init(
                "RSS-FILE-007",
                "A folder or file of rssctl's own belongs to another user.",
                do: "Run the command as that user, or check it and `chown` it.",
                example: "/var/lib/rssctl belongs to postgres, and rssctl runs as root"),
            .init(
                "RSS-FILE-008",
                "The group or others may write to a folder or file of rssctl's own.",
                do: "Check what is in it, then `chmod go-w`.",
                example: "others may write to /var/lib/rssctl, mode 777"),
            .init(
                "RSS-FILE-009",
                "A file exists that is not replaced.",
                do: "Name another place, or move the file away.",
                example: "reports.json exists already and is not replaced"),
            .init(
                "RSS-FILE-010",
                "A temporary file cannot be made: `TMPDIR` is missing, full or not writable.",
                do: "Make room, or set `TMPDIR`.",
                example: "the temporary file /tmp/rssctl-3f2a cannot be made"),
            .init(
                "RSS-FILE-011",
                "A program that rssctl needs cannot be started.",
                do: "Check its mode.",
                example: "the program /usr/lib/postgresql/15/bin/pg_dump cannot be started"),
            .init(
                "RSS-FILE-012",
                "A program that rssctl ran failed, or did not end in time.",
                do: "See its messages.",
                example: "the program initdb ended with status 1"),
            .init(
                "RSS-INTERNAL-001",
                "Unexpected internal error.",
                do: "Please report it, with `rssctl runs show last`.",
                example: "unexpected: keyNotFound"),
            .init(
                "RSS-OUTPUT-001",
                "stdout or another output cannot be written, for example because the disk is full.",
                do: "Make room, or write elsewhere.",
                example: "cannot write to stdout"),
            .init(
                "RSS-OUTPUT-002",
                "A result could not be turned into the format asked for.",
                do: "Please report it.",
                example: "cannot encode the result"),
            .init(
                "RSS-OUTPUT-003",
                """
                The reader of the output closed the pipe, as `head` does. Never printed: the command ends as it \
                would have otherwise.
                """,
                do: "–",
                example: "the reader of the output closed the pipe"),
            .init(
                "RSS-PROMPT-001",
                "A confirmation is needed, and stdin is not a terminal.",
                do: "Add `--yes`.",
                example: "cannot ask for confirmation: stdin is not a terminal"),
            .init(
                "RSS-PROMPT-002",
                "Interrupted at the confirmation prompt; nothing was done.",
                do: "Run it again, or add `--yes`.",
                example: "interrupted at the confirmation prompt; nothing was done"),
            .init(
                "RSS-USAGE-001",
                "The command line is wrong.",
                do: "The hint names the option that may be meant, or the command's `--help`.",
                example: "unknown option '--limt'"),
            .init(
                "RSS-USAGE-002",
                "Unknown command.",
                do: "The hint says what may have been meant.",
                example: "unknown command 'import' of rssctl"),
            .init(
                "RSS-USAGE-003",
                "Unknown error code.",
                do: "`rssctl explain` lists the codes.",
                example: "unknown error code 'RSS-IMPRT-118'"),
            .init(
                "RSS-USAGE-004",
                "`--columns` names what the table does not have.",
                do: "Name some of the columns that the message lists.",
                example: "the table has no column 'nmae'"),
        ])
}
