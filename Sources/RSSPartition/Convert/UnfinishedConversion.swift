import PostgresClient
import RSSCore
import RSSModel

/// A conversion that was begun and whose table is still plain: killed, refused at its cutover, or running elsewhere.
///
/// Its CHECK may already refuse rows after the end of the first partition.
package struct UnfinishedConversion: ReportableError, Equatable {
    /// The table.
    package var table: RelationName
    /// When it was begun, to the minute in UTC.
    package var begun: String
    /// Whether it is being undone by `--undo`.
    package var isUndo: Bool
    /// The session that runs it; nil where it was interrupted.
    package var holder: String?

    /// What is to be known of it.
    package var report: ErrorReport {
        let (name, what) = (table.quoted.shellWord, isUndo ? "undoing the conversion" : "the conversion")
        let command = "rssctl partition convert \(name)"
        return ErrorReport(
            code: "RSS-PARTITION-121", exit: .failed,
            message:
                "\(what) of \(table.quoted), begun at \(begun) UTC, \(holder == nil ? "was interrupted" : "is running")",
            detail: holder.map { "It is run by \($0)." }
                ?? (isUndo
                    ? nil
                    : "Rows after the end of its first partition may be refused until it is finished or aborted."),
            hint: holder != nil
                ? "Wait for it to end."
                : isUndo
                    ? "Continue it: \(command) --undo"
                    : "Run the same command again, which continues it; or undo what was done: \(command) --abort")
    }

    /// Those of a database; none where the role may not see running work.
    ///
    /// - Throws: `PostgresError`.
    static func all(_ connection: PostgresConnection) async throws -> [UnfinishedConversion] {
        do {
            guard try await PartitionWorkLedger(connection).exists() else { return [] }
            var found: [UnfinishedConversion] = []
            for row in try await connection.query(SQLResource(PackageResources.convert_unfinished_sql).text) {
                let table = RelationName(
                    schema: try row.decode(String.self, "schema"), name: try row.decode(String.self, "name"))
                found.append(
                    UnfinishedConversion(
                        table: table, begun: try row.decode(String.self, "begun"),
                        isUndo: try row.decode(String.self, "phase") == ConversionRecord.Phase.restored.rawValue,
                        holder: try await connection.holder(of: .partitions(of: table)).map { "\($0)" }))
            }
            return found
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            return []
        }
    }
}
