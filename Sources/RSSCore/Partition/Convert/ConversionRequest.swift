import RSSModel

/// What is wanted of a conversion.
public struct ConversionRequest: Sendable, Equatable {
    /// The table.
    public var table: RelationName
    /// The column it is to be partitioned by.
    public var column: String
    /// How much one partition holds.
    public var interval: PartitionInterval
    /// The zone whose days begin the partitions of a `timestamptz` or UUIDv7 key.
    public var timeZone: String
    /// Partitions made ahead of the one that holds now.
    public var premake: Int
    /// Columns that stay unique over all partitions, through a key registry; the first is the primary key. Empty for none.
    public var globalUnique: [String]
    /// What the numbers of an integer column count where they are points of time.
    public var epoch: EpochUnit?
    /// What the old table holds as a partition ends here, as a literal of the column's type; nil lets it end with the
    /// interval behind the last row.
    public var until: String?

    /// Makes a request.
    public init(
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
    public static let visitReports = ConversionRequest(
        table: PartitionPolicy.visitReports.table, column: PartitionPolicy.visitReports.column,
        globalUnique: ["id", "report_number"])
}
