/// What ALTER COLUMN … TYPE costs, derived from the type before and the type after.
///
/// The rules are those of PostgreSQL 15: a change is free when the old values are valid as they are stored ("ALTER TABLE",
/// notes; `ATColumnChangeRequiresRewrite`).
package enum TypeChange: Sendable, Equatable {
    /// The catalog alone changes.
    case free
    /// The values stay, but indexes over the column are rebuilt: their operators differ.
    case rebuildsIndexes
    /// The table is rewritten, and each of its indexes rebuilt.
    case rewrites

    /// Judges a change between types as `format_type` writes them. Between timestamps with and without time zone nothing
    /// is rewritten when the session's `TimeZone` is UTC.
    package static func judge(from old: String, to new: String, timeZone: String = "UTC") -> TypeChange {
        let (old, new) = (Parts(old), Parts(new))
        if old == new { return .free }
        let texts = ["text", "character varying", "citext"]
        if texts.contains(old.name), texts.contains(new.name) {
            guard isWider(old.numbers.first, new.numbers.first) else { return .rewrites }
            return old.name == "citext" || new.name == "citext" ? .rebuildsIndexes : .free
        }
        if old.name == new.name {
            switch old.name {
            case "numeric":
                let isSameScale =
                    (old.numbers.count > 1 ? old.numbers[1] : 0) == (new.numbers.count > 1 ? new.numbers[1] : 0)
                if new.numbers.isEmpty { return .free }
                return !old.numbers.isEmpty && isSameScale && isWider(old.numbers.first, new.numbers.first)
                    ? .free : .rewrites
            case "bit varying", "interval", "timestamp without time zone", "timestamp with time zone",
                "time without time zone", "time with time zone":
                return isWider(old.numbers.first, new.numbers.first) ? .free : .rewrites
            default: return .rewrites
            }
        }
        switch (old.name, new.name) {
        case ("cidr", "inet"), ("xml", "text"), ("xml", "character varying"): return .free
        case ("integer", "oid"), ("oid", "integer"): return .rebuildsIndexes
        case ("timestamp without time zone", "timestamp with time zone"),
            ("timestamp with time zone", "timestamp without time zone"):
            let isUTC = ["utc", "etc/utc", "gmt", "etc/gmt", "zulu"].contains(timeZone.lowercased())
            return isUTC && isWider(old.numbers.first, new.numbers.first) ? .rebuildsIndexes : .rewrites
        default: return .rewrites
        }
    }

    /// Whether no value that fits the old limit is too long for the new one; without a number there is no limit.
    private static func isWider(_ old: Int?, _ new: Int?) -> Bool {
        guard let new else { return true }
        return old.map { $0 <= new } ?? false
    }

    /// `timestamp(3) with time zone`, taken apart.
    private struct Parts: Equatable {
        let name: String
        let numbers: [Int]

        init(_ text: String) {
            let open = text.firstIndex(of: "(") ?? text.endIndex
            let close = text.firstIndex(of: ")").map { text.index(after: $0) } ?? text.endIndex
            name = String(text[..<open] + (open < close ? text[close...] : ""))
            numbers = text[open..<max(open, close)].split { !$0.isNumber }.compactMap { Int($0) }
        }
    }
}
