import Foundation
import PostgresClient
import RSSCore

/// A partition that was taken out of its table, or is being taken out, and not dropped or attached again.
struct RetiredPartition: Sendable, Equatable {
    /// The state of its retirement, by the record; the catalog shows whether that is so.
    enum State: String, Sendable {
        case detaching, quarantined, dropping
    }

    let id: Int64
    let oid: Int64
    let relation: RelationName
    let definition: String
    let bound: Partition.Bound
    let state: State
    let archive: String?
    let archiveDigest: String?
    /// Count and digest, by table, of rows that went with the partition's keys.
    let removed: [String: ContentDigest]
    let dropAfter: Date
    /// Whether that is past, by the server's clock.
    let isDue: Bool
    let isThere: Bool
    let isAttached: Bool
    let isPending: Bool

    /// What the record names.
    var objects: RecordedObjects { RecordedObjects(relations: [relation]) }

    /// Whether it is detached, and its range is kept free for it.
    var isInQuarantine: Bool { isThere && !isAttached }

    /// Makes one of a row of retire_open.sql.
    ///
    /// - Throws: `BookkeepingRowError` for what rssctl does not write.
    init(_ row: Row) throws {
        id = try row.decode(Int64.self, "id")
        oid = try row.decode(Int64.self, "partition_oid")
        relation = RelationName(
            schema: try row.decode(String.self, "partition_schema"),
            name: try row.decode(String.self, "partition_name"))
        definition = try row.decode(String.self, "definition")
        bound = Partition.Bound(
            lower: try row.decode(Int64?.self, "lower_point"), upper: try row.decode(Int64?.self, "upper_point"))
        let number = id
        func foreign(_ problem: String) -> BookkeepingRowError {
            BookkeepingRowError(RetiredLedger.table, row: "id \(number)", problem: problem)
        }
        let recorded = try row.decode(String.self, "state")
        guard let known = State(rawValue: recorded) else { throw foreign("'\(recorded)' is not a state") }
        state = known
        archive = try row.decode(String?.self, "archive")
        if let archive, !archive.hasPrefix("/") { throw foreign("'\(archive)' is not a folder of an archive") }
        if let lower = bound.lower, let upper = bound.upper, lower >= upper { throw foreign("its bound is empty") }
        archiveDigest = try row.decode(String?.self, "archive_digest")
        do {
            removed =
                try row.decode(String?.self, "removed").map {
                    try JSONDecoder().decode([String: ContentDigest].self, from: Data($0.utf8))
                } ?? [:]
        } catch is DecodingError {
            throw foreign("'removed' is not a list of digests")
        }
        dropAfter = try row.decode(Date.self, "drop_after")
        isDue = try row.decode(Bool.self, "is_due")
        isThere = try row.decode(Bool.self, "is_there")
        isAttached = try row.decode(Bool.self, "is_attached")
        isPending = try row.decode(Bool.self, "is_pending")
    }
}
