import RSSCore
import SQLScript

extension LintRule {
    /// What fails because of what the database has, or has not.
    static let existence: [LintRule] = [
        LintRule(
            "already-exists", .error, "An object to be created exists already",
            why: "PostgreSQL refuses it (42P07, 42701). A database without a history needs a baseline.",
            needsCatalog: true
        ) { context in
            guard context.catalog.isCertain else { return [] }
            return made(context).map { LintHit("\($0) exists already") }
        },
        LintRule(
            "missing-object", .error, "A table, index or column that the statement needs does not exist",
            why: "PostgreSQL refuses it (42P01, 42703).", needsCatalog: true
        ) { context in
            guard context.catalog.isCertain else { return [] }
            return missing(context).map { LintHit("\($0) does not exist") }
        },
        LintRule(
            "still-used", .error, "What is dropped or changed is used by something else",
            why:
                "PostgreSQL refuses to drop what views and foreign keys need (2BP01), and to change the type of a column that a "
                + "view reads (0A000). Drop the view first, and create it again afterwards.", needsCatalog: true
        ) { context in
            guard context.catalog.isCertain else { return [] }
            let drops = context.effect.drops
            if !drops.isCascade, let users = DroppedObjects.list(drops.dependents) {
                return [LintHit("\(users) still use\(drops.dependents.count == 1 ? "s" : "") what is dropped")]
            }
            return context.alterations("AT_AlterColumnType", onNew: true).compactMap { alteration in
                let views = DroppedObjects.views(reading: alteration.name, of: alteration.table, context.catalog)
                return DroppedObjects.list(views).map {
                    LintHit(
                        "the type of \(RelationName(name: alteration.name).quoted) cannot change while \($0) read\(views.count == 1 ? "s" : "") it"
                    )
                }
            }
        },
        LintRule(
            "extension-unavailable", .error, "The server does not have the extension, or the role may not create it",
            why: "PostgreSQL refuses it (0A000, 42501). An extension is installed with the server's packages.",
            needsCatalog: true
        ) { context in
            guard let create = context.node("CreateExtensionStmt"), let name = create.string("extname"),
                let known = context.catalog.extensions
            else { return [] }
            guard let found = known[name] else {
                return [LintHit("the server does not have the extension \(RelationName(name: name).quoted)")]
            }
            if found.isInstalled || found.mayCreate { return [] }
            return [LintHit("the role may not create the extension \(RelationName(name: name).quoted)")]
        },
    ]

    /// What a statement makes and the catalog has.
    private static func made(_ context: LintContext) -> [String] {
        guard let (type, node) = context.tree.tagged else { return [] }
        let catalog = context.catalog
        func existing(_ name: RelationName?) -> [String] {
            guard let name = name.map(catalog.newName), catalog.relations[name] != nil || catalog.indexes[name] != nil
            else { return [] }
            return [name.quoted]
        }
        switch type {
        case "CreateStmt": return node.flag("if_not_exists") ? [] : existing(RelationName(node["relation"]))
        case "CreateTableAsStmt": return node.flag("if_not_exists") ? [] : existing(RelationName(node["into"]?["rel"]))
        case "CreateSeqStmt": return node.flag("if_not_exists") ? [] : existing(RelationName(node["sequence"]))
        case "ViewStmt": return node.flag("replace") ? [] : existing(RelationName(node["view"]))
        case "IndexStmt":
            // One that is built concurrently is compared with what is there, and taken or built again.
            guard !node.flag("if_not_exists"), !node.flag("concurrent"), let name = node.string("idxname"),
                let table = RelationName(node["relation"]).map(catalog.resolve)
            else { return [] }
            return existing(RelationName(schema: table.schema, name: name))
        case "AlterTableStmt":
            guard let relation = RelationName(node["relation"]).flatMap(catalog.relation) else { return [] }
            return commands(node).filter { $0.string("subtype") == "AT_AddColumn" && !$0.flag("missing_ok") }
                .compactMap { $0["def"]?.as("ColumnDef")?.string("colname") }.filter { relation.column($0) != nil }
                .map { "column \(RelationName(name: $0).quoted) of \(relation.name.quoted)" }
        default: return []
        }
    }

    /// What a statement needs and the catalog has not.
    private static func missing(_ context: LintContext) -> [String] {
        guard let (type, node) = context.tree.tagged else { return [] }
        switch type {
        case "AlterTableStmt":
            guard !node.flag("missing_ok"), node.string("objtype") != "OBJECT_TYPE" else { return [] }
            return missing([node["relation"]], context) + columns(of: node, context)
        case "IndexStmt":
            let table = missing([node["relation"]], context)
            let names = node.list("indexParams").compactMap { $0.as("IndexElem")?.string("name") }
            return table + absent(names, of: RelationName(node["relation"]), context)
        case "InsertStmt", "UpdateStmt", "DeleteStmt", "CreateTrigStmt": return missing([node["relation"]], context)
        case "TruncateStmt": return missing(node.list("relations"), context)
        case "CreateStmt":
            let keys = node.list("tableElts").flatMap { element in
                (element.as("Constraint").map { [$0] } ?? [])
                    + (element.as("ColumnDef")?.list("constraints").compactMap { $0.as("Constraint") } ?? [])
            }
            return keys.flatMap { target(of: $0, from: RelationName(node["relation"]), context) }
        case "DropStmt":
            let kinds = ["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_INDEX"]
            guard !node.flag("missing_ok"), kinds.contains(node.string("removeType") ?? "") else { return [] }
            return node.list("objects").compactMap { RelationName(parts: ($0.as("List") ?? .null).names("items")) }
                .filter { !isThere($0, context) }.map(\.quoted)
        default: return []
        }
    }

    private static func commands(_ node: ParseNode) -> [ParseNode] {
        node.list("cmds").compactMap { $0.as("AlterTableCmd") }
    }

    /// The columns that the subcommands of an ALTER TABLE need.
    private static func columns(of node: ParseNode, _ context: LintContext) -> [String] {
        let table = RelationName(node["relation"])
        let added = Set(
            commands(node).filter { $0.string("subtype") == "AT_AddColumn" }
                .compactMap { $0["def"]?.as("ColumnDef")?.string("colname") })
        var found: [String] = []
        for command in commands(node) {
            let constraint = command["def"]?.as("Constraint")
            switch command.string("subtype") {
            case "AT_DropColumn" where command.flag("missing_ok"): continue
            case "AT_DropColumn", "AT_AlterColumnType", "AT_SetNotNull", "AT_DropNotNull", "AT_ColumnDefault":
                found += absent([command.string("name") ?? ""].filter { !added.contains($0) }, of: table, context)
            case "AT_AddConstraint":
                let own = (constraint?.names("fk_attrs") ?? []) + (constraint?.names("keys") ?? [])
                found += absent(own.filter { !added.contains($0) }, of: table, context)
                found += constraint.map { target(of: $0, from: table, context) } ?? []
            default: continue
            }
        }
        return found
    }

    /// The table and the columns that a foreign key refers to.
    private static func target(
        of constraint: ParseNode, from table: RelationName?, _ context: LintContext
    ) -> [String] {
        guard let other = RelationName(constraint["pktable"]),
            table.map(context.catalog.newName) != context.catalog.newName(other)
        else { return [] }
        if !isThere(other, context) { return [other.quoted] }
        return absent(constraint.names("pk_attrs"), of: other, context)
    }

    private static func missing(_ ranges: [ParseNode?], _ context: LintContext) -> [String] {
        ranges.compactMap { RelationName($0) }.filter { !isThere($0, context) }.map(\.quoted)
    }

    /// Columns that a table is known not to have.
    private static func absent(_ names: [String], of table: RelationName?, _ context: LintContext) -> [String] {
        guard let relation = table.flatMap(context.catalog.relation), !relation.columns.isEmpty else { return [] }
        let system: Set<String> = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", ""]
        return names.filter { !system.contains($0) && relation.column($0) == nil }
            .map { "column \(RelationName(name: $0).quoted) of \(relation.name.quoted)" }
    }

    /// Whether a relation is there, or may be: of the system's own nothing is known.
    private static func isThere(_ name: RelationName, _ context: LintContext) -> Bool {
        let catalog = context.catalog
        if name.name.hasPrefix("pg_") || ["pg_catalog", "information_schema", "pg_temp"].contains(name.schema ?? "") {
            return true
        }
        return catalog.relation(name) != nil || catalog.index(name) != nil
    }
}
