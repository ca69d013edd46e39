import RSSCore

/// What there is in a database, as far as statements are judged by it: read once, asked often, without I/O.
///
/// It can follow a script: ``apply(_:)`` makes the changes of one statement in it, so that the next one is judged by what
/// will be there then. Without a database it begins empty and incomplete, and knows what the script itself has made.
package struct CatalogSnapshot: Sendable, Equatable {
    /// `server_version_num`: 150020 for 15.20.
    package var serverVersion: Int
    /// The `TimeZone` of the session that applies migrations.
    package var timeZone: String
    /// The schemas that names without one are looked up in.
    package var searchPath: [String]
    /// Whether it was read from a database: what is not in it does not exist.
    package let isComplete: Bool
    /// Whether what is not in it does not exist: a complete one, until a statement has done what its text does not show.
    package internal(set) var isCertain: Bool
    /// The extensions that the server has, by name; nil where they are not known.
    package internal(set) var extensions: [String: Extension]?
    /// Tables, views and sequences by name.
    package internal(set) var relations: [RelationName: Relation]
    /// Indexes by name.
    package internal(set) var indexes: [RelationName: Index]
    /// Extended statistics.
    package internal(set) var statistics: [Statistics]
    /// Functions and procedures that no extension owns.
    package internal(set) var routines: [Routine]
    /// Relations, indexes and routines that the script has made.
    package internal(set) var created: Set<RelationName> = []
    private var childNames: [RelationName: [RelationName]]

    /// Makes a snapshot of what was read.
    package init(_ contents: Contents) { self.init(contents, isComplete: true) }

    /// Nothing is known of the database.
    package static let unknown = CatalogSnapshot(Contents(), isComplete: false)

    private init(_ contents: Contents, isComplete: Bool) {
        serverVersion = contents.serverVersion
        timeZone = contents.timeZone
        searchPath = contents.searchPath
        self.isComplete = isComplete
        isCertain = isComplete
        extensions = contents.extensions.map { all in
            Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
        }
        relations = Dictionary(contents.relations.map { ($0.name, $0) }) { first, _ in first }
        indexes = Dictionary(contents.indexes.map { ($0.name, $0) }) { first, _ in first }
        statistics = contents.statistics
        routines = contents.routines
        childNames = [:]
        for relation in contents.relations {
            for parent in relation.parents { childNames[parent, default: []].append(relation.name) }
        }
    }

    /// A table, view or sequence; a name without a schema is looked up along the search path.
    package func relation(_ name: RelationName) -> Relation? { relations[resolve(name)] }

    /// An index.
    package func index(_ name: RelationName) -> Index? { indexes[resolve(name)] }

    /// The name with the schema that it is found in; as it was where there is no such relation.
    package func resolve(_ name: RelationName) -> RelationName {
        if name.schema != nil { return name }
        return searchPath.lazy.map { RelationName(schema: $0, name: name.name) }
            .first { relations[$0] != nil || indexes[$0] != nil } ?? name
    }

    /// The name that a new object of this name gets.
    package func newName(_ name: RelationName) -> RelationName {
        name.schema != nil ? name : RelationName(schema: searchPath.first ?? "public", name: name.name)
    }

    /// Whether the script itself has made it.
    package func isNew(_ name: RelationName) -> Bool { created.contains(resolve(name)) }

    /// The indexes of a table, by name.
    package func indexes(of table: RelationName) -> [Index] {
        let table = resolve(table)
        return indexes.values.filter { $0.table == table }.sorted { $0.name.quoted < $1.name.quoted }
    }

    /// Partitions, or tables that inherit; those below them too.
    package func descendants(of table: RelationName) -> [Relation] {
        children(of: table).flatMap { [$0] + descendants(of: $0.name) }
    }

    /// Partitions, or tables that inherit, one level down.
    package func children(of table: RelationName) -> [Relation] {
        (childNames[resolve(table)] ?? []).compactMap { relations[$0] }
    }

    /// The tables with a foreign key to this one, with that key.
    package func references(to table: RelationName) -> [(table: Relation, key: Constraint)] {
        let table = resolve(table)
        return relations.values.flatMap { relation in
            relation.constraints.filter { $0.references == table }.map { (relation, $0) }
        }
    }

    /// The views that read a relation.
    package func readers(of name: RelationName) -> [Relation] {
        let name = resolve(name)
        return relations.values.filter { $0.sources.contains(name) }
    }

    /// The functions of a name, whatever their arguments.
    package func routines(_ name: RelationName) -> [Routine] {
        let names = name.schema != nil ? [name] : searchPath.map { RelationName(schema: $0, name: name.name) }
        return routines.filter { names.contains($0.name) }
    }

    /// Rows of a table and of what is below it; nil where nothing is known.
    package func rows(of table: RelationName) -> Int64? {
        guard let relation = relation(table) else { return nil }
        let counts = ([relation] + descendants(of: relation.name)).compactMap(\.rows)
        return counts.isEmpty ? nil : counts.reduce(0, +)
    }

    /// Bytes of a table, its indexes and what is below it; nil where nothing is known.
    package func bytes(of table: RelationName) -> Int64? {
        guard let relation = relation(table) else { return nil }
        return ([relation] + descendants(of: relation.name)).reduce(0) { $0 + $1.bytes }
    }

    /// Treats what the script has made as what existed before, and as filled.
    mutating func settle() {
        for name in created { relations[name]?.rows = nil }
        created = []
    }

    mutating func insert(_ relation: Relation) {
        relations[relation.name] = relation
        for parent in relation.parents { childNames[parent, default: []].append(relation.name) }
    }

    @discardableResult
    mutating func remove(_ name: RelationName) -> Relation? {
        let name = resolve(name)
        guard let relation = relations.removeValue(forKey: name) else { return nil }
        for parent in relation.parents { childNames[parent]?.removeAll { $0 == name } }
        return relation
    }

    mutating func setParent(_ parent: RelationName?, of child: RelationName) {
        let child = resolve(child)
        let known = parent.map(resolve)
        for old in relations[child]?.parents ?? [] { childNames[old]?.removeAll { $0 == child } }
        relations[child]?.parents = known.map { [$0] } ?? []
        relations[child]?.isPartition = parent != nil
        if let known, relations[child] != nil { childNames[known, default: []].append(child) }
    }
}
