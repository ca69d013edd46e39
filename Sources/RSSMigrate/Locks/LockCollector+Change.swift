import RSSCore
import SQLScript

extension LockCollector {
    /// Statements that change or drop what exists; false for any other.
    mutating func change(_ type: String, _ node: ParseNode) -> Bool {
        switch type {
        case "AlterTableStmt": alterTable(node)
        case "RenameStmt": rename(node)
        case "AlterObjectSchemaStmt": add(range: node["relation"], .accessExclusive)
        case "AlterSeqStmt":
            add(range: node["sequence"], .shareRowExclusive)
            owner(of: node)
        case "AlterDomainStmt": alterDomain(node)
        case "CommentStmt", "SecLabelStmt": comment(node)
        case "DropStmt": drop(node)
        case "GrantStmt": break  // looks names up without a lock
        default: return false
        }
        return true
    }

    private mutating func rename(_ node: ParseNode) {
        let isIndex = node.string("renameType") == "OBJECT_INDEX"
        let descends = ["OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER"].contains(
            node.string("renameType") ?? "")
        add(range: node["relation"], isIndex ? .shareUpdateExclusive : .accessExclusive, descends: descends)
    }

    /// A new constraint of a domain is checked against each table that uses it.
    private mutating func alterDomain(_ node: ParseNode) {
        let isChecked: Bool =
            switch node.string("subtype") {
            case "C": node["def"]?.as("Constraint")?.flag("skip_validation") != true
            case "O", "V": true
            default: false
            }
        guard isChecked, let catalog, let domain = node.names("typeName").last else { return }
        for relation in catalog.relations.values
        where relation.columns.contains(where: {
            $0.isDomain && $0.type.split(separator: ".").last.map(String.init) == domain
        }) {
            add(relation.name, .share)
        }
    }

    private mutating func comment(_ node: ParseNode) {
        let parts = (node["object"]?.as("List") ?? .null).names("items")
        switch node.string("objtype") {
        case "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE", "OBJECT_INDEX":
            add(RelationName(parts: parts), .shareUpdateExclusive)
        case "OBJECT_COLUMN": add(RelationName(parts: parts.dropLast()), .shareUpdateExclusive)
        case "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY":
            add(RelationName(parts: parts.dropLast()), .accessShare)
        default: break
        }
    }

    private mutating func drop(_ node: ParseNode) {
        let isCascade = node.string("behavior") == "DROP_CASCADE"
        for object in node.list("objects") {
            let parts = (object.as("List") ?? .null).names("items")
            switch node.string("removeType") {
            case "OBJECT_TABLE", "OBJECT_FOREIGN_TABLE":
                if let name = RelationName(parts: parts) { dropTable(name, isCascade) }
            case "OBJECT_VIEW", "OBJECT_MATVIEW": if let name = RelationName(parts: parts) { dropView(name, isCascade) }
            case "OBJECT_SEQUENCE": add(RelationName(parts: parts), .accessExclusive)
            case "OBJECT_INDEX": if let name = RelationName(parts: parts) { dropIndex(name, node.flag("concurrent")) }
            case "OBJECT_TRIGGER": add(RelationName(parts: parts.dropLast()), .accessExclusive, descends: true)
            case "OBJECT_RULE", "OBJECT_POLICY": add(RelationName(parts: parts.dropLast()), .accessExclusive)
            case "OBJECT_STATISTIC_EXT":
                for known in catalog?.statistics ?? [] where known.name.name == parts.last {
                    add(known.table, .shareUpdateExclusive)
                }
            case "OBJECT_SCHEMA" where isCascade:
                let schema = object.as("String")?.string("sval")
                for relation in Array((catalog?.relations ?? [:]).values) where relation.name.schema == schema {
                    dropTable(relation.name, true)
                }
            default: break
            }
        }
    }

    private mutating func dropTable(_ name: RelationName, _ isCascade: Bool) {
        add(name, .accessExclusive, descends: true)
        guard let catalog, let table = catalog.relation(name) else { return }
        for parent in table.parents where table.isPartition {
            add(parent, .accessExclusive)
            defaultPartition(of: parent)
        }
        for dropped in [table] + catalog.descendants(of: table.name) {
            keys(of: dropped.name) { _ in true }
            if isCascade {
                keys(to: dropped.name, column: nil)
                for view in catalog.readers(of: dropped.name) { dropView(view.name, true) }
            }
        }
    }

    private mutating func dropView(_ name: RelationName, _ isCascade: Bool) {
        add(name, .accessExclusive)
        if isCascade { for view in catalog?.readers(of: name) ?? [] { dropView(view.name, true) } }
    }

    private mutating func dropIndex(_ name: RelationName, _ isConcurrent: Bool) {
        let mode: LockMode = isConcurrent ? .shareUpdateExclusive : .accessExclusive
        add(name, mode)
        guard let index = catalog?.index(name) else { return }
        add(index.table, mode, descends: true)
    }
}
