extension ErrorSection {
    /// Cache.
    static let cache = ErrorSection(
        "Cache",
        [
            .init(
                "RSS-CACHE-001",
                "Another run is warming the cache; it is named.",
                do: "Wait for it; the lock of a run that was killed expires within half a minute.",
                example: "another run is warming the cache"),
            .init(
                "RSS-CACHE-002",
                """
                The run lost its lock in Redis: it was removed, or Redis did not answer for half a minute. What was \
                written is right.
                """,
                do: "Run it again.",
                example: "the lock rssctl:lock:warm was lost while the cache was being warmed"),
            .init(
                "RSS-CACHE-003",
                """
                A column is of a type that node-postgres converts, and rssctl does not know how; its rows are not \
                cached.
                """,
                do: "Warm the other kinds.",
                example: "it is not known what the backend writes for column location of public.organizations"),
            .init(
                "RSS-CACHE-004",
                "Keys of queues, sessions or locks match what is to be invalidated, and nothing was removed.",
                do: "Narrow the pattern, or `--force`.",
                example: "3 of 41 keys belong to queues or sessions, and nothing was removed"),
            .init(
                "RSS-CACHE-005",
                "The key does not exist.",
                do: "`rssctl cache stats` shows which prefixes there are; `rssctl cache warm` writes what is missing.",
                example: "the key perms:user:018c22ac-d000-700b-8d91-ace0d09f7e9e does not exist"),
        ])
}
