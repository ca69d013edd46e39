/// Values for the parameters of a statement, as SQL constants of the parameters' types.
///
/// With constants in their places the planner sees what it saw when the statement was run: which partitions a range leaves, how
/// few rows a LIMIT wants, how common a value is. A NULL would have all partitions removed, a parameter would be planned as an
/// average value and a tenth of the rows.
struct ParameterValues {
    let shape: StatementShape
    /// The type of each parameter.
    let types: [String]
    /// What parameters are compared with, and the statistics of that column.
    let compared: [(predicate: PlanPredicate, statistics: ColumnStatistics?)]
    /// How many rows a call returned on average.
    let rowsPerCall: Double

    /// The constants, by the numbers of the parameters.
    func constants(_ choice: ValueChoice) -> [Int: String] {
        var texts: [Int: String] = [:]
        var places: [String: Int] = [:]
        for (predicate, statistics) in compared {
            for number in predicate.spans where number <= types.count && types[number - 1] == "interval" {
                texts[number] = texts[number] ?? Self.interval(choice.span)
            }
            guard let statistics, !statistics.isEmpty, let column = predicate.column else { continue }
            for number in predicate.parameters where texts[number] == nil && number <= types.count {
                let key = "\(predicate.alias).\(column)"
                texts[number] = text(
                    predicate, statistics, choice, types[number - 1].hasSuffix("[]"), &places[key, default: 0])
            }
        }
        for number in shape.limits { texts[number] = "\(max(1, Int(min(rowsPerCall, 1e9).rounded())))" }
        for number in shape.offsets { texts[number] = "0" }
        for number in shape.zones { texts[number] = "UTC" }
        for number in shape.units { texts[number] = "day" }
        var constants: [Int: String] = [:]
        for (index, type) in types.enumerated() {
            constants[index + 1] = Self.constant(texts[index + 1] ?? Self.standard(type), type)
        }
        return constants
    }

    private func text(
        _ predicate: PlanPredicate, _ statistics: ColumnStatistics, _ choice: ValueChoice, _ isArray: Bool,
        _ place: inout Int
    ) -> String? {
        switch predicate.operation {
        case .any where isArray:
            let values = (0..<5).compactMap { statistics.value(choice.frequency, $0) }
            return "{\(Set(values).sorted().map(Self.element).joined(separator: ","))}"
        case .equal, .any:
            place += 1
            return statistics.value(choice.frequency, place - 1)
        case .less, .greater:
            let isLower = predicate.operation == .greater
            let isPaired = compared.contains { other, _ in
                other.alias == predicate.alias && other.column == predicate.column
                    && other.operation == (isLower ? .less : .greater) && !other.isAlternative
            }
            return statistics.bound(choice.span, isLower: isLower, isPaired: isPaired)
        default: return nil
        }
    }

    private static func interval(_ span: ValueChoice.Span) -> String {
        switch span {
        case .typical: "7 days"
        case .narrow: "1 day"
        case .wide: "365 days"
        }
    }

    /// An element of an array, in quotes.
    private static func element(_ value: String) -> String {
        "\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }

    /// A value that is of the type and stands for none in particular; nil for NULL.
    private static func standard(_ type: String) -> String? {
        if type.hasSuffix("[]") { return "{}" }
        return switch type {
        case "smallint", "integer", "bigint", "numeric", "real", "double precision", "money", "oid": "1"
        case "text", "character varying", "character", "\"char\"", "name", "bpchar": "a"
        case "boolean": "true"
        case "date", "timestamp without time zone", "timestamp with time zone": "2000-01-01"
        case "time without time zone", "time with time zone": "00:00"
        case "interval": "7 days"
        case "uuid": "00000000-0000-0000-0000-000000000000"
        case "json", "jsonb": "{}"
        case "inet", "cidr": "127.0.0.1"
        case "bytea": ""
        default: nil
        }
    }

    private static func constant(_ text: String?, _ type: String) -> String {
        guard let text else { return "(NULL::\(type))" }
        return "('\(text.replacing("'", with: "''"))'::\(type))"
    }
}
