import RSSCore
import SQLScript

extension LintRule {
    /// What is gone afterwards. A file that reverts is meant to drop, so none of this is found in it.
    static let drops: [LintRule] = [
        LintRule(
            "drop-column", .warning, "A dropped column breaks running programs, and its data is gone",
            why:
                "Programs that name it, or cache a statement over it, fail at once. Stop using it first, drop it a release later."
        ) { context in
            guard context.file.kind != .down else { return [] }
            return context.alterations("AT_DropColumn").map {
                LintHit(
                    "\(RelationName(name: $0.name).quoted) of \($0.table.quoted) is dropped with its data\(along(context)); say why it is not read: -- rssctl:allow drop-column …"
                )
            }
        },
        LintRule(
            "drop-table", .warning, "A dropped table's data is gone",
            why:
                "It takes ACCESS EXCLUSIVE on the table, on its parent if it is a partition, and on every table at the other end "
                + "of a foreign key."
        ) { context in
            dropped(context, ["OBJECT_TABLE", "OBJECT_FOREIGN_TABLE", "OBJECT_MATVIEW"]).map { name in
                let others = context.effect.locks.filter {
                    $0.mode == .accessExclusive && $0.relation != context.catalog.resolve(name)
                        && context.exists($0.relation)
                }
                let locked =
                    others.isEmpty
                    ? "" : "; it locks \(others.map { $0.relation.quoted }.joined(separator: ", ")) as well"
                return LintHit("\(name.quoted)\(context.size(name)) is dropped with its data\(along(context))\(locked)")
            }
        },
        LintRule(
            "drop-cascade", .warning, "CASCADE drops what is not named",
            why: "Views, foreign keys and defaults that depend on it are dropped without being named."
        ) { context in
            guard context.file.kind != .down else { return [] }
            if let drop = context.node("DropStmt"), drop.string("behavior") == "DROP_CASCADE" {
                let isNew = drop.list("objects").allSatisfy { object in
                    RelationName(parts: (object.as("List") ?? .null).names("items")).map { !context.exists($0) }
                        ?? false
                }
                return isNew
                    ? []
                    : [
                        LintHit(
                            "\(context.effect.command) … CASCADE drops what depends on it as well\(dependents(context)); name it instead"
                        )
                    ]
            }
            let cascading = ["AT_DropColumn", "AT_DropConstraint"].flatMap { context.alterations($0) }
                .filter { $0.command.string("behavior") == "DROP_CASCADE" }
            return cascading.map {
                LintHit(
                    "CASCADE drops what depends on \(RelationName(name: $0.name).quoted) as well\(dependents(context)); name it instead"
                )
            }
        },
        LintRule(
            "drop-object", .warning, "Something that programs may use is dropped",
            why: "What uses a view, a function, a type, a sequence, a schema or an extension fails at once."
        ) { context in
            let types = [
                "OBJECT_VIEW", "OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE",
                "OBJECT_TYPE",
                "OBJECT_DOMAIN", "OBJECT_SEQUENCE", "OBJECT_SCHEMA", "OBJECT_EXTENSION",
            ]
            guard context.file.kind == .versioned, let drop = context.node("DropStmt"),
                types.contains(drop.string("removeType") ?? "")
            else { return [] }
            let isNew = drop.list("objects").allSatisfy { object in
                RelationName(parts: object.as("List")?.names("items") ?? []).map { !context.exists($0) } ?? false
            }
            guard !isNew else { return [] }
            let names = drop.list("objects").map { object -> String in
                let parts =
                    object.as("List")?.names("items") ?? object.as("TypeName")?.names("names") ?? object.as(
                        "ObjectWithArgs")?.names("objname")
                    ?? [object.as("String")?.string("sval") ?? "?"]
                return parts.map { RelationName(name: $0).quoted }.joined(separator: ".")
            }
            let isRemade = context.later.contains { later in
                let made =
                    later.tree.as("ViewStmt").flatMap { RelationName($0["view"]) }
                    ?? later.tree.as("CreateFunctionStmt").flatMap { RelationName(parts: $0.names("funcname")) }
                return made.map { names.contains($0.quoted) } ?? false
            }
            return isRemade
                ? []
                : [
                    LintHit(
                        "\(context.effect.command) \(names.joined(separator: ", ")): what uses it fails from now on"
                    )
                ]
        },
        LintRule(
            "drop-constraint", .info, "A guarantee about the data ends",
            why: "What relies on it is not notified. Dropping a foreign key takes ACCESS EXCLUSIVE on both tables."
        ) { context in
            guard context.file.kind != .down else { return [] }
            return context.alterations("AT_DropConstraint").compactMap { alteration in
                let isCheck = alteration.name.hasSuffix("_not_null")
                return isCheck
                    ? nil
                    : LintHit(
                        "\(RelationName(name: alteration.name).quoted) of \(alteration.table.quoted) no longer holds\(along(context))"
                    )
            }
        },
        LintRule(
            "drop-trigger", .info, "What a trigger or a rule did is no longer done",
            why: "It takes ACCESS EXCLUSIVE on the table for a moment."
        ) { context in
            guard context.file.kind == .versioned, let drop = context.node("DropStmt"),
                ["OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"].contains(drop.string("removeType") ?? "")
            else { return [] }
            return [LintHit("\(context.effect.command): what it did is no longer done")]
        },
    ]

    /// What goes with it, where it is known.
    private static func along(_ context: LintContext) -> String {
        DroppedObjects.list(context.effect.drops.along).map { "; dropped with it: \($0)" } ?? ""
    }

    /// What CASCADE takes, where it is known.
    private static func dependents(_ context: LintContext) -> String {
        DroppedObjects.list(context.effect.drops.dependents).map { ": \($0)" } ?? ""
    }

    /// The relations that were there before and are dropped.
    private static func dropped(_ context: LintContext, _ types: [String]) -> [RelationName] {
        guard context.file.kind != .down, let drop = context.node("DropStmt"),
            types.contains(drop.string("removeType") ?? "")
        else { return [] }
        return drop.list("objects").compactMap { RelationName(parts: ($0.as("List") ?? .null).names("items")) }.filter(
            context.exists)
    }
}
