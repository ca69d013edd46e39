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
        ])
}
