import RSSCore
import SQLScript

extension LockCollector {
    /// ALTER TABLE, and what is written with its grammar: ALTER INDEX, VIEW, SEQUENCE, TYPE.
    mutating func alterTable(_ node: ParseNode) {
        guard let name = RelationName(node["relation"]) else { return }
        let commands = node.list("cmds").compactMap { $0.as("AlterTableCmd") }
        let mode = commands.map { Self.mode(of: $0) }.max() ?? .accessExclusive
        let isWhole = node["relation"]?.flag("inh") == true && node.string("objtype") == "OBJECT_TABLE"
        add(
            name, mode,
            descends: isWhole && commands.contains { !Self.staysAtTheTop.contains($0.string("subtype") ?? "") })
        for command in commands { others(command, of: name, object: node.string("objtype") ?? "") }
    }

    /// What a subcommand locks besides its own table.
    private mutating func others(_ command: ParseNode, of table: RelationName, object: String) {
        let subtype = command.string("subtype") ?? ""
        switch subtype {
        case "AT_AddColumn":
            let constraints = command["def"]?.as("ColumnDef")?.list("constraints") ?? []
            for constraint in constraints { references(constraint.as("Constraint"), from: table) }
        case "AT_AddConstraint":
            let constraint = command["def"]?.as("Constraint")
            references(constraint, from: table)
            if let index = constraint?.string("indexname") {
                add(RelationName(schema: table.schema, name: index), .shareUpdateExclusive)
            }
        case "AT_DropConstraint", "AT_DropColumn", "AT_AlterColumnType":
            keys(of: table) { key in
                subtype == "AT_DropConstraint"
                    ? key.name == command.string("name") : key.columns.contains(command.string("name") ?? "")
            }
            if subtype != "AT_DropConstraint", let name = command.string("name") { keys(to: table, column: name) }
            if subtype == "AT_DropConstraint", command.string("behavior") == "DROP_CASCADE" {
                keys(to: table, column: nil)
            }
        case "AT_ValidateConstraint":
            let key = catalog?.relation(table)?.constraint(command.string("name") ?? "")
            if let target = key?.references { add(target, .rowShare) }
        case "AT_AttachPartition", "AT_DetachPartition", "AT_DetachPartitionFinalize":
            partition(command, of: table, isIndex: object == "OBJECT_INDEX", isAttach: subtype == "AT_AttachPartition")
        case "AT_AddInherit": add(RelationName(command["def"]), .shareUpdateExclusive)
        case "AT_DropInherit": add(RelationName(command["def"]), .accessShare)
        case "AT_ReplicaIdentity":
            if let index = command["def"]?.as("ReplicaIdentityStmt")?.string("name") {
                add(RelationName(schema: table.schema, name: index), .share)
            }
        case "AT_ClusterOn":
            if let index = command.string("name") {
                add(RelationName(schema: table.schema, name: index), .shareUpdateExclusive)
            }
        default: break
        }
    }

    /// A partition and its parent; for an index, the tables of both are locked for reading.
    private mutating func partition(_ command: ParseNode, of parent: RelationName, isIndex: Bool, isAttach: Bool) {
        guard let clause = command["def"]?.as("PartitionCmd") else { return }
        let isConcurrent = clause.flag("concurrent") || command.string("subtype") == "AT_DetachPartitionFinalize"
        add(range: clause["name"], .accessExclusive)
        if isIndex {
            add(catalog?.index(parent)?.table, .accessShare)
            if let child = RelationName(clause["name"]) { add(catalog?.index(child)?.table, .accessShare) }
            return
        }
        guard let catalog, let known = catalog.relation(parent) else { return }
        if isAttach, let child = RelationName(clause["name"]) {
            for below in catalog.descendants(of: child) { add(below.name, .accessExclusive) }
        }
        if !isConcurrent { defaultPartition(of: known.name) }
        for key in known.constraints {
            if let target = key.references { add(target, .shareRowExclusive, descends: true) }
        }
    }

    mutating func defaultPartition(of parent: RelationName) {
        add(catalog?.children(of: parent).first { $0.isDefaultPartition }?.name, .accessExclusive)
    }

    /// The other end of a foreign key that is made.
    mutating func references(_ constraint: ParseNode?, from table: RelationName) {
        guard constraint?.string("contype") == "CONSTR_FOREIGN", let target = constraint?["pktable"] else { return }
        add(RelationName(target), .shareRowExclusive, descends: true)
    }

    /// The other ends of foreign keys of a table that are dropped or re-created.
    mutating func keys(of table: RelationName, where isMeant: (CatalogSnapshot.Constraint) -> Bool) {
        for key in catalog?.relation(table)?.constraints ?? [] where key.kind == .foreignKey && isMeant(key) {
            if let target = key.references { add(target, .accessExclusive, descends: true) }
        }
    }

    /// The tables whose foreign keys refer to a column, or to any, of a table.
    mutating func keys(to table: RelationName, column: String?) {
        for reference in catalog?.references(to: table) ?? []
        where column.map({ reference.key.referencedColumns?.contains($0) == true }) ?? true {
            add(reference.table.name, .accessExclusive, descends: true)
        }
    }
}
