extension ErrorSection {
    /// Configuration.
    static let configuration = ErrorSection(
        "Configuration",
        [
            .init(
                "RSS-CONFIG-001",
                "The configuration file named cannot be read.",
                do: "Check the path, or write one: `rssctl config init`.",
                example: "the configuration file /etc/rssctl/config.yaml cannot be read"),
            .init(
                "RSS-CONFIG-002",
                "The file is not valid YAML, or not of the shape expected.",
                do: "Fix the line shown.",
                example: "the configuration file is malformed"),
            .init(
                "RSS-CONFIG-003",
                "A key of the file is an unknown setting.",
                do: "`rssctl config init --print` lists every setting.",
                example: "unknown setting 'database.prot'"),
            .init(
                "RSS-CONFIG-004",
                "Invalid value for a setting.",
                do: "The message says what is expected and where the value comes from.",
                example: "invalid value for database.port: 'abc' (expected a number from 1 to 65535)"),
            .init(
                "RSS-CONFIG-005",
                "The profile does not exist in the file.",
                do: "The message lists the existing profiles.",
                example: "profile 'staging' does not exist"),
            .init(
                "RSS-CONFIG-006",
                "No database is configured, and no sandbox is running.",
                do: "Name one, or `rssctl sandbox up`.",
                example: "no database is configured, and no sandbox is running"),
            .init(
                "RSS-CONFIG-007",
                "No Redis is configured, and no sandbox is running.",
                do: "Name one, or `rssctl sandbox up`.",
                example: "no Redis is configured, and no sandbox is running"),
            .init(
                "RSS-CONFIG-008",
                "`config init` will not overwrite a file.",
                do: "Name another place.",
                example: "rssctl.yaml exists already and is not overwritten"),
            .init(
                "RSS-CONFIG-009",
                "Two settings of one level name different targets.",
                do: """
                    Remove one; `rssctl config show` names the origin of each. See \
                    [precedence](config.md#precedence).
                    """,
                example: "database.url and database.host name different targets, and neither takes precedence"),
            .init(
                "RSS-CONFIG-010",
                "An address (`database.url`, `database.direct_url`, `redis.url`) is malformed. Nothing of it is shown.",
                do: "Write what is special in a password as `%XX`: `%40` for `@`, `%2F` for `/`.",
                example: "database.url is malformed: the port is not a number"),
            .init(
                "RSS-CONFIG-011",
                "A password file or a certificate cannot be used: missing, unreadable, empty.",
                do: "Check owner, mode and content.",
                example: "the file of database.password_file cannot be used: /etc/rssctl/password"),
            .init(
                "RSS-CONFIG-012",
                "Any user can write the configuration file or a folder above it.",
                do: "`chmod o-w` what is named.",
                example: """
                    the configuration file /srv/rssctl.yaml is not used, because any user can write /srv/rssctl.yaml
                    """),
            .init(
                "RSS-CONFIG-013",
                "A setting that is to be written to the file is set by a variable or a flag, which takes precedence.",
                do: "Remove it there, or leave `--write` out.",
                example: """
                    cache.shapes is set by environment RSSCTL_CACHE_SHAPES, which takes precedence over the configuration file
                    """),
            .init(
                "RSS-CONFIG-014",
                "A list in the configuration file is written in a form that is left to its author.",
                do: "Write an item on each line, or add the lines by hand.",
                example: "cache.shapes cannot be added to the configuration file"),
        ])
}
