/// How each rule of squawk 2.70 is met here.
enum SquawkRules {
    enum Answer: Sendable {
        /// By these rules.
        case covered([String])
        /// By what rssctl does when it runs the file.
        case moot(String)
        /// Not at all, on purpose.
        case left(String)
    }

    static let answers: [(rule: String, answer: Answer)] = [
        ("adding-field-with-default", .covered(["add-column-volatile-default", "add-column-generated"])),
        ("adding-foreign-key-constraint", .covered(["foreign-key-validated", "add-column-constraint"])),
        ("adding-not-nullable-field", .covered(["set-not-null"])),
        ("adding-required-field", .covered(["add-column-not-null"])),
        (
            "adding-serial-primary-key-field",
            .covered(["unique-constraint-builds-index", "add-column-serial", "add-column-constraint"])
        ),
        (
            "ban-add-column",
            .left("adding a column is the commonest migration there is; what makes it slow has rules of its own")
        ),
        (
            "ban-add-composite-attribute",
            .left("a composite type in a column is seldom; its lock is shown by migrate plan")
        ),
        ("ban-add-enum-value", .covered(["enum-value-order", "enum-value-used"])),
        ("ban-alter-database-options", .covered(["server-setting"])),
        ("ban-alter-domain-with-add-constraint", .covered(["domain-constraint"])),
        ("ban-alter-extension", .left("an update of an extension is a migration like any other")),
        ("ban-alter-function-options", .left("takes no lock on a table, and is done in a moment")),
        ("ban-alter-generated-expression", .left("PostgreSQL 17 and later; the grammar here is that of 15")),
        ("ban-alter-identity", .left("takes a moment; shown by migrate plan")),
        ("ban-alter-policy-condition", .left("a policy is changed in order to be changed")),
        ("ban-alter-policy-roles", .left("a policy is changed in order to be changed")),
        ("ban-alter-role-options", .covered(["server-setting", "password-in-file"])),
        ("ban-alter-row-level-security", .covered(["row-security-off"])),
        ("ban-alter-sequence-values", .left("takes a moment, and concerns no table")),
        ("ban-alter-system-options", .covered(["server-setting"])),
        ("ban-alter-view-options", .left("takes a moment; shown by migrate plan")),
        ("ban-char-field", .covered(["char-type"])),
        (
            "ban-concurrent-index-creation-in-transaction",
            .moot(
                "a concurrent build is run by itself, also among other statements; transaction-mode, transaction-statement"
            )
        ),
        (
            "ban-create-domain-with-constraint",
            .left("a new domain is used by nothing; changing it later has the rule domain-constraint")
        ),
        ("ban-create-policy", .left("a policy is made in order to be made")),
        ("ban-detach-inheritance", .left("seldom; its lock is shown by migrate plan")),
        ("ban-disable-trigger", .covered(["disable-trigger"])),
        ("ban-drop-column", .covered(["drop-column"])),
        ("ban-drop-constraint", .covered(["drop-constraint"])),
        ("ban-drop-database", .covered(["drop-database"])),
        ("ban-drop-default", .left("takes a moment; programs that relied on it fail in tests")),
        ("ban-drop-domain", .covered(["drop-object"])),
        ("ban-drop-extension", .covered(["drop-object"])),
        ("ban-drop-function", .covered(["drop-object"])),
        ("ban-drop-generated-expression", .left("takes a moment; the values stay")),
        (
            "ban-drop-index",
            .left("an index is dropped in order to be dropped; how has the rule index-drop-not-concurrent")
        ),
        ("ban-drop-not-null", .covered(["drop-not-null"])),
        ("ban-drop-policy", .covered(["drop-trigger"])),
        ("ban-drop-schema", .covered(["drop-object"])),
        ("ban-drop-sequence", .covered(["drop-object"])),
        ("ban-drop-table", .covered(["drop-table"])),
        ("ban-drop-trigger", .covered(["drop-trigger"])),
        ("ban-drop-type", .covered(["drop-object"])),
        ("ban-drop-view", .covered(["drop-object"])),
        ("ban-duplicate-column-assignments", .covered(["duplicate-assignment"])),
        ("ban-new-write-restriction", .left("a constraint is added in order to restrict; how has rules of its own")),
        ("ban-replace-view-function", .covered(["replace-view", "function-overload"])),
        ("ban-replica-identity", .left("takes a moment; shown by migrate plan")),
        ("ban-revoke", .left("a right is taken in order to be taken")),
        ("ban-set-default", .left("takes a moment, and concerns new rows only")),
        ("ban-set-schema", .covered(["rename-object"])),
        ("ban-truncate-cascade", .covered(["truncate"])),
        ("ban-uncommitted-transaction", .covered(["transaction-statement"])),
        ("changing-column-type", .covered(["change-column-type"])),
        (
            "constraint-missing-not-valid",
            .covered(["foreign-key-validated", "check-validated", "validate-in-same-transaction"])
        ),
        ("disallowed-unique-constraint", .covered(["unique-constraint-builds-index", "add-column-constraint"])),
        ("identifier-too-long", .covered(["identifier-too-long"])),
        ("prefer-bigint-over-int", .covered(["integer-key"])),
        ("prefer-bigint-over-smallint", .covered(["integer-key"])),
        ("prefer-identity", .covered(["serial-type"])),
        ("prefer-repack", .covered(["vacuum-full", "cluster"])),
        (
            "prefer-robust-stmts",
            .moot(
                "each statement is recorded, and a rerun resumes after it; IF NOT EXISTS on a concurrent index even hides an invalid one (index-concurrent-if-not-exists)"
            )
        ),
        (
            "prefer-text-field",
            .left("varchar(n) says what the domain allows, and a longer one is free to get since PostgreSQL 9.2")
        ),
        ("prefer-timestamp-tz", .covered(["timestamp-without-time-zone"])),
        ("renaming-column", .covered(["rename-column"])),
        ("renaming-object", .covered(["rename-object"])),
        ("renaming-table", .covered(["rename-table"])),
        ("require-concurrent-index-creation", .covered(["index-not-concurrent"])),
        ("require-concurrent-index-deletion", .covered(["index-drop-not-concurrent"])),
        ("require-concurrent-partition-detach", .covered(["detach-not-concurrent"])),
        ("require-concurrent-reindex", .covered(["reindex-not-concurrent"])),
        ("require-enum-value-ordering", .covered(["enum-value-order"])),
        (
            "require-lock-timeout",
            .moot("rssctl bounds each wait for a lock; a value of the file's own is reported by lock-timeout-set")
        ),
        (
            "require-statement-timeout",
            .moot("rssctl sets the session's timeouts; a value of the file's own is reported by lock-timeout-set")
        ),
        (
            "require-table-schema",
            .left(
                "names follow database.search_path, which rssctl sets; a schema in each name would bind a migration to one database"
            )
        ),
        (
            "require-timeout-settings",
            .moot("an alias of the two rules require-lock-timeout and require-statement-timeout")
        ),
        ("transaction-nesting", .covered(["transaction-statement"])),
        ("unused-ignore", .covered(["allow-unused", "allow-unknown"])),
        ("syntax-error", .covered(["syntax-error"])),
    ]
}
