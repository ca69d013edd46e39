import RSSCore
import SQLScript

/// Whether an expression gives another value for each row, so that ADD COLUMN with it as default rewrites the table.
enum VolatileExpression {
    /// The volatile functions that PostgreSQL 15 and its common extensions bring along.
    private static let builtIn: Set<String> = [
        "clock_timestamp", "currval", "gen_random_bytes", "gen_random_uuid", "gen_salt", "lastval", "nextval", "random",
        "setseed", "setval", "timeofday", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4",
        "uuidv7",
        "pg_sleep", "txid_current", "pg_current_xact_id", "pg_notify", "random_normal",
    ]

    /// Whether it is; functions of the database's own count as the catalog declares them.
    static func isVolatile(_ expression: ParseNode?, in catalog: CatalogSnapshot) -> Bool {
        var isVolatile = false
        expression?.walk { type, node in
            guard type == "FuncCall", let name = node.names("funcname").last else { return }
            if builtIn.contains(name) { isVolatile = true }
            if let routine = RelationName(parts: node.names("funcname")),
                catalog.routines(routine).contains(where: \.isVolatile)
            {
                isVolatile = true
            }
        }
        return isVolatile
    }
}
