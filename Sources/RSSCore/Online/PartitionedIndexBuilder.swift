import PostgresClient
import RSSModel

/// Builds an index of a partitioned table partition by partition, each concurrently: PostgreSQL refuses CONCURRENTLY for
/// the whole, and without it every writer waits for as long as the whole takes.
///
/// ON ONLY the parent, then each leaf, then ATTACH; a parent's index becomes valid with its last child's. What is done is
/// read from the catalog at each step, so an interrupted build resumes at its leaf.
package struct PartitionedIndexBuilder {
    private let builder: IndexBuilder

    private var connection: PostgresConnection { builder.connection }
    private var catalog: IndexCatalog { builder.catalog }

    package init(_ builder: IndexBuilder) { self.builder = builder }

    /// Builds the index on a partitioned table and all below it.
    package func build(_ name: String, on table: IndexedTable) async throws {
        let wanted = try await catalog.definition(of: builder.build, on: table)
        try await build(name, on: table, wanted)
        guard try await catalog.index(name, on: table)?.isValid == true else {
            throw IndexBuildError.invalid([RelationName(schema: table.schema, name: name).quoted])
        }
    }

    private func build(_ name: String, on table: IndexedTable, _ wanted: String) async throws {
        let parent = try await parentIndex(name, on: table, wanted)
        if parent.isValid { return }
        for child in try await catalog.children(of: table) {
            let attached = try await catalog.indexes(on: child).first { $0.parent == parent.oid }
            if let attached, attached.isValid { continue }
            let childName = try await childName(name, attached, on: child, wanted)
            if child.isPartitioned {
                try await build(childName, on: child, wanted)
            } else if let attached {
                try await rebuild(attached, on: child)
            } else {
                try await builder.build(childName, on: child, wanted: wanted)
            }
            try await attach(childName, of: child, to: name, of: table)
        }
        try await validate(name, on: table)
    }

    /// The index on the partitioned table itself, made where it is missing.
    private func parentIndex(_ name: String, on table: IndexedTable, _ wanted: String) async throws -> ExistingIndex {
        if let found = try await catalog.index(name, on: table) {
            let qualified = RelationName(schema: table.schema, name: name).quoted
            guard found.isOnTable else { throw IndexBuildError.nameTaken(qualified, place: builder.place) }
            guard found.definition == wanted, found.isUnique == builder.build.isUnique else {
                throw IndexBuildError.differs(
                    qualified, found: found.definition, wanted: wanted, place: builder.place)
            }
            return found
        }
        if let foreign = try await catalog.foreignPartition(of: table) {
            throw IndexBuildError.foreignPartition(foreign, place: builder.place)
        }
        let sql = builder.build.defined(by: wanted, unlessFor: table.name).sql(
            name: try await connection.quoteIdentifier(name), on: try await connection.quote(table.relation),
            concurrently: false, only: true)
        try await briefly(locking: [RelationLock(table.relation, .share)], sql)
        try await FaultPoint.reach("index.parent")
        guard let made = try await catalog.index(name, on: table) else {
            throw IndexBuildError.invalid([RelationName(schema: table.schema, name: name).quoted])
        }
        return made
    }

    /// The name of a partition's index: that of one which is there already and fits, or one made of both names.
    private func childName(
        _ name: String, _ attached: ExistingIndex?, on child: IndexedTable, _ wanted: String
    ) async throws -> String {
        if let attached { return attached.name }
        let fitting = try await catalog.indexes(on: child).first {
            $0.isValid && $0.parent == nil && $0.definition == wanted && $0.isUnique == builder.build.isUnique
        }
        return fitting?.name ?? Self.name(of: name, on: child.name)
    }

    /// `partition_index`, shortened to the 63 bytes of a name such that different names stay different.
    package static func name(of index: String, on partition: String) -> String {
        let whole = "\(partition)_\(index)"
        guard whole.utf8.count > 63 else { return whole }
        let mark = "_" + Digest.sha256.hex(whole.utf8).prefix(8)
        var head = ""
        for character in whole {
            guard head.utf8.count + String(character).utf8.count + mark.utf8.count <= 63 else { break }
            head.append(character)
        }
        return head + mark
    }

    /// An attached index can be neither dropped nor replaced by itself, only rebuilt in place.
    private func rebuild(_ index: ExistingIndex, on child: IndexedTable) async throws {
        try await IndexLeftovers(connection).sweep([RelationLock(child.relation, .shareUpdateExclusive)])
        let name = try await connection.quote(RelationName(schema: child.schema, name: index.name))
        try await connection.execute("SET lock_timeout = 0")
        try await builder.watch.observing(connection, index.name, builder.progress) {
            try await connection.execute("REINDEX INDEX CONCURRENTLY \(name)")
        }
    }

    /// Attaches a child's index; done once more for one that is attached already, PostgreSQL checks again whether the
    /// parent's is valid now.
    private func attach(
        _ name: String, of child: IndexedTable, to parent: String, of table: IndexedTable
    ) async throws {
        let parentIndex = try await connection.quote(RelationName(schema: table.schema, name: parent))
        let childIndex = try await connection.quote(RelationName(schema: child.schema, name: name))
        try await briefly(
            locking: [RelationLock(RelationName(schema: child.schema, name: name), .accessExclusive)],
            "ALTER INDEX \(parentIndex) ATTACH PARTITION \(childIndex)")
        try await FaultPoint.reach("index.attached")
    }

    /// A parent's index that has all its children and is still invalid is checked again by an ATTACH of one of them.
    private func validate(_ name: String, on table: IndexedTable) async throws {
        guard let parent = try await catalog.index(name, on: table), !parent.isValid else { return }
        for child in try await catalog.children(of: table) {
            guard let attached = try await catalog.indexes(on: child).first(where: { $0.parent == parent.oid }) else {
                continue
            }
            return try await attach(attached.name, of: child, to: name, of: table)
        }
        // A table without partitions: its index becomes valid only once a partition was created and dropped.
    }

    private func briefly(locking locks: [RelationLock], _ sql: String) async throws {
        try await builder.lockPolicy.run(on: connection, locks: locks, progress: builder.progress) {
            try await connection.transaction {
                try await builder.lockPolicy.bound(connection)
                // The definition is the user's: its operator classes and functions are found by the user's path.
                try await connection.along(builder.path) { _ = try await connection.execute(sql) }
            }
        }
    }
}
