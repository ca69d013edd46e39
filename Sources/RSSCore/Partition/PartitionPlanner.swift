import PostgresClient

/// A partition to be made.
public struct PartitionToCreate: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// The days it will hold.
    public let lower: CalendarDate
    /// The day after the last.
    public let upper: CalendarDate
    /// Why it is made.
    public let reason: String
}

/// Decides which partitions a table lacks, by the bounds of those it has, never by their names.
public struct PartitionPlanner: Sendable {
    /// Months to have ahead of this one.
    public var premake: Int

    /// Makes a planner; the seed has this month and three more.
    public init(premake: Int = 3) { self.premake = premake }

    /// The partitions to make so that this month, the months ahead and every gap between existing partitions are covered.
    ///
    /// - Parameters:
    ///   - takenNames: names in the schema that something else bears.
    ///   - today: the day that counts as today.
    public func missing(in table: PartitionedTable, takenNames: Set<String>, today: CalendarDate) -> [PartitionToCreate]
    {
        let thisMonth = today.startOfMonth()
        // Gaps lie between existing partitions; the runway begins with this month.
        // A stray partition of the year 1 must not bring 24,000 others: gaps are filled ten years back.
        let earliest = table.partitions.compactMap(\.bound?.upper).min().map { min($0, thisMonth) } ?? thisMonth
        let first = max(earliest, thisMonth.startOfMonth(adding: -Self.gapMonths))
        return cover(
            from: first.startOfMonth(), to: thisMonth.startOfMonth(adding: premake + 1), in: table,
            takenNames: takenNames
        ) { month in
            month < thisMonth ? "gap" : month == thisMonth ? "this month" : "ahead"
        }
    }

    /// How far back gaps are filled, in months.
    static let gapMonths = 120

    /// The partitions to make so that a span of months is covered.
    func cover(
        from first: CalendarDate, to end: CalendarDate, in table: PartitionedTable, takenNames: Set<String>,
        reason: (CalendarDate) -> String
    ) -> [PartitionToCreate] {
        let bounds = table.partitions.compactMap(\.bound)
        var names = takenNames
        var plan: [PartitionToCreate] = []
        var month = first
        while month < end {
            let next = month.startOfMonth(adding: 1)
            for (lower, upper) in Self.uncovered(from: month, to: next, by: bounds) {
                let name = Self.freeName(table.name, lower, isWhole: lower == month && upper == next, taken: names)
                names.insert(name)
                plan.append(PartitionToCreate(name: name, lower: lower, upper: upper, reason: reason(month)))
            }
            month = next
        }
        return plan
    }

    /// The parts of a span that no bound covers, in order.
    static func uncovered(
        from: CalendarDate, to: CalendarDate, by bounds: [Partition.Bound]
    ) -> [(lower: CalendarDate, upper: CalendarDate)] {
        var parts: [(CalendarDate, CalendarDate)] = []
        var start = from
        let clipped = bounds.map { (max($0.lower ?? from, from), min($0.upper ?? to, to)) }.filter { $0.0 < $0.1 }
        for (lower, upper) in clipped.sorted(by: { $0.0 < $1.0 }) {
            if start < lower { parts.append((start, lower)) }
            start = max(start, upper)
        }
        if start < to { parts.append((start, to)) }
        return parts
    }

    /// `visit_reports_2026_11`, the seed's form; for a part of a month with the day, and with a number behind it where
    /// something else bears the name. Names have at most 63 bytes, so a long table name is cut.
    static func freeName(_ table: String, _ lower: CalendarDate, isWhole: Bool, taken: Set<String>) -> String {
        let date = lower.description.replacing("-", with: "_")
        let suffix = "_" + (isWhole ? String(date.prefix(7)) : date)
        var number = 1
        while true {
            let full = suffix + (number == 1 ? "" : "_\(number)")
            var base = table
            while base.utf8.count + full.utf8.count > 63 { base.removeLast() }
            if !taken.contains(base + full) { return base + full }
            number += 1
        }
    }
}
