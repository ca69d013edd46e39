extension ErrorSection {
    /// Partitions.
    static let partitions = ErrorSection("Partitions", tableCodes + archiveCodes)

    private static let tableCodes: [ErrorCode] = [
        .init(
            "RSS-PARTITION-001",
            """
            The table is not partitioned, or does not exist; the message says what the name refers to, or which \
            is nearest.
            """,
            do: "Name another table, or `rssctl partition convert`.",
            example: "public.visit_report is not a partitioned table"),
        .init(
            "RSS-PARTITION-002",
            """
            The table is partitioned by something other than RANGE over one column of a date, timestamp, \
            timestamptz, integer or UUIDv7.
            """,
            do: "Such tables are not maintained.",
            example: "public.events is partitioned by LIST (kind)"),
        .init(
            "RSS-PARTITION-003",
            "The bound of a partition cannot be read.",
            do: "Check it with `\\d+`.",
            example: "the bound of public.events_2026 cannot be read"),
        .init(
            "RSS-PARTITION-004",
            "No lock could be acquired within the budget; the blocking sessions are named.",
            do: "Run it again when they have ended.",
            example: "no lock for public.events_2026_12 within 5 min"),
        .init(
            "RSS-PARTITION-005",
            "The default partition holds rows of a partition that is to be made.",
            do: "`rssctl partition drain` moves them.",
            example: "the default partition of public.events holds rows of 2026-12-01 to 2027-01-01"),
        .init(
            "RSS-PARTITION-006",
            "A policy stored in the database cannot be read.",
            do: "Set it again.",
            example: "the policy of public.events cannot be read: retention '1 fortnight'"),
        .init(
            "RSS-PARTITION-007",
            "A policy does not fit its table: another column, or an interval that the key does not have.",
            do: "Set it again.",
            example: "the policy of public.events does not fit the table: it has no column day"),
        .init(
            "RSS-PARTITION-008",
            "The table has no policy.",
            do: "`rssctl partition policy adopt` derives one from its partitions.",
            example: "public.events has no policy"),
        .init(
            "RSS-PARTITION-009",
            "A file is not a saved plan.",
            do: "Create one: `rssctl partition plan --save FILE`.",
            example: "plan.json is not a saved plan"),
        .init(
            "RSS-PARTITION-010",
            "A saved plan is out of date: the table or its policy has changed since.",
            do: "Create a new one: `rssctl partition plan`.",
            example: "the plan is out of date: public.events has changed since the plan was made"),
        .init(
            "RSS-PARTITION-011",
            "A policy has no interval, or one that the key cannot hold.",
            do: "Give `--interval`, or `rssctl partition policy adopt`.",
            example: "invalid interval for public.events: 'fortnight'"),
        .init(
            "RSS-PARTITION-012",
            "Unknown time zone.",
            do: "Write it as `pg_timezone_names` has it.",
            example: "time zone 'Europe/Wien' is not known to the server"),
        .init(
            "RSS-PARTITION-013",
            "The tablespace does not exist, or the role may not use it.",
            do: "`\\db` lists them.",
            example: "partitions cannot be put into fast: it does not exist"),
        .init(
            "RSS-PARTITION-014",
            "Unknown storage parameter, or a value that PostgreSQL refuses.",
            do: "Write `name=value`.",
            example: "'fillfactor=900' cannot be a storage parameter of a partition"),
        .init(
            "RSS-PARTITION-015",
            "A uuid key holds values that are not of version 7, or of times before 2000 or more than a year ahead.",
            do: "Only UUIDs that begin with their time can be partitioned by time.",
            example: "id does not hold UUIDs of version 7"),
        .init(
            "RSS-PARTITION-016",
            "No policy can be derived from the partitions: their bounds follow no interval.",
            do: "Give `--interval` or `--time-zone`, or `rssctl partition policy set`.",
            example: "no policy can be derived from the partitions of public.events"),
        .init(
            "RSS-PARTITION-017",
            "A file is not a valid document of policies; its line is shown.",
            do: "`rssctl partition policy export` writes one.",
            example: "policies.yaml holds no policies"),
        .init(
            "RSS-PARTITION-018",
            "A retention is shorter than what one partition holds, or longer than 10,000 years.",
            do: "Give another, or `none` to keep all.",
            example: "invalid retention for public.events: shorter than one partition"),
        .init(
            "RSS-PARTITION-019",
            "The folder of archives is not an absolute path.",
            do: "Write `/srv/archive`.",
            example: "'archive' is not an absolute path"),
        .init(
            "RSS-PARTITION-020",
            """
            The rows of a table cannot be distinguished: it has neither a primary key nor a unique index over \
            NOT NULL columns.
            """,
            do: "Add one.",
            example: "the rows of public.events cannot be distinguished"),
        .init(
            "RSS-PARTITION-021",
            """
            Something prevents partitions from being replaced: an incoming foreign key, a view or function that \
            uses the partition, a trigger of the partition alone, a publication of all tables.
            """,
            do: "It is named; nothing was changed.",
            example: "the partitions of public.events cannot be replaced"),
        .init(
            "RSS-PARTITION-022",
            "Other work is in progress on the table.",
            do: "Finish it with the command that began it, or `rssctl partition abort`.",
            example: "a drain of public.events is in progress"),
        .init(
            "RSS-PARTITION-023",
            "The work in progress was requested with other options.",
            do: "Run that one to its end, or `rssctl partition abort`.",
            example: "a split of public.events is in progress with other options: --into week"),
        .init(
            "RSS-PARTITION-024",
            "The table was changed while the work was in progress: its columns, constraints or partitions differ.",
            do: "`rssctl partition abort`, and begin again.",
            example: "public.events was changed meanwhile: column note was added"),
        .init(
            "RSS-PARTITION-025",
            "Nothing is in progress on the table that could be cancelled.",
            do: "`rssctl partition status`",
            example: "no work is in progress on public.events"),
        .init(
            "RSS-PARTITION-026",
            "The work can no longer be cancelled: the new partitions are in use.",
            do: "Run the same command again to finish it.",
            example: "the merge of public.events cannot be cancelled: its partitions are in use"),
        .init(
            "RSS-PARTITION-027",
            "The partition or table is not one for the command.",
            do: "The message says why, and which command is.",
            example: "public.events_default: it is the default partition"),
        .init(
            "RSS-PARTITION-028",
            "The copies differ from the rows. Nothing was swapped.",
            do: "`rssctl partition abort`, and report it.",
            example: "the copies differ from the rows of public.events; nothing was swapped"),
        .init(
            "RSS-PARTITION-029",
            "More than 1,000 partitions would be created.",
            do: "Choose a longer interval.",
            example: "public.events would get 8760 more partitions"),
        .init(
            "RSS-PARTITION-030",
            "A policy is for a table that no longer exists, or is no longer partitioned.",
            do: "`rssctl partition policy remove`",
            example: "public.events has a policy but is not partitioned"),
        .init(
            "RSS-PARTITION-031",
            "The default partition holds rows of a range whose partition is retired, and which is reserved for it.",
            do: "`rssctl partition undo` reattaches it and moves the rows into it.",
            example: """
                the default partition of public.events holds rows of 2024-01, and events_2024_01 of that range is \
                retired
                """),
        .init(
            "RSS-PARTITION-032",
            "A quarantine is longer than 36,500 days.",
            do: "Give a number of days from 0.",
            example: "invalid quarantine for public.events: 40000 days"),
        .init(
            "RSS-PARTITION-040",
            """
            Something that depends on the table can be neither carried over by a conversion nor left; each is \
            named with what to do.
            """,
            do: "Fix what is named; `--dry-run` checks again.",
            example: "public.orders cannot be converted as it is"),
        .init(
            "RSS-PARTITION-041",
            "The table to convert does not exist.",
            do: "Name it with its schema.",
            example: "table public.order does not exist"),
        .init(
            "RSS-PARTITION-042",
            "The table to convert is partitioned already.",
            do: "`rssctl partition status`.",
            example: "public.events is partitioned already"),
        .init(
            "RSS-PARTITION-043",
            """
            The column is missing, or its type is not supported as a partition key, or its UUIDs are not of \
            version 7.
            """,
            do: "Name another one: `--by`.",
            example: "public.orders cannot be partitioned by note: its type is text"),
        .init(
            "RSS-PARTITION-044",
            "Rows are so far ahead that they are probably wrong; some are named.",
            do: "Fix them, or say where the first partition ends: `--until`.",
            example: "public.orders has rows from 2126-01-01 on"),
        .init(
            "RSS-PARTITION-045",
            "Rows have no value in the column.",
            do: "Give them one.",
            example: "12 rows of public.orders have no created_at"),
        .init(
            "RSS-PARTITION-046",
            "A name that the conversion needs is in use.",
            do: "Rename or drop the object that has it.",
            example: "name orders_default is needed, but already in use"),
        .init(
            "RSS-PARTITION-047",
            "Another conversion of the table was begun.",
            do: "Resume that one, or `--abort` it.",
            example: "another conversion of public.orders was begun: by created_at, month"),
        .init(
            "RSS-PARTITION-048",
            "No conversion can be aborted or undone.",
            do: "`rssctl partition status`.",
            example: "there is no conversion of public.orders to undo"),
        .init(
            "RSS-PARTITION-049",
            "The conversion is past its cutover and cannot be aborted.",
            do: "`--undo` reverts it.",
            example: "public.orders is converted already"),
        .init(
            "RSS-PARTITION-050",
            "Rows are in other partitions than the former table, so the conversion cannot be undone.",
            do: "Move these rows first.",
            example: "rows of public.orders are in partitions other than the former table"),
        .init(
            "RSS-PARTITION-051",
            "A value that is to be unique over all partitions exists twice.",
            do: "Fix the rows, and run it again.",
            example: "a value of public.orders that is to be unique exists twice"),
        .init(
            "RSS-PARTITION-052",
            """
            No lock for a step of the conversion could be acquired within the budget; the blocking sessions are \
            named.
            """,
            do: "Run it again when they have ended: it resumes.",
            example: "no lock for public.orders within 5 min"),
        .init(
            "RSS-PARTITION-053",
            """
            The request contradicts itself or the table: an interval that the column does not have, an end \
            before the last row.
            """,
            do: "As the message says.",
            example: "public.orders cannot be converted like this: --until is before the last row"),
        .init(
            "RSS-PARTITION-054",
            "`visit_reports` is a plain table, and the migration that makes it partitioned is pending.",
            do: "`rssctl migrate --convert`, or `rssctl partition convert` and `rssctl migrate baseline`.",
            example: "public.visit_reports is a plain table, and migration 3 makes a partitioned one"),
        .init(
            "RSS-PARTITION-055",
            "`visit_reports` exists, and something that an earlier migration makes does not.",
            do: "Create it as that file does.",
            example: "visit_reports exists, and objects that V0002__people.sql makes are missing: users"),
    ]
}
