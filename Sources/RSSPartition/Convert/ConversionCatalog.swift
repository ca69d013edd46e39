import PostgresClient
import RSSCore

/// A plain table as the catalog has it.
package struct PlainTable: Sendable {
    package var oid: Int64
    package var kind: String
    package var keyKind: PartitionKey.Kind?
    package var keyType: String?
    package var isKeyNotNull: Bool
    /// Quoted.
    package var owner: String
    package var storageParameters: [String]
    package var tablespace: String?
    package var rows: Double
    package var bytes: Int64

    package var isPartitioned: Bool { kind == "p" }
}

/// A foreign key that references a table, and what it is to become.
package struct IncomingKey: Sendable {
    package var table: RelationName
    package var name: String
    package var draft: String
    package var definition: String
    package var comment: String?
}

/// An index that a partitioned table takes over from the plain one.
package struct CarriedIndex: Sendable {
    package var name: String
    package var isPrimary: Bool
    package var constraint: String?
    package var definition: String
    package var constraintComment: String?
    package var comment: String?
}

/// Reads from the catalog what a conversion needs.
package struct ConversionCatalog: Sendable {
    package let connection: PostgresConnection

    package init(
        connection: PostgresConnection
    ) {
        self.connection = connection
    }

    /// The names of keys that exist only while a conversion is in progress.
    package static let draftKeys = #"rssctl\_convert\_%"#

    /// Runs queries whose answers write every name in full.
    package func reading<T>(_ work: () async throws -> T) async throws -> T {
        try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
            try await connection.query("SELECT set_config('search_path', '', true)")
            return try await work()
        }
    }

    package func table(_ name: RelationName, column: String) async throws -> PlainTable? {
        try await connection.query(
            SQLResource(PackageResources.convert_table_sql).text, [name.schema ?? "public", name.name, column]
        ).first.map { row in
            PlainTable(
                oid: try row.value("oid"), kind: try row.value("kind"),
                keyKind: try row.decode(String?.self, "key_kind").flatMap(PartitionKey.Kind.init),
                keyType: try row.value("key_type"), isKeyNotNull: try row.value("key_not_null"),
                owner: try row.value("owner"), storageParameters: try row.value("storage_parameters"),
                tablespace: try row.value("tablespace"), rows: try row.value("estimated_rows"),
                bytes: try row.value("bytes"))
        }
    }

    package func refusals(_ oid: Int64, _ spec: ConversionSpec) async throws -> [ConversionRefusal] {
        try await connection.query(
            SQLResource(PackageResources.convert_refusals_sql).text,
            [oid, spec.column, spec.globalUnique, spec.registry.map { "zz_\($0)_update" }]
        ).map { row in
            let (object, problem, remedy) = try row.decode(String.self, String.self, String.self)
            return ConversionRefusal(object: object, problem: problem, remedy: remedy)
        }
    }

    package func keysWithout(_ column: String, of oid: Int64) async throws -> [ConversionSpec.Key] {
        try await connection.query(SQLResource(PackageResources.convert_uniques_sql).text, [oid, column]).map { row in
            ConversionSpec.Key(
                name: try row.value("name"), isPrimary: try row.value("is_primary"),
                isConstraint: try row.value("is_constraint"),
                columns: try row.decode([String]?.self, "key_columns") ?? [], comment: try row.value("comment"))
        }
    }

    /// The foreign keys to a table, as they are to reference another one, whose name is quoted.
    package func incomingKeys(_ oid: Int64, to target: String) async throws -> [IncomingKey] {
        try await connection.query(
            SQLResource(PackageResources.convert_children_sql).text, [oid, target, Self.draftKeys]
        ).map { row in
            IncomingKey(
                table: RelationName(schema: try row.value("schema"), name: try row.value("name")),
                name: try row.value("constraint_name"), draft: try row.value("draft_name"),
                definition: try row.value("definition"), comment: try row.value("comment"))
        }
    }

    package func indexes(_ oid: Int64, except names: [String]) async throws -> [CarriedIndex] {
        try await connection.query(
            SQLResource(PackageResources.convert_indexes_sql).text, [oid, names]
        ).map { row in
            CarriedIndex(
                name: try row.value("name"), isPrimary: try row.value("is_primary"),
                constraint: try row.value("constraint_definition"), definition: try row.value("definition"),
                constraintComment: try row.value("constraint_comment"), comment: try row.value("comment"))
        }
    }

    /// What is carried over, what changes, and which of the changes the user has to confirm.
    package func dependents(
        _ oid: Int64, _ spec: ConversionSpec
    ) async throws -> (carried: [String], changes: [String], asked: [String]) {
        let rows = try await connection.query(
            SQLResource(PackageResources.convert_dependents_sql).text, [oid, spec.column, spec.registry]
        ).map { try $0.decode(Bool.self, Bool.self, String.self) }
        return (rows.filter { !$0.0 }.map(\.2), rows.filter(\.0).map(\.2), rows.filter(\.1).map(\.2))
    }

    /// Whether a foreign key of a table, named so, references another one.
    package func references(_ constraint: String, of table: RelationName, to other: RelationName) async throws -> Bool {
        try await !connection.query(
            """
            SELECT FROM pg_constraint WHERE contype = 'f' AND conname = $1::text::name AND conrelid = to_regclass($2)
                AND confrelid = to_regclass($3)
            """, [constraint, table.quoted, other.quoted]
        ).isEmpty
    }

    /// The tables that a table's foreign keys reference.
    package func referenced(by oid: Int64) async throws -> [RelationName] {
        try await connection.query(
            SQLResource(PackageResources.partition_neighbours_sql).text, [oid]
        ).filter { try !$0.decode(Bool.self, "is_incoming") }.map {
            RelationName(schema: try $0.value("schema"), name: try $0.value("name"))
        }
    }

    /// The views that read a table, as SQL that does nothing but lock them.
    package func viewLocks(_ oid: Int64) async throws -> [String] {
        try await connection.query(
            """
            SELECT format('ALTER VIEW %I.%I OWNER TO %I', n.nspname, v.relname, pg_get_userbyid(v.relowner))
            FROM pg_class v JOIN pg_namespace n ON n.oid = v.relnamespace
            WHERE v.relkind = 'v' AND v.oid IN (
                SELECT r.ev_class FROM pg_depend d
                JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
                WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::bigint::oid)
            ORDER BY 1
            """, [oid]
        ).map { try $0.decode(String.self, at: 0) }
    }

    /// The extended statistics of a table: schema and name.
    package func statistics(_ oid: Int64) async throws -> [[String]] {
        try await connection.query(
            """
            SELECT n.nspname::text, s.stxname::text FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
            WHERE s.stxrelid = $1::bigint::oid ORDER BY 1, 2
            """, [oid]
        ).map { row in
            let (schema, name) = try row.decode(String.self, String.self)
            return [schema, name]
        }
    }

    /// A constraint of a table: whether it is validated; nil when there is none.
    package func constraint(_ name: String, on table: RelationName) async throws -> Bool? {
        try await connection.query(
            "SELECT convalidated FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2",
            [table.quoted, name]
        ).first?.decode(Bool.self, at: 0)
    }

    package func oid(of relation: RelationName) async throws -> Int64? {
        try await connection.query("SELECT to_regclass($1)::oid::bigint", [relation.quoted]).first?
            .decode(Int64?.self, at: 0)
    }
}

extension Row {
    /// A column as the type that is expected where it goes to.
    fileprivate func value<T: PostgresDecodable>(_ name: String) throws -> T { try decode(T.self, name) }
}
