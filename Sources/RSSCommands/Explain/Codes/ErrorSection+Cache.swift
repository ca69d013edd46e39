extension ErrorSection {
    /// Cache.
    static let cache = ErrorSection(
        "Cache",
        [
            .init(
                "RSS-CACHE-001",
                "Another run is warming the cache; it is named.",
                do: "Wait for it; the lock of a run that was killed expires within a minute.",
                example: "another run is warming the cache"),
            .init(
                "RSS-CACHE-002",
                """
                The run lost its lock in Redis: it was removed, or Redis did not answer for a minute. What was \
                written is right.
                """,
                do: "Run it again.",
                example: "the lock rss:lock:cache-warm was lost while the cache was being warmed"),
        ])
}
