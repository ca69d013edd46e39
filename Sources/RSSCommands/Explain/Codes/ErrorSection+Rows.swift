extension ErrorSection {
    /// What is wrong with a row.
    static let importOfRows: [ErrorCode] = [
        .init(
            "RSS-IMPORT-101",
            "The row has fewer fields than the header.",
            do: "Add what is missing.",
            example: "14 fields, and the header has 16"),
        .init(
            "RSS-IMPORT-102",
            "The row has more fields than the header.",
            do: "Quote the value that holds the delimiter.",
            example: "17 fields, and the header has 16"),
        .init(
            "RSS-IMPORT-103",
            "Text follows a closing quote.",
            do: "Double the quotes within a quoted value.",
            example: "text after the closing quote"),
        .init(
            "RSS-IMPORT-104",
            """
            A quote is opened and never closed. Where no rows were found after it, the rest of the file is in \
            this row.
            """,
            do: "Close it.",
            example: "a quote is opened and not closed"),
        .init(
            "RSS-IMPORT-105",
            "The row is longer than 1 MB.",
            do: "Look for a quote that is missing.",
            example: "the row is longer than 1048576 bytes; is a quote missing?"),
        .init(
            "RSS-IMPORT-106",
            "A value holds a control character or NUL.",
            do: "Remove it.",
            example: "'PC\\u{0007}' holds U+0007"),
        .init(
            "RSS-IMPORT-107",
            "A value is not valid in the file's encoding.",
            do: "Fix it, or give `--encoding`.",
            example: "is not valid UTF-8"),
        .init(
            "RSS-IMPORT-108",
            "A value is missing that every row needs.",
            do: "Add it.",
            example: "device_name is missing"),
        .init(
            "RSS-IMPORT-109",
            "A value is longer than its column.",
            do: "Shorten it.",
            example: "has 300 characters; 255 are allowed"),
        .init(
            "RSS-IMPORT-110",
            "Invalid IP address.",
            do: "Write 10.1.2.3, 10.1.2.0/24 or 2001:db8::1.",
            example: "'10.4.1.300' is not an IP address like 10.1.2.3, 10.1.2.0/24 or 2001:db8::1"),
        .init(
            "RSS-IMPORT-111",
            "Invalid MAC address.",
            do: "Write 08:00:2b:01:02:03, or another form that PostgreSQL accepts.",
            example: "'08:00:2b:01:02' is not a MAC address of six bytes like 08:00:2b:01:02:03"),
        .init(
            "RSS-IMPORT-112",
            "Invalid date, or a time of day other than midnight.",
            do: "Write YYYY-MM-DD or DD.MM.YYYY.",
            example: "'31.02.2027' is not a valid date; write YYYY-MM-DD or DD.MM.YYYY"),
        .init(
            "RSS-IMPORT-113",
            "A date may mean two days, as 03/04/2027 does.",
            do: "Write YYYY-MM-DD.",
            example: "'03/04/2027' may mean two days; write YYYY-MM-DD"),
        .init(
            "RSS-IMPORT-114",
            "A value is not a whole number.",
            do: "Write one.",
            example: "'four' is not a whole number"),
        .init(
            "RSS-IMPORT-115",
            "A number is out of its range.",
            do: "The reason names the range.",
            example: "'7' is not from 1 to 5"),
        .init(
            "RSS-IMPORT-116",
            "A value is not one of the column's words.",
            do: "The reason lists them.",
            example: "'aktiv' is not one of active, inactive, retired"),
        .init(
            "RSS-IMPORT-117",
            "A value is not a JSON object that PostgreSQL accepts.",
            do: "Fix it at the character shown.",
            example: "'{a:1}' is not a valid JSON object"),
        .init(
            "RSS-IMPORT-118",
            "Unknown category.",
            do: "Write an existing one, or its id.",
            example: "'Laptopp' is not a known category (did you mean Laptop?)"),
        .init(
            "RSS-IMPORT-119",
            "Categories of this name differ in case alone.",
            do: "Write the exact name or the id.",
            example: "'printer' means more than one category; write its id"),
        .init(
            "RSS-IMPORT-120",
            "Unknown visit report.",
            do: "Write its number or id, or leave it out and give `--visit`.",
            example: "'VR-2026-99999' is not a known visit report"),
        .init(
            "RSS-IMPORT-121",
            "The key is that of another row of the file.",
            do: "Keep one of them; `--duplicates last` takes the later one.",
            example: "duplicate of line 2"),
        .init(
            "RSS-IMPORT-122",
            "A value is in a column that has no name.",
            do: "Name the column, or remove the value.",
            example: "'spare' is in a column that has no name"),
        .init(
            "RSS-IMPORT-123",
            "The server refuses the row: a constraint, a trigger, a policy.",
            do: "Its message says why.",
            example: "new row violates check constraint \"hardware_inventory_condition_rating_check\""),
        .init(
            "RSS-IMPORT-124",
            "The table has the row already, and it differs (`--on-conflict error`).",
            do: "Leave it out, or allow updates.",
            example: "the table has the row already, and it differs"),
        .init(
            "RSS-IMPORT-125",
            "Several rows of the table have the value of the key.",
            do: "Give a key that is unique with `--key`.",
            example: "several rows of the table have the serial number 'SN-1'"),
        .init(
            "RSS-IMPORT-126",
            "A number is expected, from 0.",
            do: "Write `12.5` or `12,5`.",
            example: "'heavy' is not a number of 0 or more; write 12.5"),
        .init(
            "RSS-IMPORT-127",
            "`1,234` may be 1.234 or 1234.",
            do: "Write `1234` or `1.234`.",
            example: "'1,234' may mean a thousand or a decimal place; write 1234 or 1.234"),
        .init(
            "RSS-IMPORT-128",
            """
            `1.23457E+11` is what a spreadsheet shows of a long number, with digits lost; so is a number with \
            nothing but zeros after its 15th digit.
            """,
            do: "Make the column one of text in the spreadsheet, and save the file again.",
            example: "'1.23457E+11' is what a spreadsheet shows of a long number"),
        .init(
            "RSS-IMPORT-129",
            "A UUID is expected.",
            do: "Write it in the form 01a22058-d64f-7d99-9e2a-2c5a01f29dc5.",
            example: "'42' is not a UUID like 01a22058-d64f-7d99-9e2a-2c5a01f29dc5"),
        .init(
            "RSS-IMPORT-130",
            "The table has no row with this key, so there is none to update or delete.",
            do: "`bulk import` inserts new rows.",
            example: "no row has the serial number 'SN-9'"),
        .init(
            "RSS-IMPORT-131",
            """
            `#N/A`, `#SPILL!` or the like: what a spreadsheet shows of a formula that failed; a cell that is \
            merged with the one to its left; a formula in place of an identifier.
            """,
            do: "Write the value in its cell.",
            example: "'#N/A' is what a spreadsheet shows of a formula that failed"),
        .init(
            "RSS-IMPORT-132",
            """
            The key is a placeholder that many devices have, as `To be filled by O.E.M.`, so no row can be \
            updated or deleted.
            """,
            do: "Give another key with `--key`.",
            example: "'To be filled by O.E.M.' is a placeholder that many items have, and identifies none of them"),
        .init(
            "RSS-IMPORT-133",
            """
            The row spans several lines, each of which has the fields of a row by itself: there is one quote too \
            many.
            """,
            do: "Double the quote, or remove it; in a text that is meant so, the line breaks.",
            example: "the row spans 4 lines, each of which has the fields of a row"),
        .init(
            "RSS-IMPORT-134",
            "A line is UTF-8 in a file of another encoding.",
            do: "Where it is correct in the rejects file, import that.",
            example: "'Gerätename' is not in the encoding of the rest of the file"),
        .init(
            "RSS-IMPORT-135",
            "The row belongs to a visit report of another organization.",
            do: "Check `--visit`; `--allow-move` allows the move.",
            example: "the device belongs to another organization"),
        .init(
            "RSS-IMPORT-136",
            "`--map` names a column that the file does not have.",
            do: "Write the name as it is in the file, or leave it out.",
            example: "the file has no column 'Serienr', which --map names"),
        .init(
            "RSS-IMPORT-137",
            "The encoding of the file cannot be detected for certain. Nothing was loaded.",
            do: "Give the one in which the fields shown are correct: `--encoding NAME`.",
            example: "the encoding of inventory.csv cannot be detected for certain; nothing was loaded"),
        .init(
            "RSS-IMPORT-138",
            "A filter of an export matches no row at all.",
            do: "Write one of the words or names that the detail lists.",
            example: "--status 'bogus' matches no row"),
        .init(
            "RSS-IMPORT-140",
            "The record of the run names another table than that of its object. Nothing was done.",
            do: "Find out who wrote the row.",
            example: "rssctl.bulk_run, run 01a22058: 'pg_authid' is not the table of 'hardware'"),
        .init(
            "RSS-IMPORT-141",
            "The run belongs to another role, or its author was not recorded by the server.",
            do: "`bulk undo RUN --by ROLE`",
            example: "the author of the run 01a22058 is the role 'anna', or was not recorded by the server"),
        .init(
            "RSS-IMPORT-142",
            "The role may not undo runs of that role.",
            do: "Connect as it, as a member of it, or as the owner of schema `rssctl`.",
            example: "this role may not undo the run 01a22058 of the role 'anna'"),
        .init(
            "RSS-IMPORT-143",
            "`--force` is for runs of the own role.",
            do: "Leave it out, or connect as that role.",
            example: "--force is for runs of the session's own role, and the run 01a22058 is of the role 'anna'"),
        .init(
            "RSS-IMPORT-144",
            "The record of a batch cannot be what a batch wrote. Nothing of it was undone.",
            do: "Find out who wrote the row.",
            example: "rssctl.bulk_batch, run 01a22058, batch 3: the ids are not those of its rows"),
        .init(
            "RSS-IMPORT-145",
            "Undoing the run would insert, update or delete rows that its author may not.",
            do: "Where the right was revoked since, grant it again.",
            example: """
                undoing the run 01a22058 requires DELETE on every row of hardware_inventory, which its author 'anna' \
                does not have
                """),
        .init(
            "RSS-IMPORT-146",
            "The row of a template that says what each column holds was written over: some of its fields are notes, others values.",
            do: "Write the values into a row below it, and delete the notes.",
            example: "the row holds the notes of the template, and values"),
    ]
}
