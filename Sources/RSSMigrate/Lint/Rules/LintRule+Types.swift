import RSSCore
import SQLScript

extension LintRule {
    /// Types that cause problems later, in CREATE TABLE and ADD COLUMN.
    static let types: [LintRule] = [
        columnRule(
            "char-type", .info, "char(n) pads with blanks", types: { $0.hasPrefix("character(") || $0 == "character" },
            why:
                "Blanks are stored, and ignored by some comparisons and not by others. text with a CHECK is better.",
            message: { "\($0) is of type \($1), which pads with blanks" }),
        columnRule(
            "timestamp-without-time-zone", .warning, "timestamp stores no time zone",
            types: { $0.hasPrefix("timestamp") && $0.hasSuffix("without time zone") },
            why:
                "The value means another moment in each session's TimeZone. timestamptz stores the moment, in as many bytes.",
            message: { column, _ in "\(column) is a timestamp without time zone; timestamptz stores the moment" }),
        columnRule(
            "json-type", .warning, "json has no equality", types: { $0 == "json" },
            why:
                "SELECT DISTINCT, GROUP BY and UNION over it fail (42883), and so do those of programs that read the table "
                + "with all its columns. jsonb has it.",
            message: { column, _ in "\(column) is json, which DISTINCT and GROUP BY cannot compare; jsonb can" }),
        columnRule(
            "serial-type", .info, "serial is older than identity columns", types: { $0.contains("serial") },
            why:
                "The sequence's owner and rights are separate from the table's. GENERATED ALWAYS AS IDENTITY is the standard's.",
            message: { column, _ in "\(column) could be GENERATED ALWAYS AS IDENTITY" }),
        LintRule(
            "integer-key", .info, "A key of 32 bits or fewer runs out",
            why:
                "After 2,147,483,647 values inserts fail, and a wider type rewrites the table. bigint costs four bytes."
        ) { context in
            newColumns(context).compactMap { column in
                let kinds = column.list("constraints").compactMap { $0.as("Constraint")?.string("contype") }
                let isKey = kinds.contains("CONSTR_PRIMARY") || kinds.contains("CONSTR_IDENTITY")
                guard isKey || TypeText.of(column["typeName"]).contains("serial"),
                    ["integer", "smallint", "serial", "serial4", "smallserial", "serial2"].contains(
                        TypeText.of(column["typeName"]))
                else { return nil }
                return LintHit(
                    "\(RelationName(name: column.string("colname") ?? "").quoted) could be bigint",
                    character: place(column, context))
            }
        },
        LintRule(
            "table-without-primary-key", .info, "A new table has no primary key",
            why: "Rows cannot be distinguished by replication, by backfills and by people."
        ) { context in
            guard let create = context.node("CreateStmt"), create["partbound"] == nil,
                create.list("inhRelations").isEmpty,
                create["relation"]?.string("relpersistence") != "t", let table = RelationName(create["relation"])
            else { return [] }
            let elements = create.list("tableElts")
            let constraints = elements.flatMap { $0.as("ColumnDef")?.list("constraints") ?? [$0] }
            let isKeyed = constraints.contains { $0.as("Constraint")?.string("contype") == "CONSTR_PRIMARY" }
            let isLike = elements.contains { $0.as("TableLikeClause") != nil }
            let isKeyedLater = context.later.contains { later in
                later.tree.as("AlterTableStmt").map {
                    RelationName($0["relation"])?.name == table.name
                        && later.source.normalized.uppercased().contains("PRIMARY KEY")
                } ?? false
            }
            return isKeyed || isLike || isKeyedLater ? [] : [LintHit("\(table.quoted) has no primary key")]
        },
    ]

    /// A rule about the type of new columns.
    private static func columnRule(
        _ id: String, _ severity: LintSeverity, _ summary: String, types: @escaping @Sendable (String) -> Bool,
        why: String,
        message: @escaping @Sendable (String, String) -> String
    ) -> LintRule {
        LintRule(id, severity, summary, why: why) { context in
            newColumns(context).compactMap { column in
                let type = TypeText.of(column["typeName"])
                guard types(type) else { return nil }
                return LintHit(
                    message(RelationName(name: column.string("colname") ?? "").quoted, type),
                    character: place(column, context))
            }
        }
    }

    /// The columns that CREATE TABLE or ADD COLUMN makes.
    static func newColumns(_ context: LintContext) -> [ParseNode] {
        if let create = context.node("CreateStmt") { return create.list("tableElts").compactMap { $0.as("ColumnDef") } }
        return context.alterations("AT_AddColumn", onNew: true).map(\.column)
    }

    /// The place of a node in its statement, in characters from 1. PostgreSQL counts bytes from 0.
    static func place(_ node: ParseNode, _ context: LintContext) -> Int? {
        guard let offset = node["location"]?.integer else { return nil }
        return context.text.utf8.prefix(offset).count { $0 & 0xC0 != 0x80 } + 1
    }
}
