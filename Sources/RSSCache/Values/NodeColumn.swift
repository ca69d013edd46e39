import PostgresClient
import RSSCore

/// A column of a row as node-postgres hands it over and `JSON.stringify` writes it (pg-types 2, the types that node-postgres
/// converts; the others are strings).
struct NodeColumn: PostgresDecodable {
    /// The name of the column.
    let name: String
    /// What the backend makes of the value; nil where that is not known.
    let value: Value?
    /// The OID of the type.
    let type: UInt32

    /// A value before it is text, because dates depend on the time zone of the backend's processes.
    enum Value: Equatable {
        case json(String)
        case instant(String)
        case local(String)
    }

    static func decode(_ field: Field) throws -> NodeColumn {
        guard field.bytes != nil else { return NodeColumn(name: field.name, value: .json("null"), type: field.type) }
        return NodeColumn(name: field.name, value: try value(field), type: field.type)
    }

    private static func value(_ field: Field) throws -> Value? {
        let text = try field.text()
        switch field.type {
        case 16: return .json(text == "t" ? "true" : "false")
        // int2, int4, oid, float4, float8; int8 and numeric are strings.
        case 21, 23, 26, 700, 701: return .json(JavaScriptNumber.json(Double(text) ?? .nan))
        case 3802: return .json(NodeJSON.stringify(jsonb: text))
        case 1184: return .instant(text)
        case 1082, 1114: return .local(text)
        case 1005, 1007:
            return .json(list(try [Int?].decode(field).map { $0.map { "\($0)" } ?? "null" }))
        // text[], varchar[], char[], uuid[], int8[]
        case 1009, 1015, 1014, 2951, 1016:
            return .json(list(try [String?].decode(field).map { $0.map { JSONString.quote($0) } ?? "null" }))
        default: return isConverted(field.type) ? nil : .json(JSONString.quote(text))
        }
    }

    private static func list(_ items: [String]) -> String { "[\(items.joined(separator: ","))]" }

    /// The other types that pg-types 2 converts: bytea, json, points, circles, intervals, and arrays.
    private static func isConverted(_ type: UInt32) -> Bool {
        let types: Set<UInt32> = [
            17, 114, 600, 718, 1186, 1000, 1001, 1008, 1017, 1021, 1022, 1028, 1040, 1041, 1115, 1182, 1185, 1187, 1231,
            199, 3807, 3907, 791, 1183, 1270, 651,
        ]
        return types.contains(type)
    }

    /// The JSON text.
    ///
    /// - Throws: ``UnknownColumn``.
    func json(_ zone: NodeDate.Zone) throws -> String {
        switch value {
        case .json(let text): return text
        case .instant(let text): return NodeDate.json(instant: text)
        case .local(let text): return NodeDate.json(local: text, in: zone)
        case nil: throw UnknownColumn(name: name, type: type)
        }
    }
}

/// A column of a type of which it is not known what the backend makes of it.
struct UnknownColumn: Error {
    let name: String
    let type: UInt32
}

extension Row {
    /// The row as an object, as `JSON.stringify` writes a row of node-postgres.
    ///
    /// - Throws: ``UnknownColumn``, `PostgresError`.
    func nodeJSON(_ zone: NodeDate.Zone) throws -> String {
        let members = try (0..<count).map { position in
            let column = try decode(NodeColumn.self, at: position)
            return "\(JSONString.quote(column.name)):\(try column.json(zone))"
        }
        return "{\(members.joined(separator: ","))}"
    }
}
