import RSSCore
import SQLScript

extension LintRule {
    /// Constraints of tables that are in use.
    static let constraints: [LintRule] = [
        LintRule(
            "foreign-key-validated", .warning, "ADD FOREIGN KEY checks each row while both tables are locked",
            why:
                "It holds SHARE ROW EXCLUSIVE on both tables for the whole check. Added NOT VALID it is instant; VALIDATE, in "
                + "a file of its own, does not block writers."
        ) { context in
            context.alterations("AT_AddConstraint").compactMap { alteration in
                let key = alteration.constraint
                guard key.string("contype") == "CONSTR_FOREIGN", !key.flag("skip_validation"),
                    let target = RelationName(key["pktable"])
                else { return nil }
                if context.catalog.relation(alteration.table)?.kind == .partitionedTable {
                    return LintHit(
                        "writes to \(alteration.table.quoted)\(context.size(alteration.table)) and \(target.quoted) wait while the rows are checked; NOT VALID is for each partition by itself, and the key of the parent takes over theirs"
                    )
                }
                let name = alteration.constraintName((key.names("fk_attrs") + ["fkey"]).joined(separator: "_"))
                return LintHit(
                    "writes to \(alteration.table.quoted)\(context.size(alteration.table)) and \(target.quoted) wait while the rows are checked",
                    rewrite: notValid(alteration, name), severity: context.isSmall(alteration.table) ? .info : nil)
            }
        },
        LintRule(
            "check-validated", .warning, "ADD CHECK reads each row while the table is locked",
            why:
                "It holds ACCESS EXCLUSIVE for the whole scan. Added NOT VALID it is instant; VALIDATE, in a file of its own, "
                + "blocks neither readers nor writers."
        ) { context in
            context.alterations("AT_AddConstraint").compactMap { alteration in
                guard alteration.constraint.string("contype") == "CONSTR_CHECK",
                    !alteration.constraint.flag("skip_validation")
                else { return nil }
                let columns = CheckExpression.columns(of: alteration.constraint["raw_expr"])
                let name = alteration.constraintName((columns.prefix(1) + ["check"]).joined(separator: "_"))
                return LintHit(
                    "readers and writers of \(alteration.table.quoted)\(context.size(alteration.table)) wait while the rows are read",
                    rewrite: notValid(alteration, name), severity: context.isSmall(alteration.table) ? .info : nil)
            }
        },
        LintRule(
            "unique-constraint-builds-index", .warning,
            "ADD UNIQUE or PRIMARY KEY builds its index while the table is locked",
            why:
                "It holds ACCESS EXCLUSIVE for the whole build. Build the index concurrently, then make the constraint of it."
        ) { context in
            context.alterations("AT_AddConstraint").compactMap { alteration in
                let kind = alteration.constraint.string("contype")
                guard kind == "CONSTR_UNIQUE" || kind == "CONSTR_PRIMARY",
                    alteration.constraint.string("indexname") == nil
                else { return nil }
                let columns = alteration.constraint.names("keys")
                let word = kind == "CONSTR_UNIQUE" ? "UNIQUE" : "PRIMARY KEY"
                let name = RelationName(
                    name: alteration.constraintName(
                        kind == "CONSTR_UNIQUE" ? (columns + ["key"]).joined(separator: "_") : "pkey")
                ).quoted
                let key = "(\(list(columns)))\(indexTail(alteration.constraint))"
                let create = "CREATE UNIQUE INDEX CONCURRENTLY \(name) ON \(alteration.table.quoted) \(key);"
                // PostgreSQL makes no constraint of the index of a partitioned table; a unique one keeps rows apart as well.
                let relation = context.catalog.relation(alteration.table)
                let rewrite: String? =
                    relation?.kind != .partitionedTable
                    ? """
                    \(create)
                    \(alteration.head) ADD CONSTRAINT \(name) \(word) USING INDEX \(name)\(deferral(alteration.constraint));
                    """
                    : kind == "CONSTR_UNIQUE" && !alteration.constraint.flag("deferrable")
                        && Set(columns).isSuperset(of: relation?.partitionKey ?? []) ? create : nil
                return LintHit(
                    "readers and writers of \(alteration.table.quoted)\(context.size(alteration.table)) wait until the index is built",
                    rewrite: rewrite, severity: context.isSmall(alteration.table) ? .info : nil)
            }
        },
        LintRule(
            "exclusion-constraint", .warning, "ADD EXCLUDE builds its index while the table is locked",
            why:
                "It cannot be built in advance: neither NOT VALID nor USING INDEX is possible. Do it when no session needs "
                + "the table, or on a new table."
        ) { context in
            context.alterations("AT_AddConstraint").filter { $0.constraint.string("contype") == "CONSTR_EXCLUSION" }.map
            {
                LintHit(
                    "readers and writers of \($0.table.quoted)\(context.size($0.table)) wait until the index is built")
            }
        },
        partitionKey,
        LintRule(
            "domain-constraint", .warning, "ALTER DOMAIN reads every table that uses the domain",
            why:
                "It holds SHARE on each of them while it reads. Added NOT VALID, only new values are checked; VALIDATE later."
        ) { context in
            guard let domain = context.node("AlterDomainStmt"), domain.string("subtype") == "C",
                let constraint = domain["def"]?.as("Constraint"), !constraint.flag("skip_validation")
            else { return [] }
            let name = domain.names("typeName").map { RelationName(name: $0).quoted }.joined(separator: ".")
            return [
                LintHit(
                    "writes to all tables that use \(name) wait while they are read",
                    rewrite: context.text + " NOT VALID;\n"
                        + (constraint.string("conname").map {
                            "ALTER DOMAIN \(name) VALIDATE CONSTRAINT \(RelationName(name: $0).quoted);"
                        } ?? "-- then VALIDATE CONSTRAINT, by its name"))
            ]
        },
    ]

    private static func list(_ columns: [String]) -> String {
        columns.map { RelationName(name: $0).quoted }.joined(separator: ", ")
    }

    /// What the index of a key has after its columns.
    private static func indexTail(_ constraint: ParseNode) -> String {
        let including = constraint.names("including")
        return (including.isEmpty ? "" : " INCLUDE (\(list(including)))")
            + (constraint.flag("nulls_not_distinct") ? " NULLS NOT DISTINCT" : "")
    }

    /// When the key is checked.
    private static func deferral(_ constraint: ParseNode) -> String {
        guard constraint.flag("deferrable") else { return "" }
        return constraint.flag("initdeferred") ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE"
    }

    /// ADD … NOT VALID, and the validation that follows.
    private static func notValid(_ alteration: Alteration, _ name: String) -> String? {
        guard let text = alteration.text else { return nil }
        let quoted = RelationName(name: name).quoted
        var clause = text
        if alteration.constraint.string("conname") == nil {
            clause = "ADD CONSTRAINT \(quoted) " + text.dropFirst(3).drop(while: \.isWhitespace)
        }
        return """
            \(alteration.head) \(clause) NOT VALID;
            -- in a file of its own, so that the lock is not held meanwhile:
            \(alteration.head) VALIDATE CONSTRAINT \(quoted);
            """
    }

    private static let partitionKey = LintRule(
        "unique-without-partition-key", .error,
        "A unique key of a partitioned table lacks a column of the partition key",
        why: "PostgreSQL keeps uniqueness within each partition only, so it refuses the key (0A000)."
    ) { context in
        func missing(_ columns: [String], _ key: [String]) -> [String] { key.filter { !columns.contains($0) } }
        func hit(_ table: String, _ columns: [String], _ lacking: [String]) -> LintHit {
            let all = (columns + lacking).map { RelationName(name: $0).quoted }.joined(separator: ", ")
            return LintHit(
                "the key (\(columns.joined(separator: ", "))) of \(table) lacks \(lacking.joined(separator: ", ")), by which it is partitioned: (\(all))"
            )
        }
        let unique = ["CONSTR_PRIMARY", "CONSTR_UNIQUE"]
        if let create = context.node("CreateStmt"), let spec = create["partspec"],
            let table = RelationName(create["relation"])
        {
            let key = spec.list("partParams").compactMap { $0.as("PartitionElem")?.string("name") }
            var hits: [LintHit] = []
            for element in create.list("tableElts") {
                let column = element.as("ColumnDef")
                let constraints = column?.list("constraints") ?? [element]
                for constraint in constraints.compactMap({ $0.as("Constraint") })
                where unique.contains(constraint.string("contype") ?? "") {
                    let columns = column?.string("colname").map { [$0] } ?? constraint.names("keys")
                    let lacking = missing(columns, key)
                    if !lacking.isEmpty { hits.append(hit(table.quoted, columns, lacking)) }
                }
                if let like = element.as("TableLikeClause"), let source = RelationName(like["relation"]),
                    let options = like["options"]?.integer, options & 0x20 != 0 || options == 0x7FFF_FFFF
                {
                    for constraint in context.catalog.relation(source)?.constraints ?? []
                    where constraint.kind == .primaryKey || constraint.kind == .unique {
                        let lacking = missing(constraint.columns, key)
                        if !lacking.isEmpty { hits.append(hit(table.quoted, constraint.columns, lacking)) }
                    }
                }
            }
            return hits
        }
        let added = context.alterations("AT_AddConstraint", onNew: true).filter {
            unique.contains($0.constraint.string("contype") ?? "")
        }
        .map { ($0.table, $0.constraint.names("keys")) }
        let index = context.node("IndexStmt").flatMap { node -> (RelationName, [String])? in
            guard node.flag("unique"), let table = RelationName(node["relation"]), !node.list("indexParams").isEmpty
            else { return nil }
            return (table, IndexKey.columns(of: node))
        }
        return (added + (index.map { [$0] } ?? [])).compactMap { table, columns in
            guard let key = context.catalog.relation(table)?.partitionKey, !columns.isEmpty else { return nil }
            let lacking = missing(columns, key)
            return lacking.isEmpty ? nil : hit(table.quoted, columns, lacking)
        }
    }
}
