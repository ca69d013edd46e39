/// The value that the backend caches: `JSON.stringify({ totalCount, visits })`.
enum SummaryValue {
    /// Builds the bytes from what PostgreSQL gives. node-postgres hands an int8 over as a string, so totalCount is one;
    /// visits is the function's `visit_data`, or an empty array for NULL.
    static func json(totalCount: Int64, visitData: String?) -> String {
        "{\"totalCount\":\"\(totalCount)\",\"visits\":\(visitData.map(compact) ?? "[]")}"
    }

    /// jsonb's text without the blanks that it puts after `:` and `,`, as `JSON.stringify` writes it.
    ///
    /// Members keep jsonb's order, which `JSON.parse` keeps too: none of these looks like an integer. Strings are escaped
    /// alike by both. Numbers are: these are counts and percentages, small integers, which both write alike.
    static func compact(_ jsonb: String) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(jsonb.utf8.count)
        var inString = false
        var escaped = false
        for byte in jsonb.utf8 {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
            } else if byte == UInt8(ascii: " ") {
                continue
            } else if byte == UInt8(ascii: "\"") {
                inString = true
            }
            output.append(byte)
        }
        return String(decoding: output, as: UTF8.self)
    }
}
