extension ErrorSection {
    /// Setup.
    static let setup = ErrorSection(
        "Setup",
        [
            .init(
                "RSS-SETUP-001",
                "The role does not exist, or its name is reserved by PostgreSQL.",
                do: "`--create` makes it; `--role` names another.",
                example: "the role 'scanner' does not exist"),
            .init(
                "RSS-SETUP-002",
                "The tables that rights are granted on do not exist, or are of an earlier format.",
                do: "`rssctl migrate`",
                example: "rights cannot be granted: the schema rssctl does not exist"),
            .init(
                "RSS-SETUP-003",
                "The tables belong to a superuser, and no role is made a member of a superuser.",
                do: "Give them to a role that is not a superuser.",
                example: "a role for maintenance must be a member of the tables' owner, and 'postgres' is a superuser"),
            .init(
                "RSS-SETUP-004",
                "The role of the session may not grant rights on a table.",
                do: "Connect as its owner, or as a superuser.",
                example: "this role may not grant rights on visit_reports, which belongs to 'rss'"),
        ])
}
