import RSSCore
import SQLScript

extension LintRule {
    /// Statements that rewrite a table, or lock it while they work.
    static let storage: [LintRule] = [
        LintRule(
            "vacuum-full", .warning, "VACUUM FULL rewrites the table under ACCESS EXCLUSIVE",
            why:
                "No session reads or writes meanwhile. Plain VACUUM makes the space reusable; pg_repack gives it back while "
                + "others work."
        ) { context in
            guard let vacuum = context.node("VacuumStmt"), context.effect.command == "VACUUM FULL" else { return [] }
            let tables = vacuum.list("rels").compactMap { RelationName($0.as("VacuumRelation")?["relation"]) }
            guard tables.isEmpty || tables.contains(where: context.exists) else { return [] }
            let names = tables.map(\.quoted).joined(separator: ", ")
            return [
                LintHit(
                    "readers and writers of \(names.isEmpty ? "every table" : names) wait while it is rewritten",
                    rewrite: "VACUUM (ANALYZE) \(names);".replacing(" ;", with: ";"))
            ]
        },
        LintRule(
            "cluster", .warning, "CLUSTER rewrites the table under ACCESS EXCLUSIVE",
            why: "No session reads or writes meanwhile. pg_repack sorts a table while others work."
        ) { context in
            guard let cluster = context.node("ClusterStmt") else { return [] }
            guard let table = RelationName(cluster["relation"]) else {
                return [LintHit("every clustered table is rewritten, one after the other")]
            }
            return context.exists(table)
                ? [
                    LintHit(
                        "readers and writers of \(table.quoted)\(context.size(table)) wait while it is rewritten")
                ] : []
        },
        LintRule(
            "refresh-not-concurrent", .warning, "REFRESH MATERIALIZED VIEW blocks its readers",
            why:
                "It holds ACCESS EXCLUSIVE while the query runs. CONCURRENTLY needs a unique index over plain columns, and does "
                + "not block readers."
        ) { context in
            guard let refresh = context.node("RefreshMatViewStmt"), !refresh.flag("concurrent"),
                let view = context.existing(refresh)
            else { return [] }
            return [
                LintHit(
                    "readers of \(view.quoted) wait while its query runs",
                    rewrite: "REFRESH MATERIALIZED VIEW CONCURRENTLY \(view.quoted);")
            ]
        },
        LintRule(
            "set-logged", .warning, "SET LOGGED or UNLOGGED rewrites the table",
            why:
                "It holds ACCESS EXCLUSIVE meanwhile, and LOGGED writes the whole table to the WAL. An unlogged table is empty "
                + "after a crash."
        ) { context in
            (context.alterations("AT_SetLogged") + context.alterations("AT_SetUnLogged")).map {
                LintHit(
                    "readers and writers of \($0.table.quoted)\(context.size($0.table)) wait while it is rewritten")
            }
        },
        LintRule(
            "set-tablespace", .warning, "SET TABLESPACE copies the table under ACCESS EXCLUSIVE",
            why:
                "No session reads or writes meanwhile. pg_repack moves a table while others work; an index can be rebuilt in the "
                + "other tablespace with REINDEX (TABLESPACE …) CONCURRENTLY."
        ) { context in
            (context.alterations("AT_SetTableSpace") + context.alterations("AT_SetAccessMethod")).map { alteration in
                let isIndex = alteration.object == "OBJECT_INDEX"
                return LintHit(
                    "\(alteration.table.quoted)\(context.size(alteration.table)) is copied under ACCESS EXCLUSIVE",
                    rewrite: isIndex
                        ? "REINDEX (TABLESPACE \(RelationName(name: alteration.name).quoted)) INDEX CONCURRENTLY \(alteration.table.quoted);"
                        : nil)
            }
        },
        LintRule(
            "lock-table", .warning, "A table is locked explicitly",
            why: "The lock is held to the end of the transaction, whatever comes in between."
        ) { context in
            guard let lock = context.node("LockStmt"), let mode = context.effect.locks.map(\.mode).max(),
                mode.stopsWriters
            else { return [] }
            let names = lock.list("relations").compactMap { RelationName($0) }.filter(context.exists).map(\.quoted)
                .joined(separator: ", ")
            return names.isEmpty
                ? [] : [LintHit("\(names) is locked in \(mode.name) MODE to the end of the transaction")]
        },
        LintRule(
            "disable-trigger", .warning, "Triggers are disabled for every session",
            why:
                "DISABLE TRIGGER concerns all sessions, foreign keys too with ALL, and stays when the file fails in the middle outside "
                + "a transaction. SET LOCAL session_replication_role = replica concerns this transaction alone."
        ) { context in
            ["AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser", "AT_DisableRule"].flatMap {
                context.alterations($0)
            }.map {
                LintHit(
                    "triggers of \($0.table.quoted) are off for every session",
                    rewrite: "SET LOCAL session_replication_role = replica;")
            }
        },
        LintRule(
            "create-trigger", .info, "A new trigger blocks writes for a moment, and then runs for each of them",
            why:
                "It takes SHARE ROW EXCLUSIVE, which rssctl waits for in short tries. From then on it costs time per row."
        ) { context in
            guard let trigger = context.node("CreateTrigStmt"), let table = context.existing(trigger) else { return [] }
            return [LintHit("\(quoted(trigger, "trigname")) runs for each change of \(table.quoted) from now on")]
        },
        LintRule(
            "replace-view", .info, "CREATE OR REPLACE VIEW blocks the view's readers for a moment",
            why:
                "It takes ACCESS EXCLUSIVE on the view. A column that goes, or changes its name or type, is refused (42P16)."
        ) { context in
            guard let view = context.node("ViewStmt"), view.flag("replace"), let name = RelationName(view["view"]),
                context.exists(name),
                !context.catalog.isComplete || context.catalog.relation(name) != nil
            else { return [] }
            return [LintHit("readers of \(name.quoted) wait for a moment")]
        },
        LintRule(
            "create-rule", .warning, "Rules rewrite queries in unexpected ways",
            why:
                "A rule runs once per statement with its expressions evaluated again: volatile ones differ. A trigger does what is "
                + "meant (\"PostgreSQL 15 docs, 41.7\")."
        ) { context in
            guard let rule = context.node("RuleStmt"), let table = context.existing(rule) else { return [] }
            return [
                LintHit("\(quoted(rule, "rulename")) rewrites each statement over \(table.quoted); a trigger is safer")
            ]
        },
    ]
}
