import CLibPQ
import Foundation

/// A value as it travels to the server: its type, its bytes, and whether they are text or binary.
package struct PostgresParameter: Sendable, Equatable {
    /// The type's OID; 0 lets the server infer it from the statement.
    package let type: UInt32
    /// The bytes; nil for NULL.
    package let bytes: [UInt8]?
    /// Whether the bytes are in the type's binary format.
    package let isBinary: Bool

    /// A value in the type's text format; its type is inferred unless given.
    package init(text: String, type: UInt32 = 0) {
        self.type = type
        bytes = Array(text.utf8)
        isBinary = false
    }

    /// A value in the type's binary format.
    package init(binary: [UInt8], type: UInt32) {
        self.type = type
        bytes = binary
        isBinary = true
    }

    private init() {
        type = 0
        bytes = nil
        isBinary = false
    }

    /// NULL.
    package static let null = PostgresParameter()

    /// Lends the arrays that PQsendQueryParams reads. The values lie one after the other in one buffer, each followed by
    /// a zero byte, which libpq expects after a text value.
    static func withPointers<R>(
        _ parameters: [PostgresParameter],
        _ body: (
            UnsafePointer<Oid>, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>
        ) -> R
    ) -> R {
        let types = parameters.map { Oid($0.type) } + [0]
        let lengths = parameters.map { Int32($0.bytes?.count ?? 0) } + [0]
        let formats: [Int32] = parameters.map { $0.isBinary ? 1 : 0 } + [0]
        var buffer: [UInt8] = []
        var starts: [Int?] = []
        for parameter in parameters {
            starts.append(parameter.bytes == nil ? nil : buffer.count)
            if let bytes = parameter.bytes { buffer += bytes + [0] }
        }
        buffer.append(0)
        return buffer.withUnsafeBytes { raw in
            // Every start lies inside the buffer, which is never empty.
            let base = raw.bindMemory(to: CChar.self)
            let values = starts.map { start in start.map { UnsafePointer(base.baseAddress! + $0) } } + [nil]
            return body(types, values, lengths, formats)
        }
    }
}

/// A type whose values can be sent as statement parameters.
package protocol PostgresEncodable: Sendable {
    /// The value as it travels.
    var postgresParameter: PostgresParameter { get }
}

extension PostgresParameter: PostgresEncodable {
    /// Itself.
    package var postgresParameter: PostgresParameter { self }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// NULL for nil.
    package var postgresParameter: PostgresParameter { self?.postgresParameter ?? .null }
}

extension String: PostgresEncodable {
    /// Text of a type that the statement's context decides.
    package var postgresParameter: PostgresParameter { PostgresParameter(text: self) }
}

extension Bool: PostgresEncodable {
    package var postgresParameter: PostgresParameter {
        PostgresParameter(text: self ? "t" : "f", type: PostgresType.bool)
    }
}

extension Int16: PostgresEncodable {
    package var postgresParameter: PostgresParameter { PostgresParameter(text: "\(self)", type: PostgresType.int2) }
}

extension Int32: PostgresEncodable {
    package var postgresParameter: PostgresParameter { PostgresParameter(text: "\(self)", type: PostgresType.int4) }
}

extension Int64: PostgresEncodable {
    package var postgresParameter: PostgresParameter { PostgresParameter(text: "\(self)", type: PostgresType.int8) }
}

extension Int: PostgresEncodable {
    package var postgresParameter: PostgresParameter { PostgresParameter(text: "\(self)", type: PostgresType.int8) }
}

extension Double: PostgresEncodable {
    package var postgresParameter: PostgresParameter {
        let text = isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : "\(self)"
        return PostgresParameter(text: text, type: PostgresType.float8)
    }
}

extension Decimal: PostgresEncodable {
    package var postgresParameter: PostgresParameter {
        PostgresParameter(text: isNaN ? "NaN" : "\(self)", type: PostgresType.numeric)
    }
}

extension UUID: PostgresEncodable {
    package var postgresParameter: PostgresParameter { PostgresParameter(text: uuidString, type: PostgresType.uuid) }
}

extension Data: PostgresEncodable {
    package var postgresParameter: PostgresParameter {
        PostgresParameter(binary: Array(self), type: PostgresType.bytea)
    }
}

extension Date: PostgresEncodable {
    /// A `timestamptz` in microseconds.
    package var postgresParameter: PostgresParameter {
        PostgresParameter(text: PostgresTimestamp.text(self), type: PostgresType.timestamptz)
    }
}

extension Array: PostgresEncodable where Element: PostgresEncodable {
    /// An array of the element's type; of an inferred type when empty or of strings.
    package var postgresParameter: PostgresParameter {
        let elements = map(\.postgresParameter)
        let type = elements.lazy.map(\.type).first { $0 != 0 }.flatMap { PostgresType.array(of: $0) } ?? 0
        return PostgresParameter(text: ArrayText.encode(elements), type: type)
    }
}
