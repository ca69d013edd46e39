/// How a stored value differs from the one that the database gives.
package enum CacheDifference: Sendable, Equatable {
    /// Only the spelling: a number, blanks, the order of members.
    case spelling
    /// The same moments, written in another time zone: the offset that is stored, and the one that is computed.
    case zone(stored: String, computed: String)
    /// Made by another function: the reason.
    case otherFunction(String)
    /// Older than the database: since when, where a row says it, and the members that differ.
    case stale(since: String?, members: [String])
    /// Not JSON.
    case damaged

    /// Finds the difference of two values.
    init(stored: [UInt8], expected: [UInt8]) {
        guard let stored = JSONValue(stored), let expected = JSONValue(expected) else {
            self = .damaged
            return
        }
        if stored == expected {
            self = .spelling
        } else if let zones = Self.zones(stored, expected) {
            self = .zone(stored: zones.0, computed: zones.1)
        } else if let reason = Self.otherFunction(stored, expected) {
            self = .otherFunction(reason)
        } else {
            self = Self.staleness(stored, expected)
        }
    }

    // MARK: Time zones

    /// The first two offsets, where two values have the same moments in different zones and nothing else differs.
    private static func zones(_ stored: JSONValue, _ expected: JSONValue) -> (String, String)? {
        func moments(_ value: JSONValue) -> JSONValue {
            value.mappingTexts { text in JSONMoment(text).map { "moment \($0.microseconds)" } ?? text }
        }
        return moments(stored) == moments(expected) ? offsets(stored, expected) : nil
    }

    private static func offsets(_ stored: JSONValue, _ expected: JSONValue) -> (String, String)? {
        switch (stored, expected) {
        case (.list(let left), .list(let right)):
            for (first, second) in zip(left, right) {
                if let found = offsets(first, second) { return found }
            }
            return nil
        case (.object(let left), .object(let right)):
            for (name, first) in left {
                if let second = right[name], let found = offsets(first, second) { return found }
            }
            return nil
        case (.text(let left), .text(let right)):
            guard let first = JSONMoment(left)?.offset, let second = JSONMoment(right)?.offset, first != second else {
                return nil
            }
            return (first, second)
        default: return nil
        }
    }

    // MARK: Functions and rows

    /// The rows of a value: the visits of a summary, the rows of hardware, an organization.
    private static func rows(_ value: JSONValue) -> [[String: JSONValue]] {
        if let object = value.object {
            if let visits = object["visits"]?.list { return visits.compactMap(\.object) }
            return object["totalCount"] == nil ? [object] : []
        }
        return value.list?.compactMap(\.object) ?? []
    }

    /// Why a value was made by another function than the one that rssctl ships, or from a table of another shape.
    private static func otherFunction(_ stored: JSONValue, _ expected: JSONValue) -> String? {
        let old = rows(stored)
        let ids = old.compactMap { $0["id"]?.text }
        if Set(ids).count < ids.count { return "rows are repeated" }
        if let first = old.first, let second = rows(expected).first {
            let (names, others) = (Set(first.keys), Set(second.keys))
            if let missing = others.subtracting(names).min() { return "rows have no \(missing)" }
            if let further = names.subtracting(others).min() { return "rows have a \(further)" }
        }
        guard let stored = stored.object, let expected = expected.object, let total = stored["totalCount"] else {
            return nil
        }
        if case .number = total { return "totalCount is a number" }
        // The page is the same and holds all reports: a larger total counts something else than reports.
        if let page = stored["visits"]?.list, stored["visits"] == expected["visits"],
            let total = total.text.flatMap({ Int($0) }), expected["totalCount"] == .text("\(page.count)"),
            total > page.count, !page.isEmpty
        {
            return "totalCount is \(total) for \(page.count) reports"
        }
        return nil
    }

    /// Since when a value is stale: the first change among the rows that differ. Their members are named.
    private static func staleness(_ stored: JSONValue, _ expected: JSONValue) -> CacheDifference {
        var old: [String: [String: JSONValue]] = [:]
        for row in rows(stored) { if let id = row["id"]?.text { old[id] = row } }
        var members: Set<String> = []
        var changes: [String] = []
        for row in rows(expected) {
            let before = row["id"]?.text.flatMap { old[$0] }
            let names = row.filter { before?[$0.key] != $0.value }.map(\.key)
            if before != nil { members.formUnion(names) }
            if !names.isEmpty, let change = (row["updatedAt"] ?? row["updated_at"])?.text { changes.append(change) }
        }
        if let total = stored.object?["totalCount"], total != expected.object?["totalCount"] {
            members.insert("totalCount")
        }
        return .stale(since: changes.min(), members: members.sorted())
    }
}

extension CacheDifference: Encodable, CustomStringConvertible {
    /// One clause.
    package var description: String {
        switch self {
        case .spelling: "the same value in another spelling"
        case .zone(let stored, let computed):
            "timestamps are in another time zone: \(stored) is stored, \(computed) is computed"
        case .otherFunction(let reason): "made by another function: \(reason)"
        case .stale(let since, let members):
            "stale\(since.map { " since \($0)" } ?? "")\(members.isEmpty ? "" : ": \(members.joined(separator: ", "))")"
        case .damaged: "not JSON"
        }
    }

    /// A word for programs.
    package var word: String {
        switch self {
        case .spelling: "spelling"
        case .zone: "timezone"
        case .otherFunction: "function"
        case .stale: "stale"
        case .damaged: "damaged"
        }
    }

    private enum CodingKeys: String, CodingKey { case kind, detail }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(word, forKey: .kind)
        try container.encode(description, forKey: .detail)
    }
}
