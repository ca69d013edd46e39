import RSSCore
import SQLScript

/// What a statement drops besides what it names.
package struct DroppedObjects: Sendable, Equatable {
    /// What goes with it in any case: `index public.t_a`.
    package private(set) var along: [String] = []
    /// What prevents the drop, and is dropped with it only by CASCADE: `view public.v`.
    package private(set) var dependents: [String] = []
    /// Whether CASCADE is said.
    package private(set) var isCascade = false

    /// Everything that goes with it.
    package var all: [String] { along + (isCascade ? dependents : []) }

    /// The names as a sentence lists them, the first eight; nil for none.
    static func list(_ names: [String]) -> String? {
        if names.isEmpty { return nil }
        let rest = names.count - 8
        return names.prefix(8).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// Reads a statement by what there is before it.
    package init(of tree: ParseNode, in catalog: CatalogSnapshot) {
        guard let (type, node) = tree.tagged else { return }
        switch type {
        case "DropStmt": drop(node, catalog)
        case "AlterTableStmt":
            guard let table = RelationName(node["relation"]).map(catalog.resolve) else { return }
            for command in node.list("cmds").compactMap({ $0.as("AlterTableCmd") }) { alter(command, table, catalog) }
        default: return
        }
    }

    private mutating func drop(_ node: ParseNode, _ catalog: CatalogSnapshot) {
        isCascade = node.string("behavior") == "DROP_CASCADE"
        let kinds = ["OBJECT_TABLE", "OBJECT_FOREIGN_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"]
        guard kinds.contains(node.string("removeType") ?? "") else { return }
        let named = node.list("objects").compactMap { RelationName(parts: ($0.as("List") ?? .null).names("items")) }
            .map(catalog.resolve)
        let below = named.flatMap { catalog.descendants(of: $0) }.map(\.name)
        along += below.map { "table \($0.quoted)" }
        let gone = Set(named + below)
        for table in named + below {
            let constraints = catalog.relation(table)?.constraints ?? []
            let names = Set(constraints.map(\.name))
            if named.contains(table) {
                // The index of a constraint goes under its name.
                along += catalog.indexes(of: table).filter { !names.contains($0.name.name) }.map(Self.index)
                along += constraints.map { "constraint \(RelationName(name: $0.name).quoted) of \(table.quoted)" }
                along += catalog.statistics.filter { $0.table == table }.map(Self.statistics)
            }
            for (other, key) in catalog.references(to: table) where !gone.contains(other.name) {
                dependents.append("constraint \(RelationName(name: key.name).quoted) of \(other.name.quoted)")
            }
            dependents += catalog.readers(of: table).filter { !gone.contains($0.name) }.map(Self.view)
        }
        dependents.sort()
    }

    private mutating func alter(_ command: ParseNode, _ table: RelationName, _ catalog: CatalogSnapshot) {
        let name = command.string("name") ?? ""
        if command.string("behavior") == "DROP_CASCADE" { isCascade = true }
        let constraints = catalog.relation(table)?.constraints ?? []
        switch command.string("subtype") {
        case "AT_DropColumn":
            let going = constraints.filter { $0.columns.contains(name) }
            let names = Set(going.map(\.name))
            along += catalog.indexes(of: table).filter {
                ($0.uses ?? $0.columns).contains(name) && !names.contains($0.name.name)
            }.map(Self.index)
            along += going.map { "constraint \(RelationName(name: $0.name).quoted)" }
            along += catalog.statistics.filter { $0.table == table && $0.columns?.contains(name) == true }
                .map(Self.statistics)
            for (other, key) in catalog.references(to: table) where key.referencedColumns?.contains(name) == true {
                dependents.append("constraint \(RelationName(name: key.name).quoted) of \(other.name.quoted)")
            }
            dependents += Self.views(reading: name, of: table, catalog)
        case "AT_DropConstraint":
            guard let key = constraints.first(where: { $0.name == name }), [.primaryKey, .unique].contains(key.kind)
            else {
                return
            }
            along.append(
                "index \(RelationName(schema: table.schema, name: name).quoted)")
            for (other, reference) in catalog.references(to: table)
            where reference.referencedColumns.map({ Set($0) == Set(key.columns) }) ?? false {
                dependents.append("constraint \(RelationName(name: reference.name).quoted) of \(other.name.quoted)")
            }
        default: return
        }
    }

    /// The views that read a column.
    static func views(reading column: String, of table: RelationName, _ catalog: CatalogSnapshot) -> [String] {
        let reference = CatalogSnapshot.ColumnReference(relation: catalog.resolve(table), column: column)
        return catalog.readers(of: table).filter { $0.reads?.contains(reference) == true }.map(view).sorted()
    }

    private static func index(_ index: CatalogSnapshot.Index) -> String { "index \(index.name.quoted)" }

    private static func statistics(_ statistics: CatalogSnapshot.Statistics) -> String {
        "statistics \(statistics.name.quoted)"
    }

    private static func view(_ view: CatalogSnapshot.Relation) -> String {
        "\(view.kind == .materializedView ? "materialized view" : "view") \(view.name.quoted)"
    }
}
