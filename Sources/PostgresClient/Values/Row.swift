/// One row of a result. Values are read by column name or position, as the type that the caller asks for.
package struct Row: Sendable {
    let columns: Columns
    let fields: ArraySlice<[UInt8]?>

    /// Number of columns.
    package var count: Int { fields.count }

    /// The value of a column by name; for a column that may be NULL, ask for an optional type.
    ///
    /// - Throws: ``PostgresError`` with code ``PostgresError/Code/decoding``.
    package func decode<T: PostgresDecodable>(_ type: T.Type = T.self, _ name: String) throws -> T {
        guard let position = columns.position(name) else {
            throw PostgresError(
                .decoding, "no column \"\(name)\" in the result; it has \(columns.names.joined(separator: ", "))")
        }
        return try decode(type, at: position)
    }

    /// The value of a column by position, from 0.
    ///
    /// - Throws: ``PostgresError`` with code ``PostgresError/Code/decoding``.
    package func decode<T: PostgresDecodable>(_ type: T.Type = T.self, at position: Int) throws -> T {
        guard position >= 0, position < fields.count else {
            throw PostgresError(.decoding, "no column \(position) in a result of \(fields.count) columns")
        }
        let field = Field(
            bytes: fields[fields.startIndex + position], type: columns.types[position], name: columns.names[position])
        return try T.decode(field)
    }

    /// The first columns in order, as a tuple.
    ///
    /// - Throws: ``PostgresError`` with code ``PostgresError/Code/decoding``.
    package func decode<each T: PostgresDecodable>(_ types: repeat (each T).Type) throws -> (repeat each T) {
        var position = -1
        func next<U: PostgresDecodable>(_ type: U.Type) throws -> U {
            position += 1
            return try decode(type, at: position)
        }
        return (repeat try next(each types))
    }

    /// The text of a column as the server sent it, nil for NULL.
    package func text(at position: Int) -> String? {
        guard position >= 0, position < fields.count else { return nil }
        return fields[fields.startIndex + position].map { String(decoding: $0, as: UTF8.self) }
    }
}

/// A value of a row as it came from the server, in text format.
package struct Field: Sendable {
    /// The text's bytes; nil for NULL.
    package let bytes: [UInt8]?
    /// The OID of the type.
    package let type: UInt32
    /// The name of the column.
    package let name: String

    /// The text, which is not NULL.
    ///
    /// - Throws: ``PostgresError`` with code ``PostgresError/Code/decoding`` for NULL.
    package func text() throws -> String {
        guard let bytes else {
            throw PostgresError(.decoding, "column \"\(name)\" is NULL where a value is needed")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The error of a text that is not a value of the type asked for.
    package func mismatch(_ type: Any.Type) -> PostgresError {
        let shown = bytes.map { String(decoding: $0.prefix(40), as: UTF8.self) } ?? "NULL"
        return PostgresError(.decoding, "column \"\(name)\": invalid \(type): '\(shown)'")
    }
}

/// A type whose values can be read from rows.
package protocol PostgresDecodable {
    /// Reads a value. Throws ``PostgresError`` with code ``PostgresError/Code/decoding``.
    static func decode(_ field: Field) throws -> Self
}
