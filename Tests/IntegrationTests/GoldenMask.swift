import Foundation

/// What is not the same in two runs on the fixed servers, in one place: values that a run has made are known and replaced by others of the
/// same length; measured values are replaced only where a command measures them. No rule matches a number, a date or a size as such.
struct GoldenMask {
    /// Values by what is put in their place: ports, the folder, ids of runs.
    let known: [(String, String)]

    /// The time of day on the day of the servers, and 30 days later, when what was imported can no longer be undone: as long as
    /// before.
    private static let times = [
        (pattern: #"2026-03-17([ T])09:[34]\d:\d\d(?:\.\d+)?"#, word: "2026-03-17$109:30:00"),
        (pattern: #"2026-04-16([ T])09:[34]\d:\d\d(?:\.\d+)?"#, word: "2026-04-16$109:30:00"),
        // Ids of that time, whose other part is random.
        (
            pattern: #"\b019cfb2[0-9a-f]-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b"#,
            word: "019cfb20-0000-7000-8000-000000000000"
        ),
    ]

    /// What the machine decides, by the words that it is between.
    private static let machine: [(pattern: String, word: String)] = [
        (#"\bpid(:? +)\d+"#, "pid$1PID"),
        (#"\b[^\s@]+@[^\s@,]+, pid"#, "user@host, pid"),
        (#"^(host: +)\S+"#, "$1HOST"),
        (#"version: 15\.[^)]*\)"#, "version: SERVER"),
        (#"version [\d.]+, [\d.,]+ [kM]B used"#, "version SERVER, SIZE used"),
        (#"\b[\d.,]+ [GT]B free"#, "SIZE free"),
        (#"(rss +)[\d.]+ MB"#, "$1SIZE"),
        (#"\([\d.]+ MB\)\.$"#, "(SIZE)."),
    ]

    /// Sizes of an archive, which depend on how well random ids compress.
    private static let archived = [(pattern: #"\b[\d.]+ k?B\b"#, word: "SIZE")]

    private static let durations = (pattern: #"\b\d+(?:\.\d+)? ?(?:µs|ms|s|min)\b"#, word: "TOOK")

    /// Members of JSON whose numbers are measured.
    private static let measured: Set = [
        "milliseconds", "durationSeconds", "tookSeconds", "seconds", "swapSeconds", "planMilliseconds",
        "executionMilliseconds", "databaseBytes", "windowSeconds", "tries", "pid", "processStart", "postgresPort",
        "redisPort",
    ]

    /// An output of a table. One with a value of the machine or a measured one has columns as wide as that is, and is compared
    /// by its words.
    func masked(_ text: String, isTimed: Bool, isArchive: Bool) -> String {
        let lines = replaced(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let rules = Self.machine + (isTimed ? [Self.durations] : []) + (isArchive ? Self.archived : [])
        let masked = lines.map { line in rules.reduce(line) { Self.replace($1, in: $0) } }
        let isVarying = lines != masked
        let narrowing = [(pattern: #"(?<=\S) {2,}"#, word: "  "), (pattern: "─+", word: "─")]
        return masked.map { line in
            (isVarying ? narrowing.reduce(line) { Self.replace($1, in: $0) } : line)
                .replacingOccurrences(of: #"[ \t]+$"#, with: "", options: .regularExpression)
        }.joined(separator: "\n")
    }

    /// A JSON document, indented, members in order.
    func masked(json: String, isTimed: Bool, isArchive: Bool) throws -> String {
        let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
        let data = try JSONSerialization.data(
            withJSONObject: masked(value, member: nil, isTimed: isTimed, isArchive: isArchive),
            options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    private func masked(_ value: Any, member: String?, isTimed: Bool, isArchive: Bool) -> Any {
        switch value {
        case let object as [String: Any]:
            return object.reduce(into: [String: Any]()) {
                $0[$1.key] = masked($1.value, member: $1.key, isTimed: isTimed, isArchive: isArchive)
            }
        case let list as [Any]:
            return list.map { masked($0, member: member, isTimed: isTimed, isArchive: isArchive) }
        case is String where member == "host": return "HOST"
        case is String where isArchive && member == "digest": return "DIGEST"
        case let text as String:
            return (Self.machine + (isTimed ? [Self.durations] : [])).reduce(replaced(text)) {
                Self.replace($1, in: $0)
            }
        case let number as NSNumber
        where Self.measured.contains(member ?? "") || isArchive && member == "bytes":
            return number.boolValue || number.doubleValue != 0 ? 1 : 0
        default:
            return value
        }
    }

    private func replaced(_ text: String) -> String {
        Self.times.reduce(known.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }) {
            Self.replace($1, in: $0)
        }
    }

    private static func replace(_ rule: (pattern: String, word: String), in text: String) -> String {
        text.replacingOccurrences(of: rule.pattern, with: rule.word, options: .regularExpression)
    }
}
