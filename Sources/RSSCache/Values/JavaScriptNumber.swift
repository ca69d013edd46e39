/// Numbers as JavaScript writes them.
enum JavaScriptNumber {
    /// `String(value)`, and `null` for what JSON has no number for (ECMA-262, Number::toString and SerializeJSONProperty).
    static func json(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        guard value != 0 else { return "0" }
        let sign = value < 0 ? "-" : ""
        // Both languages write the shortest digits that are read as the same number; only the form differs.
        let (digits, point) = digits(of: value.magnitude)
        let count = digits.count
        switch point {
        case count...21: return sign + digits + String(repeating: "0", count: point - count)
        case 1...21: return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))"
        case -5...0: return "\(sign)0.\(String(repeating: "0", count: -point))\(digits)"
        default:
            let fraction = count > 1 ? ".\(digits.dropFirst())" : ""
            return "\(sign)\(digits.prefix(1))\(fraction)e\(point > 0 ? "+" : "-")\((point - 1).magnitude)"
        }
    }

    /// The significant digits without zeros at either end, and the position of the decimal point among them.
    private static func digits(of value: Double) -> (String, Int) {
        let parts = "\(value)".split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var digits = Substring(mantissa[0] + fraction)
        var point = mantissa[0].count + exponent
        while digits.first == "0" {
            digits = digits.dropFirst()
            point -= 1
        }
        while digits.last == "0" { digits = digits.dropLast() }
        return (String(digits), point)
    }

    /// A number of jsonb as `JSON.stringify(JSON.parse(…))` writes it.
    static func append(_ token: ArraySlice<UInt8>, to output: inout [UInt8]) {
        let isPlain = token.count < 16 && token.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D }
        if isPlain, token != [0x2D, 0x30] {
            output += token
        } else {
            // A number that is too large for Double is infinite in both languages.
            output += Array(json(Double(String(decoding: token, as: UTF8.self)) ?? .infinity).utf8)
        }
    }
}
