import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Derives a policy from the existing partitions of a table, by their bounds only.
struct PolicyAdoption: Sendable {
    /// What is known in advance.
    struct Options: Sendable {
        /// The interval; nil: derived from the bounds.
        var interval: PartitionInterval?
        /// The zone whose days begin partitions; nil: derived from the bounds.
        var timeZone: String?
        /// The server's own zone.
        var serverZone = "UTC"
        /// What an integer key counts; nil: as pg_partman has it, if it maintains the table.
        var epoch: EpochUnit?
        /// Partitions ahead where there are none to derive it from.
        var defaultPremake = 3
        /// The time that counts as now.
        var at: Date
    }

    /// A policy with what is to be known of it.
    struct Adopted: Sendable {
        var policy: PartitionPolicy
        var notes: [String]
    }

    let connection: PostgresConnection
    let options: Options

    /// Reads the policy of a table.
    ///
    /// - Throws: ``PolicyError/notAdoptable(_:problem:hint:)``, ``PartitionError``, `PostgresError`.
    func read(_ name: RelationName) async throws -> Adopted {
        var table = try await PartitionCatalog(connection).table(name)
        let partman = try await PartmanConfig(of: name, connection)
        if table.key.kind == .integer {
            table.key.epoch = options.epoch ?? partman?.epochText.flatMap(EpochUnit.init(text:))
        } else if options.epoch != nil {
            throw PolicyError.notAdoptable(
                name.quoted, problem: "The column \(table.key.column) is not an integer, and --epoch is for those.",
                hint: "Leave --epoch out.")
        }
        let bounds = table.partitions.compactMap(\.bound)
        if bounds.isEmpty, options.interval == nil {
            throw PolicyError.notAdoptable(
                name.quoted, problem: "It has no partitions with bounds.",
                hint: "Set its policy: rssctl partition policy set \(name.quoted.shellWord) --interval month")
        }
        let (reading, zone) = try await reading(table, bounds)
        var policy = PartitionPolicy(
            table: table.relation, column: table.key.column, interval: reading.interval, timeZone: zone,
            premake: options.defaultPremake, epoch: table.key.epoch)
        var notes: [String] = []
        if !reading.odd.isEmpty {
            let odd = table.partitions.filter { $0.bound.map { bound in reading.points.contains(bound) } ?? false }
            let shown = odd.prefix(5).map { "\($0.name) (\($0.bound.map(table.label) ?? ""))" }
            let more = odd.count > 5 ? " and \(odd.count - 5) more" : ""
            notes.append(
                "\(odd.count) of \(bounds.count) partitions do not hold a single \(policy.interval.noun): \(shown.joined(separator: ", "))\(more). They stay as they are; gaps between them are filled."
            )
        }
        if let partition = table.defaultPartition {
            notes.append(
                "\(partition.name) is a default partition: rssctl partition check shows whether it holds rows.")
        }
        let ahead = try await cellsAhead(table, policy)
        if ahead > 0 { policy.premake = ahead }
        try await takeOver(partman, &policy, &notes)
        return Adopted(policy: policy, notes: notes)
    }

    /// A reading, with the bounds as the catalog has them that are not a single cell of it.
    private struct Reading {
        let interval: PartitionInterval
        let weight: Double
        let odd: [Partition.Bound]
        let points: Set<Partition.Bound>

        init?(_ bounds: [Partition.Bound], wall: [Partition.Bound], among intervals: [PartitionInterval]?) {
            guard let reading = BoundsReading(wall, among: intervals) else { return nil }
            (interval, weight, odd) = (reading.interval, reading.weight, reading.odd)
            points = Set(zip(bounds, wall).filter { reading.odd.contains($0.1) }.map(\.0))
        }

        /// The reading of instants as that of the numbers that count them.
        init(_ reading: Reading, numbers: [Partition.Bound], instants: [Partition.Bound]) {
            (interval, weight, odd) = (reading.interval, reading.weight, reading.odd)
            points = Set(zip(numbers, instants).filter { reading.points.contains($0.1) }.map(\.0))
        }

        init(_ interval: PartitionInterval) { (self.interval, weight, odd, points) = (interval, 0, [], []) }
    }

    private func reading(_ table: PartitionedTable, _ bounds: [Partition.Bound]) async throws -> (Reading, String) {
        let given = options.interval.map { [$0] }
        if let interval = options.interval, bounds.isEmpty {
            return (Reading(interval), options.timeZone ?? "UTC")
        }
        switch table.key.kind {
        case .integer where table.key.epoch != nil:
            let instants = bounds.map { bound in table.key.epoch?.instants(bound) ?? bound }
            if let (reading, zone) = try await zonedReading(instants, given) {
                return (Reading(reading, numbers: bounds, instants: instants), zone)
            }
        case .integer:
            if let reading = Reading(bounds, wall: bounds, among: given) { return (reading, "UTC") }
        case .date, .timestamp:
            let intervals = PartitionInterval.ofTime.reversed().filter { table.key.kind != .date || $0 != .hour }
            if let reading = Reading(bounds, wall: bounds, among: given ?? intervals) {
                return (reading, options.timeZone ?? "UTC")
            }
        case .timestamptz, .uuid:
            if let found = try await zonedReading(bounds, given) { return found }
        }
        let first = bounds.prefix(3).map(table.label).joined(separator: ", ")
        let hint =
            table.key.isTime
            ? try await zoneHint(table, bounds)
            : "Give their unit if they are times since 1970: rssctl partition policy adopt \(table.relation.quoted.shellWord) --epoch s, ms or us; else set a number, at multiples of which partitions begin: rssctl partition policy set \(table.relation.quoted.shellWord) --interval 1000000"
        throw PolicyError.notAdoptable(
            table.relation.quoted,
            problem:
                "None of the intervals\(given.map { " of one \($0[0])" } ?? "") matches its \(bounds.count) bounds: \(first).",
            hint: hint)
    }

    /// The best of the candidate zones. Hours are those of UTC in every zone.
    private func zonedReading(
        _ bounds: [Partition.Bound], _ given: [PartitionInterval]?
    ) async throws -> (Reading, String)? {
        var zones = [options.timeZone ?? options.serverZone]
        if options.timeZone == nil { zones.append("UTC") }
        let days = PartitionInterval.ofTime.reversed().filter { $0 != .hour }
        var best: (reading: Reading, zone: String)?
        for zone in zones {
            let wall = try await walls(bounds, in: zone)
            for (candidate, intervals) in [(wall, days), (bounds, [.hour])] {
                let wanted = intervals.filter { given?.contains($0) ?? true }
                guard let reading = Reading(bounds, wall: candidate, among: wanted) else { continue }
                if reading.weight > best?.reading.weight ?? 0 { best = (reading, zone) }
            }
        }
        return best
    }

    /// Bounds by the wall clock of a zone. A day begins where its first moment is, also where midnight was left out.
    private func walls(_ bounds: [Partition.Bound], in zone: String) async throws -> [Partition.Bound] {
        if zone == "UTC" { return bounds }
        let points = bounds.flatMap { [$0.lower, $0.upper] }
        let walls = try await connection.query(
            """
            SELECT (extract(epoch FROM CASE WHEN (date_trunc('day', w) AT TIME ZONE $2) = t THEN date_trunc('day', w) ELSE w END) * 1000000)::bigint
            FROM unnest($1::bigint[]) WITH ORDINALITY AS u (p, n)
            CROSS JOIN LATERAL (SELECT timestamptz '1970-01-01 00:00+00' + p * interval '1 microsecond' AS t) AS i
            CROSS JOIN LATERAL (SELECT t AT TIME ZONE $2 AS w) AS l
            ORDER BY n
            """, [points.compactMap { $0.flatMap(Self.representable) }, zone]
        ).map { try $0.decode(Int64.self, at: 0) }
        var rest = walls[...]
        func next(_ point: Int64?) -> Int64? {
            point.flatMap(Self.representable) == nil ? point : rest.popFirst()
        }
        return bounds.map { Partition.Bound(lower: next($0.lower), upper: next($0.upper)) }
    }

    /// What a timestamptz can be: infinity is not a point of the wall clock.
    private static func representable(_ point: Int64) -> Int64? {
        (-210_000_000_000_000_000..<9_000_000_000_000_000_000).contains(point) ? point : nil
    }

    private func zoneHint(_ table: PartitionedTable, _ bounds: [Partition.Bound]) async throws -> String {
        let set = "rssctl partition policy set \(table.relation.quoted.shellWord) --interval month"
        guard table.key.kind == .timestamptz || table.key.kind == .uuid || table.key.epoch != nil else {
            return "Weeks begin on Monday, and other cells with the calendar. Set the interval that is wanted: \(set)"
        }
        let points = bounds.suffix(24).compactMap { bound in
            bound.lower.map { table.key.epoch?.instant($0) ?? $0 }.flatMap(Self.representable)
        }
        let zones = try await connection.query(SQLResource(PackageResources.adopt_zones_sql).text, [points])
            .map { try $0.decode(String.self, "zone") }
        if zones.isEmpty { return "Set the interval that is wanted: \(set)" }
        return
            "Their days begin as in \(zones.prefix(5).joined(separator: ", "))\(zones.count > 5 ? " and \(zones.count - 5) other zones" : ""). Name yours: rssctl partition policy adopt \(table.relation.quoted.shellWord) --time-zone ZONE"
    }

    /// How many cells after the one that holds now are covered without a gap.
    private func cellsAhead(_ table: PartitionedTable, _ policy: PartitionPolicy) async throws -> Int {
        let cells = PartitionCells(policy: policy, key: table.key, connection: connection)
        let now = try await cells.now(options.at, of: table)
        let current = try await cells.span(around: now, ahead: 0)
        guard let end = table.coverage(from: now), end > current.end, end < .max else { return 0 }
        // More would be a stray bound, not a runway.
        return try await cells.cells(from: current.end, to: end, limit: 1000).count
    }

    private func takeOver(
        _ partman: PartmanConfig?, _ policy: inout PartitionPolicy, _ notes: inout [String]
    ) async throws {
        guard let partman else { return }
        if let premake = partman.premake { policy.premake = min(max(premake, 0), 1000) }
        let table = policy.table.quoted
        if partman.isAutomatic {
            let name = try await connection.quoteLiteral("\(policy.table.schema ?? "public").\(policy.table.name)")
            notes.append(
                "pg_partman maintains \(table) too: turn that off, or both will. UPDATE \(partman.table) SET automatic_maintenance = 'off' WHERE parent_table = \(name)"
            )
        }
        guard let text = partman.retentionText else { return }
        if let retention = partman.retention, !partman.keepsTables {
            policy.retention = retention
        } else {
            let words = partman.retention?.description ?? "'24 months'"
            notes.append(
                "pg_partman detaches partitions after \(text)\(partman.keepsTables ? " and keeps their tables" : ""); rssctl would drop them \(policy.quarantineDays) days later, so the retention is not adopted. If that is wanted: rssctl partition policy set \(table.shellWord) --retention '\(words.filter { $0 != "'" })'"
            )
        }
    }
}

extension PartitionInterval {
    /// `month`, `step of 1000000`
    var noun: String { isTime ? description : "step of \(description)" }
}
