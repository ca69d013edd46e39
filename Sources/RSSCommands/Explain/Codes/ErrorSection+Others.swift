extension ErrorSection {
    /// Reports, sandbox, seed.
    static let others = ErrorSection(
        "Reports, sandbox, seed",
        [
            .init(
                "RSS-REPORT-001",
                "Unknown organization, office or technician; similar names are listed.",
                do: "Give its id or its full name.",
                example: "technician 'Anna Keller' does not exist"),
            .init(
                "RSS-REPORT-002",
                "More than one has this name; their ids are listed.",
                do: "Give the id, or `--organization` for an office.",
                example: "more than one office is named 'Wien'"),
            .init(
                "RSS-REPORT-003",
                "`--after` is the cursor of a page with other filters or another order.",
                do: "Repeat those of that page, or leave `--after` out.",
                example: "--after is the cursor of a page with other filters"),
            .init(
                "RSS-REPORT-004",
                "A file of the report cannot be written, or exists.",
                do: "Give another place, or `--force`.",
                example: "cannot write report.html"),
            .init(
                "RSS-REPORT-005",
                "The last day is before the first.",
                do: "Exchange `--from` and `--to`.",
                example: "--from is later than --to"),
            .init(
                "RSS-REPORT-006",
                "No program that prints PDF is installed.",
                do: "Install weasyprint or chromium, or use `--html`.",
                example: "no program that prints PDF is installed"),
            .init(
                "RSS-REPORT-007",
                "The program that prints PDF failed; its own words follow.",
                do: "Use `--html`, and print the page from a browser.",
                example: "weasyprint ended with status 1"),
            .init(
                "RSS-REPORT-008",
                "No visit report has this number or id.",
                do: "Look for it with `rssctl report query --search`.",
                example: "visit report 'RSS-202601-000001' does not exist"),
            .init(
                "RSS-REPORT-009",
                "`report check` could not read the reports that it would ask for, within the time for a call.",
                do:
                    "Allow more with `--call-timeout`, name an organization, or run it when no session locks visit_reports.",
                example: "the visit reports could not be read in time"),
            .init(
                "RSS-REPORT-010",
                "The function runs with its owner's rights or is part of an extension, or one beside rssctl's fits the call.",
                do: "Do what the hint says, then run it again.",
                example: "public.get_visit_reports_optimized(uuid, …) is not replaced"),
            .init(
                "RSS-REPORT-011",
                "The function was replaced after `report install`; `report uninstall` would lose it.",
                do: "Drop it or rename it, then run the command again.",
                example: "public.get_visit_reports_optimized(uuid, …) is not the function of rssctl"),
            .init(
                "RSS-REPORT-012",
                "`report install` has replaced no function in this database, or it was put back already.",
                do: "See what the database has with `rssctl report check`.",
                example: "no function is kept that could be put back"),
            .init(
                "RSS-SANDBOX-001",
                "A server program is not installed.",
                do: "Install the package named.",
                example: "the program initdb is not installed"),
            .init(
                "RSS-SANDBOX-002",
                "Run as root, and no unprivileged user exists for the servers.",
                do: "Run it as an ordinary user.",
                example: "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it"),
            .init(
                "RSS-SANDBOX-003",
                "A server did not start; its messages follow. The data is unchanged.",
                do: "See the log that the hint names, then `rssctl sandbox up`.",
                example: "the sandbox's PostgreSQL did not start"),
            .init(
                "RSS-SANDBOX-004",
                "No sandbox is running.",
                do: "`rssctl sandbox up`",
                example: "no sandbox is running in /var/lib/rssctl/sandbox"),
            .init(
                "RSS-SANDBOX-005",
                "The file of ports and passwords is missing or cannot be read.",
                do: "Restore the file, or use another folder.",
                example: "/var/lib/rssctl/sandbox/sandbox.json cannot be read"),
            .init(
                "RSS-SANDBOX-006",
                "Another process is starting or stopping the sandbox.",
                do: "Try again in a moment.",
                example: "another process is starting or stopping the sandbox in /var/lib/rssctl/sandbox"),
            .init(
                "RSS-SANDBOX-007",
                "`destroy` was given a folder that `sandbox up` did not make. Nothing was removed.",
                do: "Name the sandbox's folder. `rssctl sandbox up` marks one that an earlier version made.",
                example: "/srv/data is not a sandbox that rssctl sandbox up made, and nothing was removed"),
            .init(
                "RSS-SANDBOX-008",
                "`up` was given a folder with other files in it.",
                do: "Name a new folder.",
                example: "/srv/data is not empty, and rssctl sandbox up did not make what is in it"),
            .init(
                "RSS-SANDBOX-009",
                "A server is running and does not answer.",
                do: "`rssctl sandbox down`, then `up`; the data stays.",
                example: "the sandbox's Redis in /var/lib/rssctl/sandbox is running and does not answer"),
            .init(
                "RSS-SANDBOX-010",
                "A server did not stop.",
                do: "See its messages.",
                example: "the sandbox's Redis did not stop"),
            .init(
                "RSS-SANDBOX-011",
                "Run as root, and the user who runs the servers cannot enter a folder above the sandbox.",
                do: "Name a folder that all users may enter.",
                example: "the user postgres, who runs the servers for root, cannot reach /root/sandbox"),
            .init(
                "RSS-SEED-001",
                "The sandbox has no schema yet.",
                do: "`rssctl migrate`",
                example: "the sandbox has no visit-report schema yet"),
            .init(
                "RSS-SEED-002",
                "The sandbox has organizations or visit reports already, also those of a seed that was interrupted.",
                do: "`rssctl sandbox reset --yes`, then migrate and seed.",
                example: "the sandbox has organizations or visit reports already"),
            .init(
                "RSS-SEED-003",
                "The shipped categories are missing.",
                do: "`rssctl sandbox reset --yes`, then migrate.",
                example: "the table categories has none of the shipped categories"),
        ])
}
