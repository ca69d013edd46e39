import PostgresClient
import RSSCore
import RSSModel

/// Which statements may be parsed and planned with this session's rights.
///
/// The texts are those of all roles. Parsing and planning them evaluates functions: of constants, of expressions of indexes and
/// CHECKs, of views. A role that may create a function could have it run by whoever asks for advice, so a statement is left out
/// where a function, operator or type that it may mean belongs to a role that the session does not trust, where a relation
/// would have such code evaluated, and where it was run by such a role and gives arguments to functions that run SQL.
///
/// Names are taken from the text as the server reads it, whatever they name, so that no reading of SQL can miss one.
struct ForeignStatements {
    /// The OIDs of the roles that the session trusts, and of all others.
    let trusted: [Int64]
    private let others: [Int64]
    private let path: [String]
    private let connection: PostgresConnection
    private var objects: [Object] = []
    private var relations: [Relation] = []

    private struct Object {
        let kind, schema, name, object, owner: String
        let isByArguments: Bool
    }

    private struct Relation {
        let schema, name, sql: String
        let hasRules: Bool
        var code: ForeignCode?
    }

    init(_ connection: PostgresConnection, path: [String]) async throws {
        self.connection = connection
        let row = try await connection.query(SQLResource(PackageResources.advice_roles_sql).text).first
        trusted = try row?.decode([Int64].self, "trusted") ?? []
        others = try row?.decode([Int64].self, "others") ?? []
        let name = try row?.decode(String.self, "name") ?? "$user"
        self.path = path.map { $0 == "$user" ? name : $0 }
    }

    /// Looks up all that the statements name.
    ///
    /// - Throws: `PostgresError`.
    mutating func look(at shapes: [StatementShape]) async throws {
        let names = shapes.reduce(into: Set()) { $0.formUnion($1.names) }.sorted()
        let operators = shapes.reduce(into: Set()) { $0.formUnion($1.operators) }.sorted()
        objects = try await connection.query(
            SQLResource(PackageResources.advice_names_sql).text, [names, operators, path, trusted]
        ).map {
            let (kind, schema, name, object, owner, isByArguments) = try $0.decode(
                String.self, String.self, String.self, String.self, String.self, Bool.self)
            return Object(
                kind: kind, schema: schema, name: name, object: object, owner: owner, isByArguments: isByArguments)
        }
        relations = try await connection.query(
            SQLResource(PackageResources.advice_relations_sql).text, [names, path]
        ).map {
            let (schema, name, sql, hasRules) = try $0.decode(String.self, String.self, String.self, Bool.self)
            return Relation(schema: schema, name: name, sql: sql, hasRules: hasRules, code: nil)
        }
        try await connection.transaction(readOnly: true) {
            // Most databases have none: one question for all.
            guard try await connection.foreignCode(.reading, in: relations.map(\.sql), of: others) != nil else {
                return
            }
            for index in relations.indices {
                relations[index].code = try await connection.foreignCode(
                    .reading, in: [relations[index].sql], of: others)
            }
        }
    }

    /// Refuses a statement that would have code of other roles evaluated.
    ///
    /// - Parameter isTrusted: whether trusted roles alone ran it.
    /// - Throws: ``NotExplained``.
    func check(_ shape: StatementShape, isTrusted: Bool) throws(NotExplained) {
        func means(_ schema: String, _ name: String) -> Bool {
            shape.names.contains(name)
                && (path.contains(schema) || schema == "pg_catalog" || shape.names.contains(schema))
        }
        for object in objects {
            let isMeant =
                switch object.kind {
                case "operator":
                    shape.operators.contains(object.name)
                        && (path.contains(object.schema) || shape.names.contains(object.schema))
                case "row": means(object.schema, object.name) && shape.casts.contains(object.name)
                default: means(object.schema, object.name)
                }
            guard isMeant else { continue }
            if !object.isByArguments {
                throw NotExplained(
                    "it may use \(object.object) of role \(object.owner), which must not run with this session's rights",
                    hint: "Review it, and give it to a trusted role: ALTER \(object.object) OWNER TO …")
            }
            if shape.called.contains(object.name), !isTrusted {
                throw NotExplained(
                    "\(object.object) may run SQL that its arguments name, and other roles wrote them")
            }
        }
        for relation in relations where means(relation.schema, relation.name) {
            if let code = relation.code {
                throw NotExplained(code.report.message, hint: "Review it, and give it to the owner of the database.")
            }
            if relation.hasRules, shape.writes {
                throw NotExplained("a rule or a view rewrites what is written to \(relation.sql)")
            }
        }
    }
}
