import Foundation

/// What is not the same in two runs on the fixed servers, in one place: values that a run has made are known and replaced by others of the
/// same length; measured values are replaced only where a command measures them. No rule matches a number, a date or a size as such.
struct GoldenMask {
    /// Values by what is put in their place: ports, the folder, ids of runs.
    let known: [(String, String)]

    /// The time of day on the day of the servers: as long as before.
    private static let time = (pattern: #"2026-03-17([ T])09:[34]\d:\d\d(?:\.\d+)?"#, word: "2026-03-17$109:30:00")

    /// What the machine decides, by the words that it is between.
    private static let machine: [(pattern: String, word: String)] = [
        (#"\bpid \d+"#, "pid PID"),
        (#"\b[^\s@]+@[^\s@,]+, pid"#, "user@host, pid"),
        (#"version: 15\.[^)]*\)"#, "version: SERVER"),
        (#"version [\d.]+, [\d.,]+ [kM]B used"#, "version SERVER, SIZE used"),
        (#"\b[\d.,]+ [GT]B free"#, "SIZE free"),
        (#"(rss +)[\d.]+ MB"#, "$1SIZE"),
        (#"\([\d.]+ MB\)\.$"#, "(SIZE)."),
    ]

    private static let durations = (pattern: #"\b\d+(?:\.\d+)? ?(?:µs|ms|s|min)\b"#, word: "TOOK")

    /// Members of JSON whose numbers are measured.
    private static let measured: Set = [
        "milliseconds", "durationSeconds", "tookSeconds", "seconds", "swapSeconds", "planMilliseconds",
        "executionMilliseconds", "databaseBytes", "windowSeconds", "tries", "pid",
    ]

    /// An output of a table. One with a value of the machine or a measured one has columns as wide as that is, and is compared
    /// by its words.
    func masked(_ text: String, isTimed: Bool) -> String {
        let lines = replaced(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let rules = Self.machine + (isTimed ? [Self.durations] : [])
        let masked = lines.map { line in rules.reduce(line) { Self.replace($1, in: $0) } }
        let isVarying = lines != masked
        let narrowing = [(pattern: #"(?<=\S) {2,}"#, word: "  "), (pattern: "─+", word: "─")]
        return masked.map { line in
            (isVarying ? narrowing.reduce(line) { Self.replace($1, in: $0) } : line)
                .replacingOccurrences(of: #"[ \t]+$"#, with: "", options: .regularExpression)
        }.joined(separator: "\n")
    }

    /// A JSON document, indented, members in order.
    func masked(json: String, isTimed: Bool) throws -> String {
        let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
        let data = try JSONSerialization.data(
            withJSONObject: masked(value, member: nil, isTimed: isTimed),
            options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    private func masked(_ value: Any, member: String?, isTimed: Bool) -> Any {
        switch value {
        case let object as [String: Any]:
            return object.reduce(into: [String: Any]()) {
                $0[$1.key] = masked($1.value, member: $1.key, isTimed: isTimed)
            }
        case let list as [Any]:
            return list.map { masked($0, member: member, isTimed: isTimed) }
        case let text as String:
            return (Self.machine + (isTimed ? [Self.durations] : [])).reduce(replaced(text)) {
                Self.replace($1, in: $0)
            }
        case let number as NSNumber where Self.measured.contains(member ?? ""):
            return number.boolValue || number.doubleValue != 0 ? 1 : 0
        default:
            return value
        }
    }

    private func replaced(_ text: String) -> String {
        Self.replace(Self.time, in: known.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) })
    }

    private static func replace(_ rule: (pattern: String, word: String), in text: String) -> String {
        text.replacingOccurrences(of: rule.pattern, with: rule.word, options: .regularExpression)
    }
}
