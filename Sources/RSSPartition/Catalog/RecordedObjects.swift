import PostgresClient
import RSSCore
import RSSModel

/// What rssctl's records of a partitioned table name, and what is therefore dropped, attached, renamed or written to.
///
/// The owner of a table writes its records. Were they followed without a check, a superuser who maintains the table would drop
/// whatever else the owner wrote there.
package struct RecordedObjects: Sendable, Equatable {
    /// Tables and indexes.
    package var relations: [RelationName] = []
    /// Functions, whatever their arguments are.
    package var functions: [RelationName] = []
    /// Extended statistics.
    package var statistics: [RelationName] = []
}

extension PostgresConnection {
    /// Refuses what belongs to another role than the table that the records are of. What is not there is accepted.
    ///
    /// To be called at the start of a command, so that nothing is done by halves, and again in each transaction, once the
    /// objects are locked: until then another table could take the name of one.
    ///
    /// - Throws: ``ForeignOwner``, `PostgresError`.
    package func require(_ objects: RecordedObjects, ofOwnerOf table: RelationName) async throws {
        func schemas(_ names: [RelationName]) -> [String] { names.map { $0.schema ?? "public" } }
        let row = try await query(
            SQLResource(PackageResources.recorded_objects_sql).text,
            [
                table.quoted, objects.relations.map(\.quoted), schemas(objects.functions),
                objects.functions.map(\.name), schemas(objects.statistics), objects.statistics.map(\.name),
            ]
        ).first
        guard let row else { return }
        throw ForeignOwner(
            object: try row.decode(String.self, "object"), owner: try row.decode(String.self, "owner"),
            table: table.quoted, tableOwner: try row.decode(String?.self, "table_owner"),
            fix: try row.decode(String?.self, "fix"))
    }
}

/// Something that is named as part of a partitioned table belongs to another role than the table.
package struct ForeignOwner: BlindingError, Equatable {
    /// What is named, as SQL writes it.
    let object: String
    /// Whom it belongs to.
    let owner: String
    /// The partitioned table, as SQL writes it.
    let table: String
    /// Whom that belongs to; nil where it does not exist.
    let tableOwner: String?
    /// The statement that would make it part of the table.
    let fix: String?

    package var report: ErrorReport {
        ErrorReport(
            code: "RSS-PARTITION-113", exit: .permission,
            message:
                "\(object) belongs to role \(owner), and \(table) \(tableOwner.map { "to role \($0)" } ?? "does not exist")",
            detail:
                "The records or triggers of \(table) name it. Its owner could write there what belongs to others, so nothing was done with it.",
            hint: fix.map { "If it is part of the table, run: \($0)" }
                ?? "See in psql who may write records: \\dp rssctl.*"
        )
    }
}
