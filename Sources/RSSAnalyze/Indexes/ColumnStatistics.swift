import PostgresClient
import RSSCore

/// The statistics of a column, from which values are taken that a statement may have been run with.
struct ColumnStatistics: Sendable, Equatable {
    let type: String
    let nullFraction: Double
    /// As pg_stats has it: the negative of a part of the rows where it grows with the table.
    let distinct: Double
    let width: Int
    let commonValues: [String]
    let commonFractions: [Double]
    let histogram: [String]

    /// How many different values there are in that many rows.
    func distinctValues(_ rows: Double) -> Double { distinct < 0 ? max(-distinct * rows, 1) : max(distinct, 1) }

    /// Whether there is anything from which a value can be taken.
    var isEmpty: Bool { commonValues.isEmpty && histogram.isEmpty }
}

/// Which of the values of a column are taken: a statement is fast with some and slow with others.
struct ValueChoice: Sendable, Equatable {
    enum Frequency: Sendable { case typical, common, rare }
    enum Span: Sendable { case typical, narrow, wide }

    let frequency: Frequency
    let span: Span

    /// The first is what is assumed where it is not known which values are used; the second shows whether that can be known.
    static let all = [
        ValueChoice(frequency: .typical, span: .typical), ValueChoice(frequency: .common, span: .typical),
        ValueChoice(frequency: .typical, span: .narrow), ValueChoice(frequency: .rare, span: .typical),
        ValueChoice(frequency: .rare, span: .narrow), ValueChoice(frequency: .common, span: .wide),
    ]
}

extension ColumnStatistics {
    /// The n-th value for an equality.
    ///
    /// A typical value is one as frequent as the average, which is what the planner assumes of a parameter. All values of the
    /// histogram are rarer than the most common ones.
    func value(_ frequency: ValueChoice.Frequency, _ place: Int) -> String? {
        if isEmpty { return nil }
        let others = histogram.isEmpty ? [] : Self.spread(histogram)
        switch frequency {
        case .common:
            if place < commonValues.count { return commonValues[place] }
            return Self.item(others, place - commonValues.count) ?? commonValues.last
        case .rare:
            return Self.item(others, place) ?? commonValues[max(0, commonValues.count - 1 - place % commonValues.count)]
        case .typical:
            let ordered = byDistanceFromAverage
            if let value = Self.item(ordered.isEmpty ? others : ordered, place) { return value }
            return Self.item(others, place)
        }
    }

    /// The values, first those whose frequency is nearest to the average of all.
    private var byDistanceFromAverage: [String] {
        let listed = commonFractions.reduce(0, +)
        // Where n_distinct is a part of the rows, a value is rare: what matters is that it is far below the common ones.
        let count = distinct < 0 ? 1_000_000 : max(distinct, 1)
        let average = (1 - nullFraction) / count
        let rest = count - Double(commonValues.count)
        let rare = rest >= 1 ? max(1 - nullFraction - listed, 1e-9) / rest : 0
        func distance(_ fraction: Double) -> Double { abs(logRatio(fraction, average)) }
        let sorted = zip(commonValues, commonFractions).sorted { distance($0.1) < distance($1.1) }.map(\.0)
        guard !histogram.isEmpty, rare > 0 else { return sorted }
        let isRareNearer = zip(commonValues, commonFractions).allSatisfy { distance(rare) <= distance($0.1) }
        return isRareNearer ? Self.spread(histogram) + sorted : sorted + Self.spread(histogram)
    }

    private func logRatio(_ left: Double, _ right: Double) -> Double {
        // The logarithm's base does not matter: distances are compared.
        let ratio = max(left, 1e-12) / max(right, 1e-12)
        return ratio > 1 ? ratio : 1 / ratio
    }

    /// The values from the middle outwards, so that the first few are all different and none is an outlier.
    private static func spread(_ values: [String]) -> [String] {
        let middle = values.count / 2
        let order = (0..<values.count).map { step in
            let offset = (step + 1) / 2
            return step.isMultiple(of: 2) ? middle + offset : middle - offset
        }
        return order.compactMap { values.indices.contains($0) ? values[$0] : nil }
    }

    private static func item(_ values: [String], _ place: Int) -> String? {
        values.isEmpty || place < 0 ? nil : values[place % values.count]
    }

    /// A bound of a range: of one with both ends, or of one that is open on the other side.
    ///
    /// With both ends it is a hundredth of the rows, of an open one a third, as the planner assumes of parameters
    /// (DEFAULT_RANGE_INEQ_SEL, DEFAULT_INEQ_SEL of its source).
    func bound(_ span: ValueChoice.Span, isLower: Bool, isPaired: Bool) -> String? {
        guard histogram.count > 3 else { return value(.typical, 0) }
        let last = histogram.count - 1
        func at(_ part: Double) -> String { histogram[min(max(Int(part * Double(last)), 0), last)] }
        if isPaired {
            let middle = last / 2
            switch span {
            case .typical, .narrow: return histogram[isLower ? middle : middle + 1]
            case .wide: return at(isLower ? 0.25 : 0.75)
            }
        }
        switch span {
        case .typical: return at(isLower ? 2.0 / 3 : 1.0 / 3)
        case .narrow: return histogram[isLower ? last - 1 : 1]
        case .wide: return at(isLower ? 0.1 : 0.9)
        }
    }

    /// The statistics of columns, by table and name; asks for nothing where there are none.
    ///
    /// - Throws: `PostgresError`.
    static func read(
        _ columns: [(table: Int64, column: String)], _ connection: PostgresConnection
    ) async throws -> [Int64: [String: ColumnStatistics]] {
        if columns.isEmpty { return [:] }
        var found: [Int64: [String: ColumnStatistics]] = [:]
        let rows = try await connection.query(
            SQLResource(PackageResources.advice_columns_sql).text, [columns.map(\.table), columns.map(\.column)])
        for row in rows {
            let (table, column, type, nulls, distinct, width, values, fractions, histogram) = try row.decode(
                Int64.self, String.self, String.self, Double.self, Double.self, Int.self, [String].self, [Double].self,
                [String].self)
            found[table, default: [:]][column] = ColumnStatistics(
                type: type, nullFraction: nulls, distinct: distinct, width: width, commonValues: values,
                commonFractions: fractions, histogram: histogram)
        }
        return found
    }
}
