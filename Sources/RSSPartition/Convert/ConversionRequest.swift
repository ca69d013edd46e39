import RSSCore
import RSSModel

/// What is wanted of a conversion.
package struct ConversionRequest: Sendable, Equatable {
    /// The table.
    package var table: RelationName
    /// The column it is to be partitioned by.
    package var column: String
    /// How much one partition holds.
    package var interval: PartitionInterval
    /// The zone whose days begin the partitions of a `timestamptz` or UUIDv7 key.
    package var timeZone: String
    /// Partitions made ahead of the one that holds now.
    package var premake: Int
    /// Columns that stay unique over all partitions, through a key registry; the first is the primary key. Empty for none.
    package var globalUnique: [String]
    /// What the numbers of an integer column count where they are points of time.
    package var epoch: EpochUnit?
    /// What the old table holds as a partition ends here, as a literal of the column's type; nil lets it end with the
    /// interval after the last row.
    package var until: String?

    /// Makes a request.
    package init(
        table: RelationName, column: String, interval: PartitionInterval = .month, timeZone: String = "UTC",
        premake: Int = 3, globalUnique: [String] = [], until: String? = nil,
        epoch: EpochUnit? = nil
    ) {
        self.table = table
        self.column = column
        self.interval = interval
        self.timeZone = timeZone
        self.premake = premake
        self.globalUnique = globalUnique
        self.until = until
        self.epoch = epoch
    }
}

extension ConversionRequest {
    /// That of the backend's own table: what rssctl migrate makes of a new database.
    package static let visitReports = ConversionRequest(
        table: PartitionPolicy.visitReports.table, column: PartitionPolicy.visitReports.column,
        globalUnique: ["id", "report_number"])
}
