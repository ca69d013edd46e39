extension ErrorSection {
    /// Analyze.
    static let analyze = ErrorSection(
        "Analyze",
        [
            .init(
                "RSS-ANALYZE-001",
                "The file of `--ignore` cannot be read.",
                do: "Check the path.",
                example: "the ignore list ignore.txt cannot be read"),
            .init(
                "RSS-ANALYZE-002",
                "The file of `--ignore` is malformed.",
                do: "Fix the line shown; [Ignoring](analyze.md#ignoring) has the form.",
                example: "the ignore list is malformed: line 3 has no date"),
            .init(
                "RSS-ANALYZE-003",
                "The file of `--baseline` cannot be read.",
                do: "Check the path.",
                example: "the baseline baseline.json cannot be read"),
            .init(
                "RSS-ANALYZE-004",
                "The file of `--baseline` is not the JSON of a run.",
                do: "Write one: `rssctl analyze performance --output json > FILE`.",
                example: "the baseline baseline.json is not the JSON of a run"),
            .init(
                "RSS-ANALYZE-005",
                "The journal has no findings of the run that `--baseline` names.",
                do: "Name a run of `analyze performance`: `rssctl runs list --command analyze`.",
                example: "run 0199f3a2 recorded no findings to compare with"),
            .init(
                "RSS-ANALYZE-006",
                "The statistics of statements cannot be read: a right or the extension is missing.",
                do: "Do what the hint says.",
                example: "the statistics of statements cannot be read: pg_stat_statements is not installed"),
        ])
}
