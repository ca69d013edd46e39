import PostgresClient
import RSSCore

/// What a conversion works towards, and under which names: decided once, kept in `rssctl.partition_work`. How far it got
/// is read from the catalog.
package struct ConversionSpec: Sendable, Equatable, Codable {
    /// A unique key of the plain table that no partitioned one can have.
    package struct Key: Sendable, Equatable, Codable {
        var name: String
        var isPrimary: Bool
        var isConstraint: Bool
        var columns: [String]
        var comment: String?
    }

    /// The policy that the table will be maintained by.
    package var policy: PartitionPolicy
    /// Whether the policy was there before.
    package var hadPolicy: Bool
    /// The kind of the column.
    package var kind: PartitionKey.Kind
    /// Whether the column could be NULL.
    package var wasNullable: Bool
    /// What was asked for.
    package var globalUnique: [String]
    /// What was asked for.
    package var until: String?
    /// The name of the key registry; nil for none.
    package var registry: String?
    /// Whether the registry is the one of the shipped schema.
    package var isShipped: Bool
    /// The name that the plain table takes as a partition.
    package var legacy: String
    /// The name that the partitioned table has until the cutover.
    package var draft: String
    /// The upper bound of the plain table as a partition.
    package var upper: Int64
    /// The unique keys that are replaced.
    package var replaced: [Key]
    /// The highest number of the column, where its type is smaller than `bigint`.
    package var highest: Int64?
    /// Indexes of the plain table that were renamed in the cutover: name and name as a partition's.
    package var renamedIndexes: [[String]] = []
    /// Likewise its extended statistics, with the schema in front.
    package var renamedStatistics: [[String]] = []
    /// The last key that the registry was filled up to.
    package var checkpoint: String?

    package var table: RelationName { policy.table }
    package var schema: String { policy.table.schema ?? "public" }
    package var column: String { policy.column }
    package var key: PartitionKey {
        var key = PartitionKey(column: column, kind: kind, highest: highest)
        key.epoch = policy.epoch
        return key
    }
    package var bound: Partition.Bound { Partition.Bound(lower: nil, upper: upper) }

    package func relation(_ name: String) -> RelationName { RelationName(schema: schema, name: name) }

    /// What the functions of a registry are named after it.
    package static let registryFunctions = ["insert", "update", "delete", "truncate", "conflict"]

    /// What it names, and is dropped, renamed or written to.
    package var objects: RecordedObjects {
        let keys = replaced.flatMap { [$0.name, legacyName(of: $0.name), undoName(of: $0.name)] }
        let names = [draft, legacy] + [registry].compactMap { $0 } + keys + renamedIndexes.compactMap(\.last)
        return RecordedObjects(
            relations: names.map(relation),
            functions: registry.map { name in Self.registryFunctions.map { relation("\(name)_\($0)") } } ?? [],
            statistics: renamedStatistics.map { RelationName(schema: $0.first, name: $0.last ?? "") })
    }

    /// The name of an index as the old table, now a partition, has it: `visit_reports_legacy_pkey`.
    package func legacyName(of index: String) -> String { Self.name(index, of: table.name, under: legacy) }

    /// The name of an index of the partitioned table until the cutover.
    package func draftName(of index: String) -> String { Self.name(index, of: table.name, under: draft) }

    /// The name of an index that restores a replaced key.
    package func undoName(of key: String) -> String { Self.fit("rssctl_undo_\(key)") }

    private static func name(_ index: String, of table: String, under new: String) -> String {
        fit(new + "_" + (index.hasPrefix(table + "_") ? String(index.dropFirst(table.count + 1)) : index))
    }

    /// A name in the 63 bytes that PostgreSQL allows, such that different names stay different.
    package static func fit(_ name: String) -> String {
        guard name.utf8.count > 63 else { return name }
        let mark = "_" + Digest.sha256.hex(name.utf8).prefix(8)
        var head = ""
        for character in name {
            guard head.utf8.count + String(character).utf8.count + mark.utf8.count <= 63 else { break }
            head.append(character)
        }
        return head + mark
    }

    /// The indexes that are built on the plain table in advance, so that attaching it builds none.
    package var indexesToBuild: [(name: String, isUnique: Bool, columns: [String])] {
        replaced.compactMap { key in
            if key.isPrimary { return (legacyName(of: key.name), true, key.columns + [column]) }
            // What was found through the unique index is found through a plain one; the shipped schema has none.
            return isShipped ? nil : (legacyName(of: key.name), false, key.columns)
        }
    }

    /// Whether it is what a request asks for.
    package func answers(_ request: ConversionRequest) -> Bool {
        table == request.table && column == request.column && policy.interval == request.interval
            && policy.epoch == request.epoch
            && globalUnique == request.globalUnique && until == request.until
            && (policy.timeZone == request.timeZone || hadPolicy)
    }
}
