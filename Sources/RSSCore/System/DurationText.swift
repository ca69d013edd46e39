/// Durations as people write them in settings and flags.
package enum DurationText {
    private static let units: [(suffix: String, milliseconds: Double)] = [
        ("ms", 1), ("min", 60_000), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Reads `200ms`, `1.5s`, `5min`, `5m`, `2h`, `7d`; a bare number is not a duration. Nil for anything else.
    package static func parse(_ text: String) -> Duration? {
        for (suffix, factor) in units where text.hasSuffix(suffix) {
            let number = text.dropLast(suffix.count)
            guard number.wholeMatch(of: /[0-9]{1,12}(\.[0-9]{1,6})?/) != nil, let value = Double(number),
                value * factor < 1e15
            else { continue }
            return .milliseconds(Int64((value * factor).rounded()))
        }
        return nil
    }
}
