import Foundation

/// What differs from run to run in an output, and how an output is compared with a pattern.
enum ConsoleMask {
    /// What is masked, in this order: ids, paths, times, days, months in names, durations, sizes, ports, process
    /// ids, how far ahead partitions reach.
    private static let masks: [(pattern: String, word: String)] = [
        (#"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"#, "ID"),
        (#"\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{12})\b"#, "ID"),
        (#"(?<![^\s'"=(])/[\w.~/-]+"#, "/PATH"),
        (#"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?: ?UTC|Z|[+-]\d\d(?::?\d\d)?)?"#, "TIME"),
        (#"\d{4}-\d\d-\d\d"#, "DAY"),
        (#"_p?\d{4}_?\d\d(?:_?\d\d)?(?!\d)"#, "_MONTH"),
        (#"RSS-\d{6}-\d{6}"#, "REPORT"),
        (#"\b\d+(?:\.\d+)? (?:µs|ms|s|min|h)\b"#, "TOOK"),
        (#"\b\d+(?:\.\d+)? (?:B|KB|kB|MB|GB)\b"#, "SIZE"),
        (#"\b(?:3[2-9]|[45]\d|6[0-5])\d{3}\b"#, "PORT"),
        (#"\bpid \d+"#, "pid PID"),
        (#"\d+ days?( from now|\.)"#, "N days$1"),
    ]

    /// A line with words in place of what varies, and single blanks in place of several: columns are as wide as their
    /// contents.
    static func masked(_ line: String, numbers: Bool = false) -> String {
        let all = masks + (numbers ? [(#"\d[\d.,]*"#, "N")] : []) + [(#"\s+"#, " ")]
        return all.reduce(line) { text, mask in
            text.replacingOccurrences(of: mask.pattern, with: mask.word, options: .regularExpression)
        }.trimmingCharacters(in: .whitespaces)
    }

    /// Whether lines fit a pattern, in which a line `…` stands for any lines, and `…` in a line for any text.
    static func matches(_ pattern: [String], _ lines: [String]) -> Bool {
        // Which numbers of lines the pattern up to here can cover.
        var covered: Set<Int> = [0]
        for expected in pattern {
            covered =
                expected == "…"
                ? Set(covered.min().map { Array($0...max($0, lines.count)) } ?? [])
                : Set(covered.filter { $0 < lines.count && matches(expected, lines[$0]) }.map { $0 + 1 })
        }
        return covered.contains(lines.count)
    }

    private static func matches(_ pattern: String, _ line: String) -> Bool {
        let pieces = pattern.components(separatedBy: "…")
        guard pieces.count > 1 else { return pattern == line }
        guard line.hasPrefix(pieces[0]), line.count >= pieces[0].count else { return false }
        var rest = line.dropFirst(pieces[0].count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let found = rest.range(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(pieces[pieces.count - 1])
    }
}
