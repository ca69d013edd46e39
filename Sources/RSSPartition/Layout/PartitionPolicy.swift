import PostgresClient
import RSSCore

/// How the partitions of one table are maintained.
package struct PartitionPolicy: Sendable, Equatable, Codable {
    /// The table.
    package var table: RelationName
    /// The column it is partitioned by; part of the policy so that another table of the same name is detected.
    package var column: String
    /// How much one partition holds.
    package var interval: PartitionInterval
    /// The zone whose days begin the partitions of a `timestamptz` or UUIDv7 key, as PostgreSQL names it.
    package var timeZone: String
    /// Partitions made ahead of the one that holds now.
    package var premake: Int
    /// How long a partition is kept after its upper bound; nil for indefinitely.
    package var retention: PartitionRetention?
    /// How long a partition that was detached is kept before it is dropped, in days.
    package var quarantineDays: Int

    /// The longest quarantine: a hundred years.
    static let mostQuarantineDays = 36_500
    /// The folder that a partition is archived to before it is dropped; nil for none.
    package var archive: String?
    /// The tablespace of new partitions; nil for the parent's.
    package var tablespace: String?
    /// Storage parameters of new partitions: `fillfactor=90`.
    package var storageParameters: [String]
    /// What the numbers of an integer key count where they are points of time; nil for other numbers.
    package var epoch: EpochUnit?

    /// Makes a policy; defaults are those of the seed: this month and three more, kept indefinitely.
    package init(
        table: RelationName, column: String, interval: PartitionInterval = .month, timeZone: String = "UTC",
        premake: Int = 3, retention: PartitionRetention? = nil, quarantineDays: Int = 7, archive: String? = nil,
        tablespace: String? = nil, storageParameters: [String] = [], epoch: EpochUnit? = nil
    ) {
        self.table = table
        self.column = column
        self.interval = interval
        self.timeZone = timeZone
        self.premake = premake
        self.retention = retention
        self.quarantineDays = quarantineDays
        self.archive = archive
        self.tablespace = tablespace
        self.storageParameters = storageParameters
        self.epoch = epoch
    }
}

extension PartitionPolicy {
    /// That of the shipped visit_reports where the database has none: the seed's.
    package static let visitReports = PartitionPolicy(
        table: RelationName(schema: "public", name: "visit_reports"), column: "visit_date")

    /// How a table of dates is maintained that has no policy: by the interval that its bounds follow, by the month where they
    /// follow none. Nil for a table of another key, which is not.
    static func implied(by table: PartitionedTable, premake: Int) -> PartitionPolicy? {
        guard table.key.kind == .date else { return nil }
        let bounds = table.partitions.compactMap(\.bound)
        let reading = BoundsReading(bounds, among: PartitionInterval.ofTime.reversed().filter { $0 != .hour })
        return PartitionPolicy(
            table: table.relation, column: table.key.column, interval: reading?.interval ?? .month, premake: premake)
    }
}

/// How long partitions are kept: a span of time, such as `24 months` or `3 months 5 days`, or a number of an integer key's values.
package struct PartitionRetention: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The unit; ``PartitionInterval/step(_:)`` for numbers.
    package var unit: PartitionInterval
    /// How many of them.
    package var count: Int
    /// What is added in shorter units, the longest first; none for numbers.
    package private(set) var rest: [PartitionRetention] = []

    /// Makes a retention.
    package init(_ count: Int, _ unit: PartitionInterval) {
        self.unit = unit
        self.count = count
    }

    /// Reads `24 months`, `24mo`, `90d`, `3 months 5 days`, or a number; nil for anything else, and for an empty text.
    package init?(_ text: String) {
        var parts: [PartitionRetention] = []
        var left = Substring(text)
        while !left.isEmpty {
            guard let match = left.prefixMatch(of: /(\d+) ?([a-z]*) ?/), let count = Int(match.1), count > 0 else {
                return nil
            }
            if match.2.isEmpty {
                parts.append(PartitionRetention(count, .step(1)))
            } else {
                guard let unit = PartitionInterval(abbreviated: match.2) else { return nil }
                parts.append(PartitionRetention(count, unit))
            }
            left = left[match.range.upperBound...]
        }
        guard let first = parts.first, parts.count == 1 || parts.allSatisfy(\.unit.isTime),
            zip(parts, parts.dropFirst()).allSatisfy({ $0.unit.approximateLength > $1.unit.approximateLength })
        else { return nil }
        self = first
        rest = Array(parts.dropFirst())
    }

    /// `24 months`
    package var description: String {
        let own = unit.isTime ? "\(count) \(unit)\(count == 1 ? "" : "s")" : "\(count)"
        return ([own] + rest.map(\.description)).joined(separator: " ")
    }

    /// The retention as PostgreSQL reads an interval; nil for numbers.
    ///
    /// `24 months` on 2026-11-30 keeps what is not before 2024-11-30. A month that has no such day counts to its last one,
    /// as PostgreSQL's own arithmetic has it: 33 months before 2026-11-30 are 2024-02-29.
    var interval: String? {
        let own: String? =
            switch unit {
            case .hour: "\(count) hours"
            case .day: "\(count) days"
            case .week: "\(count) weeks"
            case .month: "\(count) months"
            case .quarter: "\(count.multipliedReportingOverflow(by: 3).partialValue) months"
            case .year: "\(count) years"
            case .step: nil
            }
        return own.map { ([$0] + rest.compactMap(\.interval)).joined(separator: " ") }
    }

    /// Microseconds that it is never longer than; `Int64.max` for more than there are.
    var longest: Int64 {
        let unit: Int64 =
            switch unit {
            case .hour: 3_600_000_000
            case .day: PartitionKey.day
            case .week: 7 * PartitionKey.day
            case .month: 31 * PartitionKey.day
            case .quarter: 92 * PartitionKey.day
            case .year: 366 * PartitionKey.day
            case .step(let step): step
            }
        return length(unit) { $0.longest }
    }

    /// Microseconds, or numbers, that it is never shorter than; `Int64.max` for more than there are.
    var shortest: Int64 { length(unit.approximateLength) { $0.shortest } }

    private func length(_ unit: Int64, _ part: (PartitionRetention) -> Int64) -> Int64 {
        let (own, overflows) = Int64(count).multipliedReportingOverflow(by: unit)
        return rest.reduce(overflows ? .max : own) { sum, next in
            let (longer, isBeyond) = sum.addingReportingOverflow(part(next))
            return isBeyond ? .max : longer
        }
    }

    /// Reads the text form.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let retention = PartitionRetention(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "invalid retention: '\(text)'")
        }
        self = retention
    }

    /// Writes the text form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
