import PostgresClient
import RSSCore

/// A column as it is kept of a row before the row is changed, and restored later: by the text output and input of its type,
/// which lose nothing, whatever the type is.
struct KeptColumn: Sendable, Equatable {
    /// Its name.
    let plain: String
    /// Its name as an identifier.
    let name: String
    /// Its name as a literal.
    let key: String
    /// Its type, as SQL writes it.
    let type: String
    /// Whether it can be inserted only: GENERATED ALWAYS AS IDENTITY.
    let isIdentity: Bool
    /// Whether its values are JSON themselves.
    let isJSON: Bool
    /// Whether its cast to text is the output function of its type.
    let isOutput: Bool

    /// Those of a table, in its order; generated columns are left out.
    ///
    /// - Throws: `PostgresError`.
    static func all(of table: String, _ connection: PostgresConnection) async throws -> [KeptColumn] {
        var columns: [KeptColumn] = []
        for row in try await connection.query(SQLResource(PackageResources.bulk_columns_sql).text, [table]) {
            let plain = try row.decode(String.self, "name")
            columns.append(
                KeptColumn(
                    plain: plain, name: try await connection.quoteIdentifier(plain),
                    key: try await connection.quoteLiteral(plain), type: try row.decode(String.self, "type"),
                    isIdentity: try row.decode(Bool.self, "is_identity"), isJSON: try row.decode(Bool.self, "is_json"),
                    isOutput: try row.decode(Bool.self, "is_output")))
        }
        return columns
    }

    /// The columns of a row `t`, for `rssctl.bulk_before.texts`. A cast to text does only where it is the output function; a
    /// boolean, for example, has another one. A composite value whose fields are all NULL is not NULL.
    static func texts(_ columns: [KeptColumn]) -> String {
        let values = columns.map { column in
            column.isOutput
                ? "t.\(column.name)::text"
                : "CASE num_nulls(t.\(column.name)) WHEN 0 THEN format('%s', t.\(column.name)) END"
        }
        return """
            jsonb_object(ARRAY[\(columns.map(\.key).joined(separator: ", "))]::text[], ARRAY[
                    \(values.joined(separator: ",\n                    "))
                ]::text[])
            """
    }

    /// The columns of a row of `rssctl.bulk_before AS f`, as a row `p`. A string is read by the input function of the column's
    /// type, save where it could be JSON itself.
    static func record(_ columns: [KeptColumn]) -> String {
        let fields = columns.map { "\($0.name) \($0.isJSON ? "text" : $0.type)" }
        return "jsonb_to_record(coalesce(f.texts, f.before)) AS p (\(fields.joined(separator: ", ")))"
    }

    /// Its value in that row `p`. In rows of format 4 a JSON null and SQL NULL were the same.
    var value: String {
        guard isJSON else { return "p.\(name)" }
        return "CASE WHEN f.texts IS NULL THEN nullif(f.before -> \(key), 'null')::\(type) ELSE p.\(name)::\(type) END"
    }
}
