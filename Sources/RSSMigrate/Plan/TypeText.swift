import SQLScript

/// Types as `format_type` writes them, from a `TypeName` of the parse tree: `character varying(50)`.
enum TypeText {
    private static let names = [
        "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision",
        "bool": "boolean", "bpchar": "character", "varchar": "character varying", "varbit": "bit varying",
        "timestamp": "timestamp without time zone", "timestamptz": "timestamp with time zone",
        "time": "time without time zone", "timetz": "time with time zone",
    ]

    /// The text; empty where there is no type.
    static func of(_ type: ParseNode?) -> String {
        guard let type else { return "" }
        let parts = type.names("names")
        guard let last = parts.last else { return "" }
        let isBuiltIn = parts.count == 1 || parts.first == "pg_catalog"
        let name = isBuiltIn ? names[last] ?? last : parts.joined(separator: ".")
        let numbers = type.list("typmods").compactMap { $0.as("A_Const").map { $0["ival"]?["ival"]?.integer ?? 0 } }
        let array = String(repeating: "[]", count: type.list("arrayBounds").isEmpty ? 0 : 1)
        guard !numbers.isEmpty else { return name + array }
        if name == "interval" {
            // The first number is a mask of fields; all of them is 32767, and another one narrows the values.
            let fields = numbers[0] == 32767 ? "" : " fields \(numbers[0])"
            return name + fields + (numbers.count > 1 ? "(\(numbers[1]))" : "") + array
        }
        let modifier = "(\(numbers.map(String.init).joined(separator: ",")))"
        guard name.hasPrefix("time"), let space = name.firstIndex(of: " ") else { return name + modifier + array }
        return name[..<space] + modifier + name[space...] + array
    }
}
