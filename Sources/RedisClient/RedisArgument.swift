/// A binary-safe string: a key, a value, a word of a command.
public struct RedisArgument: Sendable, Hashable {
    /// The bytes as they go over the wire.
    public let bytes: [UInt8]

    /// Any bytes, NUL included.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    /// The UTF-8 bytes of a text.
    public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }
    /// A number in decimal.
    public init(_ number: some BinaryInteger) { bytes = Array(String(number).utf8) }

    /// The text; nil where the bytes are not UTF-8.
    public var string: String? { String(validating: bytes, as: UTF8.self) }
}

extension RedisArgument: ExpressibleByStringInterpolation {
    /// The UTF-8 bytes of a literal.
    public init(stringLiteral value: String) { self.init(value) }
}

extension RedisArgument: CustomStringConvertible {
    /// The text, with anything that is not UTF-8 replaced; for messages only.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
