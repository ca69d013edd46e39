import PostgresClient
import RSSModel
import SQLScript

/// A migration would keep or replace something that belongs to another role, which could change or drop it afterwards.
struct ForeignObject: ReportableError, Equatable {
    /// `schema files`, `function public.f(integer)`.
    let object: String
    /// The role that owns it.
    let owner: String

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-026", exit: .permission,
            message: "\(object), which the migrations would take over, belongs to role '\(owner)'",
            detail: "That role could change or drop it at any time. Nothing was run.",
            hint: "Check it, then drop it, or give it to the role that migrates: ALTER … OWNER TO …")
    }
}

/// What statements make only where it is missing, or replace where it exists.
package struct AdoptedNames {
    package private(set) var schemas: [String] = []
    package private(set) var objects: [RelationName] = []

    package init(
        schemas: [String] = [], objects: [RelationName] = []
    ) {
        self.schemas = schemas
        self.objects = objects
    }

    /// Reads a statement.
    package mutating func add(_ tree: ParseNode) {
        guard let (type, node) = tree.tagged else { return }
        switch type {
        case "CreateSchemaStmt" where node.flag("if_not_exists"):
            schemas += [node.string("schemaname")].compactMap { $0 }
        case "CreateFunctionStmt" where node.flag("replace"):
            let names = node.names("funcname")
            if let name = names.last { objects.append(RelationName(schema: names.dropLast().last, name: name)) }
        case "ViewStmt" where node.flag("replace"): objects += [RelationName(node["view"])].compactMap { $0 }
        case "CreateStmt" where node.flag("if_not_exists"):
            objects += [RelationName(node["relation"])].compactMap { $0 }
        default: break
        }
    }
}

extension PostgresConnection {
    /// Refuses what statements would take over, where it belongs to a role that is neither this session's nor greater.
    ///
    /// - Throws: ``ForeignObject``, `PostgresError`.
    package func refuseForeignObjects(of names: AdoptedNames, on path: String) async throws {
        // A name without a schema is made in the first schema of the path that exists.
        let schemas = SearchPath(path).schemas
        let objects = names.objects.flatMap { name in
            (name.schema.map { [$0] } ?? schemas).map { ($0, name.name) }
        }
        let row = try await query(
            SQLResource(PackageResources.foreign_objects_sql).text,
            [names.schemas, objects.map(\.0), objects.map(\.1)]
        ).first
        guard let (object, owner) = try row?.decode(String.self, String.self) else { return }
        throw ForeignObject(object: object, owner: owner)
    }
}
