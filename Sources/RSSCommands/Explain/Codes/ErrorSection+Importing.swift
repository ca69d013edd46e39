extension ErrorSection {
    /// Import: of a file as a whole, and of single rows.
    static let importing = ErrorSection(
        "Import",
        tables: [
            Table(introduction: "For a file as a whole; nothing is loaded:", codes: importOfFiles),
            Table(introduction: "For a single row, in the rejects file:", codes: importOfRows),
        ])

    private static let importOfFiles: [ErrorCode] = [
        .init(
            "RSS-IMPORT-001",
            "The file cannot be opened or read.",
            do: "Check path, owner and mode.",
            example: "cannot read inventory.csv"),
        .init(
            "RSS-IMPORT-002",
            "The file is empty.",
            do: "The first line names the columns, each further line is a row.",
            example: "inventory.csv is empty"),
        .init(
            "RSS-IMPORT-003",
            "No line names columns that can be imported.",
            do: """
                Say what the names mean with `--map`, name the fields with `--header`, or read another sheet with \
                `--sheet`.
                """,
            example: "no line names columns that can be imported"),
        .init(
            "RSS-IMPORT-004",
            "The file has unknown columns.",
            do: """
                Say what they mean, or that they are ignored, with `--map`; `--ignore-unknown` ignores those whose \
                names are not near that of a known one.
                """,
            example: "unknown column 'Gerätebezeichner'"),
        .init(
            "RSS-IMPORT-005",
            "A column is missing that every row needs.",
            do: "Add it; for the visit report, `--visit` will do.",
            example: "the file lacks the column device_name"),
        .init(
            "RSS-IMPORT-006",
            "Names of the header mean the same column; all of them are listed.",
            do: "Ignore one of each: `--map NAME=`.",
            example: "the columns 'S/N' and 'Serial' both mean serial_number"),
        .init(
            "RSS-IMPORT-007",
            "The header is not text in the file's encoding.",
            do: "Give `--encoding`.",
            example: "the first line is not valid UTF-8"),
        .init(
            "RSS-IMPORT-008",
            """
            A file cannot be written: rejected rows, an export, a template. An existing file is replaced only if \
            it is an earlier rejects file, or with `--force`.
            """,
            do: "Give another place with the flag that the message names.",
            example: "/srv/inventory.csv.rejects.csv cannot be written"),
        .init(
            "RSS-IMPORT-009",
            "`--rejects` names the file that is imported.",
            do: "Give another name.",
            example: "--rejects names the file that is imported: inventory.csv"),
        .init(
            "RSS-IMPORT-010",
            "More rows are rejected than `--max-errors` allows.",
            do: "Fix the file; `--dry-run --rejects FILE` shows all of them.",
            example: "more than 10 rows are rejected; nothing was loaded"),
        .init(
            "RSS-IMPORT-011",
            "Another process wrote to the file while it was read.",
            do: "Import it again when it is complete.",
            example: "inventory.csv was changed while it was read; nothing was loaded"),
        .init(
            "RSS-IMPORT-012",
            "No visit report has the number or id given.",
            do: "`rssctl report query` lists them.",
            example: "visit report 'VR-2026-00001' does not exist"),
        .init(
            "RSS-IMPORT-013",
            "No space for the copy that is made of standard input, a compressed file or a workbook.",
            do: "Set `TMPDIR` to a folder with more room.",
            example: "cannot store a copy of the input in /tmp"),
        .init(
            "RSS-IMPORT-014",
            "The table does not exist.",
            do: "`rssctl migrate`",
            example: "table hardware_inventory does not exist"),
        .init(
            "RSS-IMPORT-015",
            "The file has no column that `--key` names.",
            do: "Give one that it has.",
            example: "the file has no column asset_tag, which --key names"),
        .init(
            "RSS-IMPORT-016",
            "Other sessions keep changing the same rows, so that a batch could not be loaded.",
            do: "Run it again: what is loaded stays, and the rest follows.",
            example: "the run 01a22058 is still in progress"),
        .init(
            "RSS-IMPORT-017",
            "The outcome of some rows is not known; what they name may have been made since the import was stopped.",
            do: "Run it again: every row is compared with the table then. If that does not help, report it.",
            example: "of 5000 good rows, 4980 are accounted for"),
        .init(
            "RSS-IMPORT-018",
            "No bulk run has that id.",
            do: "`rssctl bulk history` lists them.",
            example: "this role has no bulk run left to undo"),
        .init(
            "RSS-IMPORT-019",
            "The run cannot be undone: its rows as they were are no longer stored, or it was undone already.",
            do: "Import the right file.",
            example: "the run 01a22058 was undone already"),
        .init(
            "RSS-IMPORT-020",
            "The compressed file is truncated or damaged.",
            do: "Fetch or save it again; the detail says what is wrong.",
            example: "inventory.csv.gz cannot be unpacked"),
        .init(
            "RSS-IMPORT-021",
            "The file is an .xls, .xlsb or .ods workbook, one with a password, or an archive of other files.",
            do: "Save it as .xlsx or CSV, without a password.",
            example: "inventory.xls is a workbook of Excel 97, which is not supported"),
        .init(
            "RSS-IMPORT-022",
            "The workbook has no sheet of the name given.",
            do: "Give one that is listed with `--sheet`.",
            example: "inventory.xlsx has no sheet 'Devices'"),
        .init(
            "RSS-IMPORT-023",
            "`--sheet` is given, and the file is not an .xlsx workbook.",
            do: "Leave it out.",
            example: "--sheet is given, and inventory.csv is not an .xlsx workbook"),
        .init(
            "RSS-IMPORT-024",
            "A mapping names an unknown column.",
            do: "Write the name of one that the message lists.",
            example: "'Gerät' is mapped to devicename, which is not a column (did you mean device_name?)"),
        .init(
            "RSS-IMPORT-025",
            "No mapping for such files has that name.",
            do: "`rssctl bulk mapping list` shows them, `bulk mapping save` makes one.",
            example: "mapping 'scanner' does not exist"),
        .init(
            "RSS-IMPORT-041",
            "Two pairs of a mapping contradict each other: one header for two columns, or two headers for one.",
            do: "Leave one out.",
            example: "'A=device_name' and 'B=device_name' contradict each other"),
        .init(
            "RSS-IMPORT-042",
            "A different mapping of that name exists already.",
            do: "Another name, or `bulk mapping save --replace`.",
            example: "mapping 'scanner' already exists, for hardware, with 3 pairs"),
        .init(
            "RSS-IMPORT-043",
            "The mapping of that name is for the other kind of file.",
            do: "`rssctl bulk mapping list`",
            example: "the mapping 'scanner' is for hardware, not recycling"),
        .init(
            "RSS-IMPORT-044",
            "The file has the column `visit_report`, and no row has a value there: every row would be rejected.",
            do: "Give one report for all rows with `--visit`, by its number or as `latest`.",
            example: "no row of inventory.csv names its visit report; nothing was loaded"),
        .init(
            "RSS-IMPORT-045",
            "`--map-value` is for a column that the file does not have.",
            do: "Name the column as `rssctl bulk columns hardware` lists it, and not as the file does.",
            example: "--map-value 'zustand:gut=4' is for the column zustand, which the file does not have"),
        .init(
            "RSS-IMPORT-026",
            "Another process wrote to the file while its rows were loaded; those of complete batches are in the table.",
            do: "Import it again when it is complete, or undo what is loaded with `bulk undo`.",
            example: "inventory.csv was changed while it was loaded"),
    ]
}
