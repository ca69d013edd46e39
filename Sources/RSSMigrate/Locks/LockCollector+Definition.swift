import RSSCore
import SQLScript

extension LockCollector {
    /// Statements that define something new on or beside relations that exist; false for any other.
    mutating func definition(_ type: String, _ node: ParseNode) -> Bool {
        switch type {
        case "CreateStmt", "CreateForeignTableStmt": createTable(node["base"] ?? node)
        case "CreateTableAsStmt": query(node["query"])
        case "ViewStmt":
            query(node["query"])
            if node.flag("replace") { existing(node["view"], .accessExclusive) }
        case "IndexStmt":
            add(range: node["relation"], node.flag("concurrent") ? .shareUpdateExclusive : .share, descends: true)
        case "CreateTrigStmt":
            add(RelationName(node["relation"]), .shareRowExclusive, descends: node.flag("row"))
            if let other = node["constrrel"] { add(range: other, .accessShare) }
        case "RuleStmt":
            for action in node.list("actions") { statement(action) }
            add(range: node["relation"], .accessExclusive)
        case "CreatePolicyStmt", "AlterPolicyStmt":
            query(node["qual"])
            query(node["with_check"])
            add(range: node["table"], .accessExclusive)
        case "CreateStatsStmt": add(ranges: node.list("relations"), .shareUpdateExclusive)
        case "CreatePublicationStmt", "AlterPublicationStmt":
            for object in node.list("pubobjects") {
                let table = object.as("PublicationObjSpec")?["pubtable"]
                add(range: (table?.as("PublicationTable") ?? table)?["relation"], .shareUpdateExclusive, descends: true)
            }
        case "CreateSeqStmt": owner(of: node)
        case "CreateFunctionStmt": query(node["sql_body"])
        default: return false
        }
        return true
    }

    /// CREATE TABLE locks its parent, what it refers to, and what it is made like.
    private mutating func createTable(_ node: ParseNode) {
        let isPartition = node["partbound"] != nil
        for parent in node.list("inhRelations") {
            add(range: parent, isPartition ? .accessExclusive : .shareUpdateExclusive)
            guard isPartition, let name = RelationName(parent) else { continue }
            defaultPartition(of: name)
            for key in catalog?.relation(name)?.constraints ?? [] {
                if let target = key.references { add(target, .shareRowExclusive, descends: true) }
            }
        }
        let table = RelationName(node["relation"]) ?? RelationName(name: "")
        for element in node.list("tableElts") + node.list("constraints") {
            if let like = element.as("TableLikeClause") { add(range: like["relation"], .accessShare) }
            let constraints = element.as("ColumnDef")?.list("constraints") ?? [element]
            for constraint in constraints.compactMap({ $0.as("Constraint") })
            where RelationName(constraint["pktable"]) != table { references(constraint, from: table) }
        }
    }

    /// A relation that the statement replaces where it exists; without a catalog it is taken to exist.
    private mutating func existing(_ range: ParseNode?, _ mode: LockMode) {
        guard let name = RelationName(range), catalog?.isComplete != true || catalog?.relation(name) != nil else {
            return
        }
        add(name, mode)
    }

    /// The table of `OWNED BY table.column`.
    mutating func owner(of node: ParseNode) {
        for option in node.list("options").compactMap({ $0.as("DefElem") })
        where option.string("defname") == "owned_by" {
            let parts = (option["arg"]?.as("List") ?? .null).names("items")
            add(RelationName(parts: parts.dropLast()), .accessShare)
        }
    }
}
