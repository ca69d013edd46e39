/// JSON written by hand where an encoder would have to hold everything, or would change what it is given.
enum JSONText {
    /// A JSON string; DEL and the C1 controls are escaped as well, so that a terminal cannot obey them.
    static func string(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) { return "\"" + text + "\"" }
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\n": json += "\\n"
            case "\r": json += "\\r"
            case "\t": json += "\\t"
            case _ where VisibleText.isHidden(scalar): json += escape(scalar)
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }

    /// A JSON number in its shortest exact form, whole numbers without a fraction; `null` for what is not finite.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        if value == value.rounded(), value.magnitude < 9e15 { return String(Int64(value)) }
        return "\(value)"
    }

    /// Escapes in finished JSON what a terminal would obey: such scalars occur only within strings there.
    static func harmless(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: isDangerous) else { return json }
        var safe = ""
        for scalar in json.unicodeScalars {
            if isDangerous(scalar) { safe += escape(scalar) } else { safe.unicodeScalars.append(scalar) }
        }
        return safe
    }

    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x7F && VisibleText.isHidden(scalar)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// JSON without white space between its parts, numbers and member order untouched; nil when the text is not JSON.
    static func compact(_ text: String) -> String? {
        var scanner = JSONScanner(text)
        return scanner.scanDocument().map(harmless)
    }
}
