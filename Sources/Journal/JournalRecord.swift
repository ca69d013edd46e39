import GRDB

/// A row of the journal: columns in snake case, as SQL has them, and times in milliseconds since 1970, which are small,
/// sortable and free of time zones.
package protocol JournalRecord: FetchableRecord, PersistableRecord {}

extension JournalRecord {
    /// Snake case.
    package static var databaseColumnEncodingStrategy: DatabaseColumnEncodingStrategy { .convertToSnakeCase }
    /// Snake case.
    package static var databaseColumnDecodingStrategy: DatabaseColumnDecodingStrategy { .convertFromSnakeCase }
    /// Milliseconds since 1970.
    package static func databaseDateEncodingStrategy(for column: String) -> DatabaseDateEncodingStrategy {
        .millisecondsSince1970
    }
    /// Milliseconds since 1970.
    package static func databaseDateDecodingStrategy(for column: String) -> DatabaseDateDecodingStrategy {
        .millisecondsSince1970
    }
}
