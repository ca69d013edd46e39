import RSSCore
import SQLScript

extension WorkPrediction {
    /// The work of one subcommand of ALTER TABLE.
    static func alter(_ command: ParseNode, _ table: RelationName, _ catalog: CatalogSnapshot) -> [StatementWork] {
        let column = command.string("name") ?? ""
        switch command.string("subtype") {
        case "AT_AddColumn": return addColumn(command["def"]?.as("ColumnDef") ?? .null, table, catalog)
        case "AT_AlterColumnType": return changeType(column, command["def"]?.as("ColumnDef"), table, catalog)
        case "AT_SetNotNull": return catalog.isKnownNotNull(column, of: table) ? [] : [.scan(table)]
        case "AT_AddConstraint": return addConstraint(command["def"]?.as("Constraint") ?? .null, table, catalog)
        case "AT_ValidateConstraint": return [.scan(table)]
        case "AT_SetLogged", "AT_SetUnLogged", "AT_SetTableSpace", "AT_SetAccessMethod": return [.rewrite(table)]
        case "AT_AttachPartition":
            guard let child = RelationName(command["def"]?.as("PartitionCmd")?["name"]).map(catalog.resolve),
                catalog.indexes[child] == nil
            else { return [] }
            var work: [StatementWork] = catalog.hasPartitionCheck(child, of: table) ? [] : [.scan(child)]
            if let other = catalog.children(of: table).first(where: \.isDefaultPartition) {
                work.append(.scan(other.name))
            }
            return work
        case "AT_DetachPartition": return command["def"]?.as("PartitionCmd")?.flag("concurrent") == true ? [.waits] : []
        default: return []
        }
    }

    private static func addColumn(_ column: ParseNode, _ table: RelationName, _ catalog: CatalogSnapshot)
        -> [StatementWork]
    {
        var work: [StatementWork] = []
        if ["smallserial", "serial", "bigserial", "serial2", "serial4", "serial8"].contains(
            TypeText.of(column["typeName"]))
        {
            work.append(.rewrite(table))
        }
        for constraint in column.list("constraints").compactMap({ $0.as("Constraint") }) {
            switch constraint.string("contype") {
            case "CONSTR_DEFAULT" where VolatileExpression.isVolatile(constraint["raw_expr"], in: catalog),
                "CONSTR_GENERATED", "CONSTR_IDENTITY":
                work.append(.rewrite(table))
            case "CONSTR_CHECK": work.append(.scan(table))
            // Without a default there is no value that a foreign key could be checked for.
            case "CONSTR_FOREIGN" where hasDefault(column): work.append(.scan(table))
            case "CONSTR_UNIQUE", "CONSTR_PRIMARY": work.append(.build(table))
            default: break
            }
        }
        return work
    }

    /// Whether rows that are there get a value in the new column.
    static func hasDefault(_ column: ParseNode) -> Bool {
        ["serial", "serial2", "serial4", "serial8", "smallserial", "bigserial"].contains(
            TypeText.of(column["typeName"]))
            || column.list("constraints").contains {
                ["CONSTR_DEFAULT", "CONSTR_GENERATED", "CONSTR_IDENTITY"].contains(
                    $0.as("Constraint")?.string("contype"))
            }
    }

    private static func addConstraint(_ constraint: ParseNode, _ table: RelationName, _ catalog: CatalogSnapshot)
        -> [StatementWork]
    {
        switch constraint.string("contype") {
        case "CONSTR_CHECK", "CONSTR_FOREIGN": return constraint.flag("skip_validation") ? [] : [.scan(table)]
        case "CONSTR_UNIQUE", "CONSTR_EXCLUSION": return constraint.string("indexname") == nil ? [.build(table)] : []
        case "CONSTR_PRIMARY":
            let index = constraint.string("indexname")
            // The columns of an index that is not known are assumed to be NOT NULL: whoever prepares the index prepares them.
            let columns =
                index.map { catalog.index(RelationName(schema: table.schema, name: $0))?.columns ?? [] }
                ?? constraint.names("keys")
            let isKnown = columns.allSatisfy { catalog.isKnownNotNull($0, of: table) }
            return (index == nil ? [.build(table)] : []) + (isKnown ? [] : [.scan(table)])
        default: return []
        }
    }

    /// The cost of a new type; with USING, or without knowledge of the old type, the most expensive is assumed.
    static func typeChange(
        _ column: String, _ definition: ParseNode?, _ table: RelationName, _ catalog: CatalogSnapshot
    )
        -> TypeChange
    {
        guard let old = catalog.relation(table)?.column(column), !old.isDomain else { return .rewrites }
        if let using = definition?["raw_default"] {
            let cast = using.as("TypeCast")?["arg"] ?? using
            guard cast.as("ColumnRef")?.names("fields") == [column] else { return .rewrites }
        }
        let change = TypeChange.judge(
            from: old.type, to: TypeText.of(definition?["typeName"]), timeZone: catalog.timeZone)
        // In another collation an index is in another order; the one before is not known.
        return change == .free && definition?["collClause"] != nil ? .rebuildsIndexes : change
    }

    private static func changeType(
        _ column: String, _ definition: ParseNode?, _ table: RelationName, _ catalog: CatalogSnapshot
    ) -> [StatementWork] {
        switch typeChange(column, definition, table, catalog) {
        case .free: []
        case .rebuildsIndexes:
            catalog.indexes(of: table).contains { $0.columns.contains(column) } ? [.build(table)] : []
        case .rewrites: [.rewrite(table)]
        }
    }
}

extension CatalogSnapshot {
    /// Whether a table has a validated CHECK over the partition key of the parent that it is to be attached to. Whether
    /// the CHECK implies the bound is PostgreSQL's to prove; here it is assumed.
    func hasPartitionCheck(_ child: RelationName, of parent: RelationName) -> Bool {
        guard let checks = relation(child)?.constraints.filter({ $0.kind == .check && $0.isValidated }) else {
            return false
        }
        guard let key = relation(parent)?.partitionKey, !key.isEmpty else { return !checks.isEmpty }
        return checks.contains { !Set($0.columns).isDisjoint(with: key) }
    }
}
