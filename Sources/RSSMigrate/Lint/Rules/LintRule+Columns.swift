import RSSCore
import SQLScript

extension LintRule {
    /// Adding and changing columns of tables in use.
    static let columns: [LintRule] = [
        LintRule(
            "add-column-volatile-default", .warning,
            "A new column's default differs from row to row, so the table is rewritten",
            why:
                "It holds ACCESS EXCLUSIVE while each row and each index is rewritten. Add the column without a default, set "
                + "the default for new rows, and fill the old ones in batches."
        ) { context in
            context.alterations("AT_AddColumn").compactMap { alteration in
                let fallback = alteration.column.list("constraints").compactMap { $0.as("Constraint") }
                    .first { $0.string("contype") == "CONSTR_DEFAULT" }
                guard VolatileExpression.isVolatile(fallback?["raw_expr"], in: context.catalog) else { return nil }
                let column = RelationName(name: alteration.column.string("colname") ?? "").quoted
                let expression = alteration.defaultText ?? "…"
                let check = RelationName(name: "\(alteration.column.string("colname") ?? "")_not_null").quoted
                let notNull =
                    alteration.has("CONSTR_NOTNULL")
                    ? """

                    \(alteration.head) ADD CONSTRAINT \(check) CHECK (\(column) IS NOT NULL) NOT VALID;
                    \(alteration.head) VALIDATE CONSTRAINT \(check);
                    \(alteration.head) ALTER COLUMN \(column) SET NOT NULL;
                    \(alteration.head) DROP CONSTRAINT \(check);
                    """ : ""
                return LintHit(
                    "each row of \(alteration.table.quoted)\(context.size(alteration.table)) is rewritten under ACCESS EXCLUSIVE",
                    rewrite: """
                        \(alteration.head) ADD COLUMN \(column) \(TypeText.of(alteration.column["typeName"]));
                        \(alteration.head) ALTER COLUMN \(column) SET DEFAULT \(expression);
                        -- in a file of its own:
                        -- rssctl:backfill batch=1000 key=id
                        UPDATE \(alteration.table.quoted) SET \(column) = \(expression) WHERE \(column) IS NULL;\(notNull)
                        """, severity: context.isSmall(alteration.table) ? .info : nil)
            }
        },
        LintRule(
            "add-column-generated", .warning, "A new stored generated column rewrites the table",
            why:
                "It holds ACCESS EXCLUSIVE while each row is rewritten. A plain column maintained by a trigger and filled in "
                + "batches, or an expression in the query, does the same without a rewrite."
        ) { context in
            context.alterations("AT_AddColumn").filter { $0.has("CONSTR_GENERATED") }.map {
                LintHit(
                    "each row of \($0.table.quoted)\(context.size($0.table)) is rewritten under ACCESS EXCLUSIVE")
            }
        },
        LintRule(
            "add-column-serial", .warning, "A new serial or identity column rewrites the table",
            why: "Each existing row gets its number under ACCESS EXCLUSIVE."
        ) { context in
            context.alterations("AT_AddColumn").filter {
                $0.has("CONSTR_IDENTITY") || TypeText.of($0.column["typeName"]).contains("serial")
            }.map { alteration in
                let column = RelationName(name: alteration.column.string("colname") ?? "").quoted
                let sequence = RelationName(
                    schema: alteration.table.schema,
                    name: "\(alteration.table.name)_\(alteration.column.string("colname") ?? "")_seq"
                ).quoted
                return LintHit(
                    "each row of \(alteration.table.quoted)\(context.size(alteration.table)) is rewritten under ACCESS EXCLUSIVE",
                    rewrite: """
                        CREATE SEQUENCE \(sequence);
                        \(alteration.head) ADD COLUMN \(column) bigint;
                        \(alteration.head) ALTER COLUMN \(column) SET DEFAULT nextval('\(sequence.replacing("'", with: "''"))');
                        -- then fill the old rows in batches
                        """)
            }
        },
        LintRule(
            "add-column-constraint", .warning, "A new column has a constraint that is checked under the lock",
            why:
                "A key, a CHECK or UNIQUE within ADD COLUMN reads each row, or builds an index, under ACCESS EXCLUSIVE. Add the "
                + "column first, then the constraint in the safe way. A foreign key of a column without a default has nothing "
                + "to check."
        ) { context in
            context.alterations("AT_AddColumn").compactMap { alteration in
                let words = [
                    "CONSTR_FOREIGN": "FOREIGN KEY", "CONSTR_CHECK": "CHECK", "CONSTR_UNIQUE": "UNIQUE",
                    "CONSTR_PRIMARY": "PRIMARY KEY",
                ]
                let kinds = alteration.column.list("constraints").compactMap { $0.as("Constraint") }
                    .compactMap { constraint in words[constraint.string("contype") ?? ""].map { ($0, constraint) } }
                let column = RelationName(name: alteration.column.string("colname") ?? "").quoted
                let checked = kinds.first { $0.0 != "FOREIGN KEY" || WorkPrediction.hasDefault(alteration.column) }
                guard let (word, constraint) = checked else {
                    return kinds.first.map {
                        LintHit(
                            "writes to \(RelationName($0.1["pktable"])?.quoted ?? "") wait for a moment; the new column \(column) is empty, so no row is checked",
                            severity: .info)
                    }
                }
                var lines = ["\(alteration.head) ADD COLUMN \(column) \(TypeText.of(alteration.column["typeName"]));"]
                if word == "FOREIGN KEY", let target = RelationName(constraint["pktable"]) {
                    let name = RelationName(
                        name: constraint.string("conname")
                            ?? "\(alteration.table.name)_\(alteration.column.string("colname") ?? "")_fkey"
                    ).quoted
                    let columns = constraint.names("pk_attrs").map { RelationName(name: $0).quoted }.joined(
                        separator: ", ")
                    lines += [
                        "\(alteration.head) ADD CONSTRAINT \(name) FOREIGN KEY (\(column)) REFERENCES \(target.quoted)\(columns.isEmpty ? "" : " (\(columns))") NOT VALID;",
                        "-- in a file of its own:", "\(alteration.head) VALIDATE CONSTRAINT \(name);",
                    ]
                } else if word == "UNIQUE" {
                    let name = RelationName(
                        name: "\(alteration.table.name)_\(alteration.column.string("colname") ?? "")_key"
                    ).quoted
                    lines += [
                        "CREATE UNIQUE INDEX CONCURRENTLY \(name) ON \(alteration.table.quoted) (\(column));",
                        "\(alteration.head) ADD CONSTRAINT \(name) UNIQUE USING INDEX \(name);",
                    ]
                }
                return LintHit(
                    "\(word) of the new column \(column) is checked while \(alteration.table.quoted)\(context.size(alteration.table)) is locked",
                    rewrite: lines.joined(separator: "\n"), severity: context.isSmall(alteration.table) ? .info : nil)
            }
        },
        changeType,
    ]

    private static let changeType = LintRule(
        "change-column-type", .warning, "A new type rewrites the table, or its indexes",
        why:
            "It holds ACCESS EXCLUSIVE while each row and each index is rewritten. Free are: a longer varchar, text, a "
            + "larger numeric precision of the same scale, timestamp to timestamptz in UTC, cidr to inet. Otherwise: a new "
            + "column, maintained by a trigger, filled in batches, swapped by renaming. Without a database the old type is not "
            + "known, and the most expensive case is assumed."
    ) { context in
        context.alterations("AT_AlterColumnType").filter { $0.object == "OBJECT_TABLE" }.compactMap { alteration in
            let column = RelationName(name: alteration.name).quoted
            let new = TypeText.of(alteration.column["typeName"])
            let old = context.catalog.relation(alteration.table)?.column(alteration.name)?.type
            let cost = WorkPrediction.typeChange(alteration.name, alteration.column, alteration.table, context.catalog)
            if cost == .free { return nil }
            let indexed = context.catalog.indexes(of: alteration.table).contains {
                $0.columns.contains(alteration.name)
            }
            if cost == .rebuildsIndexes, !indexed { return nil }
            let work = cost == .rewrites ? "is rewritten" : "has its indexes over \(column) rebuilt"
            let from = old.map { "from \($0) " } ?? ""
            let other = RelationName(name: "\(alteration.name)_new").quoted
            let collation = (alteration.column["collClause"]?.names("collname") ?? [])
                .map { RelationName(name: $0).quoted }.joined(separator: ".")
            return LintHit(
                "\(old == nil ? "unless the old type is stored alike, " : "")\(alteration.table.quoted)\(context.size(alteration.table)) \(work) under ACCESS EXCLUSIVE: \(column) \(from)to \(new)",
                rewrite: """
                    \(alteration.head) ADD COLUMN \(other) \(new)\(collation.isEmpty ? "" : " COLLATE \(collation)");
                    -- maintain it with a trigger; in a file of its own fill the old rows:
                    -- rssctl:backfill batch=1000 key=id
                    UPDATE \(alteration.table.quoted) SET \(other) = \(column)::\(new) WHERE \(other) IS NULL;
                    -- when the application reads the new one, drop the old column
                    """, severity: context.isSmall(alteration.table) ? .info : nil)
        }
    }
}

extension Alteration {
    /// Whether the new column has a constraint of a kind.
    func has(_ kind: String) -> Bool {
        column.list("constraints").contains { $0.as("Constraint")?.string("contype") == kind }
    }

    /// The default of the new column as written.
    var defaultText: String? {
        guard let text, let range = text.firstMatch(of: /(?i)\bdefault\s+/)?.range else { return nil }
        var depth = 0
        var end = range.upperBound
        while end < text.endIndex {
            if text[end] == "(" { depth += 1 }
            if text[end] == ")" { depth -= 1 }
            if depth == 0, text[end].isWhitespace { break }
            end = text.index(after: end)
        }
        return String(text[range.upperBound..<end])
    }
}
