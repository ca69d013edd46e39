/// A query of the SQL folder, embedded in the binary.
struct SQLResource: Sendable {
    /// Its text.
    let text: String

    init(_ bytes: [UInt8]) { text = String(decoding: bytes, as: UTF8.self) }
}
