import RSSCore
import SQLScript

extension LintRule {
    /// NOT NULL on tables that hold rows.
    static let notNull: [LintRule] = [
        LintRule(
            "set-not-null", .warning, "SET NOT NULL reads each row while the table is locked",
            why:
                "It holds ACCESS EXCLUSIVE for the whole scan, unless a validated CHECK says already that no value is null "
                + "(PostgreSQL 12 and later)."
        ) { context in
            context.alterations("AT_SetNotNull").compactMap { alteration in
                guard !context.catalog.isKnownNotNull(alteration.name, of: alteration.table) else { return nil }
                let column = RelationName(name: alteration.name).quoted
                let check = RelationName(name: "\(alteration.table.name)_\(alteration.name)_not_null").quoted
                return LintHit(
                    "readers and writers of \(alteration.table.quoted)\(context.size(alteration.table)) wait while the rows are read",
                    rewrite: """
                        \(alteration.head) ADD CONSTRAINT \(check) CHECK (\(column) IS NOT NULL) NOT VALID;
                        -- in a file of its own:
                        \(alteration.head) VALIDATE CONSTRAINT \(check);
                        -- in the next one:
                        \(alteration.head) ALTER COLUMN \(column) SET NOT NULL;
                        \(alteration.head) DROP CONSTRAINT \(check);
                        """, severity: context.isSmall(alteration.table) ? .info : nil)
            }
        },
        LintRule(
            "add-column-not-null", .warning, "A new column is NOT NULL and has no default",
            why:
                "It fails (23502) as soon as the table holds a row, and the application's INSERTs fail until they name it."
        ) { context in
            context.alterations("AT_AddColumn").compactMap { alteration in
                let kinds = alteration.column.list("constraints").compactMap { $0.as("Constraint")?.string("contype") }
                let isSerial = TypeText.of(alteration.column["typeName"]).contains("serial")
                guard kinds.contains("CONSTR_NOTNULL"), !isSerial,
                    !kinds.contains(where: { ["CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"].contains($0) })
                else { return nil }
                let column = RelationName(name: alteration.column.string("colname") ?? "").quoted
                return LintHit(
                    "the existing rows of \(alteration.table.quoted) have no value for \(column)",
                    rewrite: """
                        \(alteration.head) ADD COLUMN \(column) \(TypeText.of(alteration.column["typeName"]));
                        -- fill it, then make it NOT NULL as the rule set-not-null says
                        """)
            }
        },
        LintRule(
            "drop-not-null", .info, "A column may be null from now on",
            why: "Programs that read it must be able to handle a null first."
        ) { context in
            context.alterations("AT_DropNotNull").map {
                LintHit("readers of \($0.table.quoted).\(RelationName(name: $0.name).quoted) may get nulls from now on")
            }
        },
    ]
}
