/// Numbers with units, as people read them.
package enum Quantity {
    /// How many of something: `1 day`, `3 days`.
    package static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// A size in units of 1024, as `pg_size_pretty` counts: `512 B`, `1.5 KB`, `128 MB`.
    package static func bytes(_ count: Int64) -> String {
        let sign = count < 0 ? "-" : ""
        var value = Double(count.magnitude)
        if value < 1024 { return sign + "\(count.magnitude) B" }
        var unit = 0
        // From 1023.5 on, rounding would show four digits.
        while value >= 1023.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return sign + (value < 9.95 ? fixed(value, 1) : fixed(value, 0)) + " " + units[unit]
    }

    private static let units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"]

    /// A span in its two largest units: `420 µs`, `35 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`.
    package static func duration(_ duration: Duration) -> String {
        let (whole, atto) = duration.components
        let seconds = Double(whole) + Double(atto) / 1e18
        return (seconds < 0 ? "-" : "") + span(abs(seconds))
    }

    private static func span(_ seconds: Double) -> String {
        if seconds == 0 { return "0 s" }
        if seconds < 0.000_999_5 { return fixed(seconds * 1_000_000, 0) + " µs" }
        if seconds < 0.009_95 { return fixed(seconds * 1000, 1) + " ms" }
        if seconds < 0.999_5 { return fixed(seconds * 1000, 0) + " ms" }
        if seconds < 9.95 { return fixed(seconds, seconds == seconds.rounded() ? 0 : 1) + " s" }
        if seconds < 59.5 { return fixed(seconds, 0) + " s" }
        let total = Int(min(seconds.rounded(), 1e15))
        if total < 3600 { return pair(total / 60, "min", total % 60, "s") }
        let minutes = (total + 30) / 60
        if minutes < 1440 { return pair(minutes / 60, "h", minutes % 60, "min") }
        let hours = (total + 1800) / 3600
        return pair(hours / 24, "d", hours % 24, "h")
    }

    private static func pair(_ large: Int, _ largeUnit: String, _ small: Int, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
    }

    /// A whole number with commas between thousands: `1,000,000`.
    package static func grouped(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// A number with that many fraction digits, rounded to nearest, ties away from zero; never in exponent form below
    /// 1e15.
    package static func fixed(_ value: Double, _ fractionDigits: Int) -> String {
        let places = min(max(fractionDigits, 0), 15)
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-∞" : "∞" }
        guard scaled < 9e15 else { return "\(value)" }
        let digits = String(Int64(scaled))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        if places == 0 { return sign + digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }
}
