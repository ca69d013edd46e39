import Console
import RSSCore
import RSSModel
import RSSPartition

/// The result of `partition status`.
package struct PartitionMap: CommandResult {
    struct Entry: Encodable {
        let name: String
        let lower: String?
        let upper: String?
        let isDefault: Bool
        let isDetachPending: Bool
        let estimatedRows: Double?
        let bytes: Int64
        let state: String
    }

    struct Retired: Encodable {
        let name: String
        let state: String
        let dropAfter: String
    }

    struct TableMap: Encodable {
        let table: String
        let column: String?
        let interval: String?
        let timeZone: String?
        let partitions: [Entry]
        let coveredUntil: String?
        let runwayDays: Int?
        let missing: [String]
        let retired: [Retired]
        let problem: String?
    }

    let mapped: [TableMap]
    private let bars: PartitionBars?

    private enum CodingKeys: String, CodingKey { case mapped = "tables" }

    /// - Parameter bars: how sizes are drawn; nil for no bars.
    init(_ overview: PartitionOverview, bars: PartitionBars?) {
        let lost = overview.losses.map { loss in
            TableMap(
                table: loss.table.quoted, column: nil, interval: nil, timeZone: nil, partitions: [], coveredUntil: nil,
                runwayDays: nil, missing: [], retired: [],
                problem: loss.error.line)
        }
        mapped =
            overview.surveys.map { survey in
                let key = survey.table.key
                return TableMap(
                    table: survey.table.relation.quoted, column: key.column,
                    interval: survey.policy?.interval.description, timeZone: survey.policy?.timeZone,
                    partitions: survey.table.partitions.map { partition in
                        Entry(
                            name: partition.schema == survey.table.schema
                                ? RelationName(name: partition.name).quoted : partition.relation.quoted,
                            lower: partition.bound?.lower.map(key.label), upper: partition.bound?.upper.map(key.label),
                            isDefault: partition.isDefault, isDetachPending: partition.isDetachPending,
                            estimatedRows: partition.estimatedRows, bytes: partition.bytes,
                            state: Self.state(partition, survey.now))
                    },
                    coveredUntil: survey.coveredUntil.map { $0 == .max ? "MAXVALUE" : key.label($0) },
                    runwayDays: survey.runwaySeconds.flatMap { $0.isFinite ? Int($0 / 86_400) : nil },
                    missing: survey.missingRanges,
                    // What has been dropped or attached since is not going to be dropped.
                    retired: (survey.retired ?? []).filter {
                        $0.isThere && !($0.isAttached && $0.state == "quarantined")
                    }
                    .map { Retired(name: $0.name, state: $0.state, dropAfter: $0.dropAfter) },
                    problem: survey.misfit?.message)
            } + lost
        self.bars = bars
    }

    private static func state(_ partition: Partition, _ now: Int64?) -> String {
        if partition.isDetachPending { return "detach pending" }
        guard let bound = partition.bound else { return "default" }
        guard let now else { return "" }
        if bound.upper ?? .max <= now { return "past" }
        return bound.lower ?? .min <= now ? "now" : "ahead"
    }

    package var exitStatus: ExitStatus {
        mapped.allSatisfy { table in
            table.missing.isEmpty && table.problem == nil && !table.partitions.contains { $0.isDetachPending }
        } ? .done : .pending
    }

    /// One table each for people; for machines, which are given the first alone, one of all.
    package var tables: [Table] {
        if mapped.isEmpty { return [.noPolicies] }
        let tables = mapped.map(table)
        guard bars == nil, tables.count > 1, var whole = tables.first else { return tables }
        whole.columns.insert(Column("table"), at: 0)
        whole.rows = zip(mapped, tables).flatMap { map, table in table.rows.map { [.text(map.table)] + $0 } }
        whole.title = nil
        whole.notes = tables.flatMap(\.notes)
        return [whole]
    }

    private func table(_ map: TableMap) -> Table {
        let largest = map.partitions.map(\.bytes).max() ?? 0
        var columns = [
            Column("partition"), Column("from"), Column("to"), .number("rows", header: "rows (est.)"), .number("size"),
        ]
        if bars != nil { columns.append(Column("share", isOptional: true)) }
        columns.append(Column("state"))
        let title = mapped.count > 1 ? map.table : nil
        return Table(
            title: title, columns: columns,
            rows: map.partitions.map { entry in
                var row: [Cell] = [
                    .text(entry.name), .text(entry.isDefault ? "DEFAULT" : entry.lower ?? "MINVALUE"),
                    .text(entry.isDefault ? "" : entry.upper ?? "MAXVALUE"),
                    entry.estimatedRows.map { .integer(Int64($0)) } ?? .null, .bytes(entry.bytes),
                ]
                if let bars {
                    // A partition without rows has a size too.
                    row.append(.text(bars.bar(entry.estimatedRows == 0 ? 0 : entry.bytes, of: largest)))
                }
                return row + [entry.isDetachPending ? .verdict(.critical) : .text(entry.state)]
            }, notes: notes(map),
            emptyMessage: "\(map.table) \(map.column == nil ? "cannot be shown" : "has no partitions").")
    }

    private func notes(_ map: TableMap) -> [String] {
        var notes: [String] = []
        if let problem = map.problem {
            // Of a table that cannot be shown it is whole sentences.
            notes.append(map.column == nil ? problem : "\(problem).")
        } else if let coveredUntil = map.coveredUntil {
            notes.append(
                "Covered until \(coveredUntil)\(map.runwayDays.map { ": \(Quantity.counted($0, "day")) from now" } ?? "")."
            )
        } else if map.interval != nil {
            notes.append("No partition covers rows that are inserted now.")
        } else {
            notes.append("It has no policy: rssctl partition policy adopt \(map.table.shellWord)")
        }
        if !map.missing.isEmpty {
            notes.append(
                "Missing: \(map.missing.joined(separator: ", ")). To create them: rssctl partition maintain \(map.table.shellWord)"
            )
        }
        for entry in map.partitions where entry.isDetachPending {
            notes.append(
                "The detach of \(entry.name) was interrupted, and its rows are invisible. To finish it: rssctl partition maintain"
            )
        }
        if let entry = map.retired.first {
            notes.append(
                "\(map.retired.count) retired and not dropped yet: \(entry.name), \(entry.state), to be dropped after \(entry.dropAfter) UTC\(map.retired.count > 1 ? ", and others" : "")."
            )
        }
        return notes
    }
}

/// Bars that show how large a partition is beside the largest.
struct PartitionBars: Sendable {
    private static let width = 16
    private let charset: Charset

    /// Blocks where the locale has UTF-8, plain signs elsewhere.
    init(environment: [String: String]) { charset = Charset(environment: environment) }

    func bar(_ value: Int64, of largest: Int64) -> String {
        guard largest > 0, value > 0 else { return "" }
        let eighths = max(1, Int((Double(value) / Double(largest) * Double(Self.width * 8)).rounded()))
        guard charset == .utf8 else { return String(repeating: "#", count: max(1, (eighths + 4) / 8)) }
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }
}
