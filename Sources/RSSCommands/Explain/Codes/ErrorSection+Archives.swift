extension ErrorSection {
    /// Archives, retirement, indexes, maintenance.
    static let archiveCodes: [ErrorCode] = [
        .init(
            "RSS-PARTITION-070",
            """
            A file or folder of an archive cannot be written: no room, no right, a read-only disk. No partial \
            file remains.
            """,
            do: "Make room, or archive to another folder with `--to`.",
            example: "/srv/archive/events_2024_01/rows.zst cannot be written"),
        .init(
            "RSS-PARTITION-071",
            "The folder has an archive of the partition already.",
            do: "Verify it, then move it away, or archive to another folder.",
            example: "an archive already exists: /srv/archive/events_2024_01"),
        .init(
            "RSS-PARTITION-072",
            "Another run is writing the same archive.",
            do: "Wait for it to end.",
            example: "another run is writing /srv/archive/events_2024_01"),
        .init(
            "RSS-PARTITION-073",
            "A file of an archive is damaged: a byte, the end, the rows, or the manifest are not as they were written.",
            do: "Restore a copy from the backup; archive again while the partition exists.",
            example: "/srv/archive/events_2024_01/rows.zst is damaged: its digest differs from the manifest"),
        .init(
            "RSS-PARTITION-074",
            """
            The database differs from the archive: rows were added or changed after the drop had begun. The \
            table was not dropped.
            """,
            do: "Compare the table with the archive, restore the rows, and run it again.",
            example: "public.events_2024_01 differs from its archive: 3 rows more"),
        .init(
            "RSS-PARTITION-075",
            "The table is neither a partition nor a retired one.",
            do: "`rssctl partition status` shows the partitions.",
            example: "public.events_2099 is not a partition, attached or retired"),
        .init(
            "RSS-PARTITION-076",
            """
            Rows that belong to the partition's rows cannot be determined, for example because foreign keys form \
            a cycle.
            """,
            do: "Such a partition is neither archived nor dropped.",
            example: """
                the rows of public.items that belong to the partition cannot be determined: foreign keys form a \
                cycle
                """),
        .init(
            "RSS-PARTITION-077",
            "A relation has the name or the range of a partition that is to be restored.",
            do: "Move it away, or restore into another table with `--table`.",
            example: "public.events_2024_01 cannot hold 2024-01: public.events_q1 has it"),
        .init(
            "RSS-PARTITION-078",
            "An archive does not fit the table: a column is missing, or the key differs.",
            do: "Restore into a table of the structure in the manifest.",
            example: "the archive does not fit public.events: column note is missing"),
        .init(
            "RSS-PARTITION-079",
            "Archived rows conflict with existing rows in a primary or unique key. Nothing was restored.",
            do: "Remove the conflicting rows.",
            example: "archived rows of public.events conflict with existing rows"),
        .init(
            "RSS-PARTITION-080",
            """
            The partition cannot be archived: it is partitioned itself, or a foreign table, and its rows are \
            stored elsewhere.
            """,
            do: "Copy its rows by hand with `\\copy`.",
            example: "public.events_2020 cannot be archived: it is a foreign table"),
        .init(
            "RSS-PARTITION-081",
            "A restored partition is loaded and not attached: its rows reference rows that do not exist.",
            do: "Restore those and restore again, or drop the loaded table.",
            example: """
                public.events_2024_01 is loaded, but not attached: its rows reference rows that do not exist, by \
                events_user_fkey
                """),
        .init(
            "RSS-PARTITION-085",
            "The partition is the last of its table.",
            do: "Create others first: `rssctl partition maintain`.",
            example: "public.events_2026_11 is the last partition of its table"),
        .init(
            "RSS-PARTITION-086",
            "The partition is the default one.",
            do: "`rssctl partition drain` moves its rows.",
            example: "public.events_default is a default partition"),
        .init(
            "RSS-PARTITION-087",
            """
            The rows of the partition cannot be verified: it is partitioned itself, a foreign table, or of a \
            table that references itself.
            """,
            do: "Detach it by hand, once you have secured its rows.",
            example: "public.events_2020 cannot be retired: it is a foreign table"),
        .init(
            "RSS-PARTITION-088",
            """
            Rows of another table reference the partition's, and their foreign key neither deletes nor releases \
            them; some of the keys are named.
            """,
            do: "Delete those rows, or let them reference something else.",
            example: "rows of public.items reference rows of public.events_2024_01"),
        .init(
            "RSS-PARTITION-089",
            "The partition was dropped already.",
            do: "`rssctl partition restore` with the archive that is named.",
            example: "public.events_2024_01 was dropped already"),
        .init(
            "RSS-PARTITION-090",
            "The drop of the partition has begun, so it cannot be undone.",
            do: "Let `rssctl partition maintain` finish it, then restore.",
            example: "the drop of public.events_2024_01 has begun"),
        .init(
            "RSS-PARTITION-091",
            "The partition is not retired.",
            do: "`rssctl partition status` shows the partitions.",
            example: "public.events_2024_01 is not retired"),
        .init(
            "RSS-PARTITION-092",
            "No folder is given for the archive.",
            do: "`--to`, or a folder in the table's policy.",
            example: "no folder is given for the archive"),
        .init(
            "RSS-PARTITION-093",
            "Another partition has the range of one that is to be reattached.",
            do: "Detach the other one, undo, and insert its rows.",
            example: "public.events_2024_01 cannot hold 2024-01 again: public.events_q1 has its place"),
        .init(
            "RSS-PARTITION-094",
            "Columns of the table were added or dropped since the partition was retired.",
            do: "Change the partition in the same way; the statement is shown.",
            example: "public.events_2024_01 no longer matches public.events: column note was added"),
        .init(
            "RSS-PARTITION-095",
            "The partition is retired already.",
            do: "`rssctl partition undo` reattaches it.",
            example: "public.events_2024_01 is retired already"),
        .init(
            "RSS-PARTITION-096",
            """
            Rows of the default partition that belong to the partition cannot be moved: they are more than \
            100,000, or a foreign key may reference them.
            """,
            do: "Move them away by hand.",
            example: """
                public.events_2024_01 cannot take over the rows of 2024-01 in public.events_default: they are more \
                than 100,000
                """),
        .init(
            "RSS-PARTITION-097",
            "Rows of the default partition have keys that rows of the partition have. Nothing was changed.",
            do: "Give them other keys, or delete them.",
            example: "rows of public.events_default that belong to public.events_2024_01 conflict with rows in it"),
        .init(
            "RSS-PARTITION-100",
            "The text given is not a single CREATE INDEX with a name.",
            do: "Write it as in psql.",
            example: "not a single CREATE INDEX statement: it has no name"),
        .init(
            "RSS-PARTITION-101",
            "The index or table does not exist.",
            do: "`\\di` lists the indexes.",
            example: "index or table events_day_idx does not exist"),
        .init(
            "RSS-PARTITION-102",
            "The index is not one of a partitioned table.",
            do: "PostgreSQL does it by itself; the command is shown.",
            example: "users_email_idx is not an index of a partitioned table"),
        .init(
            "RSS-PARTITION-103",
            "The index belongs to a constraint.",
            do: "It is dropped with the constraint.",
            example: "events_pkey belongs to the constraint events_pkey of public.events"),
        .init(
            "RSS-PARTITION-104",
            "The index is the part of one partition.",
            do: "Drop the index of the whole table.",
            example: "events_2026_11_day_idx is a part of the partitioned index events_day_idx"),
        .init(
            "RSS-PARTITION-105",
            "The index is the replica identity of the table.",
            do: "Give the table another one first.",
            example: "events_pkey is the replica identity of public.events"),
        .init(
            "RSS-PARTITION-106",
            "Another index has the name of the one that is to be created; both are shown.",
            do: "Choose another name, or drop that one.",
            example: "events_day_idx is another index already"),
        .init(
            "RSS-PARTITION-107",
            "A unique index cannot be built: rows have duplicate keys.",
            do: "Fix the rows and run it again, or `rssctl partition index drop`.",
            example: "events_id_key cannot be unique: rows of public.events have duplicate keys"),
        .init(
            "RSS-PARTITION-110",
            "Retention would retire more than a quarter of a table's partitions, two or more; none was retired.",
            do: "Check the policy and the server's clock; `rssctl partition maintain --allow-mass-retire N` allows N.",
            example: "retention would retire 9 of 12 partitions of public.events"),
        .init(
            "RSS-PARTITION-111",
            "A saved plan is of a time that the database has not reached.",
            do: "Create a new one: `rssctl partition plan --save`.",
            example: "the time of the saved plan is in the database's future"),
        .init(
            "RSS-PARTITION-112",
            "The partition waits for a retired one that references its rows, until that is dropped on the day named.",
            do: "Run it again after that day, or `rssctl partition undo` of the other one.",
            example: "public.events_2024_01 waits for public.items_2024_01, to be dropped on 2026-12-07"),
        .init(
            "RSS-PARTITION-113",
            """
            A table, index or function that rssctl's records or the triggers of a partitioned table name belongs \
            to another role than the table. Nothing was done with it.
            """,
            do: """
                If it is part of the table, give it the table's owner: the message has the statement. Otherwise \
                check who may write the records: `\\dp rssctl.*`.
                """,
            example: "public.events_keys belongs to role mallory, and public.events to role rss"),
        .init(
            "RSS-PARTITION-114",
            "The owner of the table may not create tables in the tablespace of its policy.",
            do: "`GRANT CREATE ON TABLESPACE … TO` the owner, or another tablespace.",
            example: "role rss, which owns the table, may not create tables in tablespace fast"),
        .init(
            "RSS-PARTITION-120",
            "The numbers of an integer key are not valid times in the unit of `--epoch`.",
            do: "Give the unit that the message names, or leave it out.",
            example: "created does not hold seconds since 1970"),
        .init(
            "RSS-PARTITION-121",
            """
            A conversion was interrupted before its cutover, or is running: the table is still plain, and may \
            refuse rows after the end of its first partition.
            """,
            do: "The same command continues it; `rssctl partition convert TABLE --abort` undoes what was done.",
            example: "the conversion of public.orders, begun at 2026-11-30 09:12 UTC, was interrupted"),
        .init(
            "RSS-PARTITION-122",
            """
            The folder that a policy names for archives does not exist on this machine, or cannot be written to. Nothing was \
            set: `partition maintain` would fail at the first partition that is to be dropped.
            """,
            do: """
                Create the folder for the user who runs `partition maintain`; where another machine runs it, give \
                `--archive-elsewhere`.
                """,
            example: "archives cannot be written to /srv/archive on this machine"),
    ]
}
