/// A binary-safe string: a key, a value, a word of a command.
package struct RedisArgument: Sendable, Hashable {
    /// The bytes as they go over the wire.
    package let bytes: [UInt8]

    /// Any bytes, NUL included.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    /// The UTF-8 bytes of a text.
    package init(_ text: some StringProtocol) { bytes = Array(text.utf8) }
    /// A number in decimal.
    package init(_ number: some BinaryInteger) { bytes = Array(String(number).utf8) }

    /// The text; nil where the bytes are not UTF-8.
    package var string: String? { String(validating: bytes, as: UTF8.self) }
}

extension RedisArgument: ExpressibleByStringInterpolation {
    /// The UTF-8 bytes of a literal.
    package init(stringLiteral value: String) { self.init(value) }
}

extension RedisArgument: CustomStringConvertible {
    /// The text, with anything that is not UTF-8 replaced; for messages only.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
