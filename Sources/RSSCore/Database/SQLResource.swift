/// A query of the SQL folder, embedded in the binary.
package struct SQLResource: Sendable {
    /// Its text.
    package let text: String

    package init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }
}
