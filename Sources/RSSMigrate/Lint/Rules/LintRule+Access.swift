import RSSCore
import SQLScript

extension LintRule {
    /// Rights and secrets.
    static let access: [LintRule] = [
        LintRule(
            "grant-to-public", .warning, "A privilege is granted to every role",
            why: "PUBLIC is every role, those created later as well. Grant to a role made for the purpose."
        ) { context in
            guard let grant = context.node("GrantStmt"), grant.flag("is_grant"),
                grant.list("grantees").contains(where: { $0.as("RoleSpec")?.string("roletype") == "ROLESPEC_PUBLIC" })
            else { return [] }
            return [LintHit("every role, now and later, gets this privilege")]
        },
        LintRule(
            "password-in-file", .error, "A password is in the file",
            why:
                "It goes into version control, the history, the server's log. Set it with \\password, or from a secret store."
        ) { context in
            guard let role = context.node("CreateRoleStmt") ?? context.node("AlterRoleStmt"),
                let password = role.list("options").compactMap({ $0.as("DefElem") }).first(where: {
                    $0.string("defname") == "password"
                }),
                password["arg"] != nil
            else { return [] }
            return [LintHit("remove the password from the file")]
        },
        LintRule(
            "row-security-off", .warning, "Row level security is disabled",
            why: "From then on every reader of the table sees every row."
        ) { context in
            guard context.file.kind != .down else { return [] }
            return (context.alterations("AT_DisableRowSecurity") + context.alterations("AT_NoForceRowSecurity")).map {
                LintHit("readers of \($0.table.quoted) see every row from now on")
            }
        },
    ]

    /// Statements about the server, or the database as a whole.
    static let server: [LintRule] = [
        LintRule(
            "server-setting", .warning, "A migration changes the server or the database, not the schema",
            why:
                "ALTER SYSTEM, databases, tablespaces and roles belong to the whole server; who deploys one application seldom "
                + "may change them, and a second environment differs. It cannot be reverted with the rest."
        ) { context in
            let types = [
                "AlterSystemStmt", "CreatedbStmt", "AlterDatabaseStmt", "AlterDatabaseSetStmt", "CreateTableSpaceStmt",
                "DropTableSpaceStmt",
                "CreateRoleStmt", "AlterRoleStmt", "AlterRoleSetStmt", "DropRoleStmt", "CreateSubscriptionStmt",
                "DropSubscriptionStmt",
                "DropOwnedStmt", "ReassignOwnedStmt",
            ]
            guard let type = context.tree.tagged?.name, types.contains(type) else { return [] }
            return [LintHit("\(context.effect.command) concerns more than this schema; keep it out of migrations")]
        },
        LintRule(
            "drop-database", .error, "A migration drops a database", why: "Nothing is left to migrate."
        ) { context in
            guard context.node("DropdbStmt") != nil else { return [] }
            return [LintHit("remove DROP DATABASE from the file")]
        },
    ]
}
