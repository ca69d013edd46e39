import Foundation

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// Nil for NULL.
    package static func decode(_ field: Field) throws -> Wrapped? {
        field.bytes == nil ? nil : try Wrapped.decode(field)
    }
}

extension String: PostgresDecodable {
    /// The text of a value of any type.
    package static func decode(_ field: Field) throws -> String { try field.text() }
}

extension Bool: PostgresDecodable {
    package static func decode(_ field: Field) throws -> Bool {
        switch try field.text() {
        case "t": true
        case "f": false
        default: throw field.mismatch(Bool.self)
        }
    }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    /// An integer that fits; anything else is an error, never a wrap.
    package static func decode(_ field: Field) throws -> Self {
        guard let value = Self(try field.text()) else { throw field.mismatch(Self.self) }
        return value
    }
}

extension Int: PostgresDecodable {}
extension Int16: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}
extension UInt32: PostgresDecodable {}

extension Double: PostgresDecodable {
    /// A float4, float8 or numeric; `NaN` and `Infinity` as PostgreSQL spells them.
    package static func decode(_ field: Field) throws -> Double {
        guard let value = Double(try field.text()) else { throw field.mismatch(Double.self) }
        return value
    }
}

extension Decimal: PostgresDecodable {
    /// A numeric that fits 38 digits; longer ones are read as `String`.
    package static func decode(_ field: Field) throws -> Decimal {
        let text = try field.text()
        if text == "NaN" { return .nan }
        let digits = text.utf8.count { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard digits <= 38, let value = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) else {
            throw field.mismatch(Decimal.self)
        }
        return value
    }
}

extension UUID: PostgresDecodable {
    package static func decode(_ field: Field) throws -> UUID {
        guard let value = UUID(uuidString: try field.text()) else { throw field.mismatch(UUID.self) }
        return value
    }
}

extension Data: PostgresDecodable {
    /// A bytea in hex format, which every session of ours sets.
    package static func decode(_ field: Field) throws -> Data {
        let text = Array(try field.text().utf8)
        guard text.starts(with: Array("\\x".utf8)), text.count.isMultiple(of: 2) else {
            throw field.mismatch(Data.self)
        }
        var data = Data(capacity: text.count / 2 - 1)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let byte = UInt8(String(decoding: text[index...index + 1], as: UTF8.self), radix: 16) else {
                throw field.mismatch(Data.self)
            }
            data.append(byte)
        }
        return data
    }
}

extension Date: PostgresDecodable {
    /// A timestamptz or timestamp (taken as UTC); `infinity` is `distantFuture`, `-infinity` is `distantPast`.
    package static func decode(_ field: Field) throws -> Date {
        guard let value = PostgresTimestamp.date(try field.text()) else { throw field.mismatch(Date.self) }
        return value
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// A one-dimensional array.
    package static func decode(_ field: Field) throws -> [Element] {
        guard let elements = ArrayText.decode(try field.text()) else { throw field.mismatch([Element].self) }
        return try elements.map {
            try Element.decode(Field(bytes: $0.map { [UInt8]($0.utf8) }, type: 0, name: field.name))
        }
    }
}
