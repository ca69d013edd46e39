/// A file of SQL that changes the schema, run once, in the order of the versions.
public struct Migration: Sendable, Equatable {
    /// The number in the file's name.
    public let version: Int64
    /// What stands behind the number, blanks for underscores.
    public let name: String
    /// The file's name.
    public let file: String
    /// The statements.
    public let sql: String
    /// SHA-256 of the file.
    public let checksum: String

    /// Reads a file named `V0001__what_it_does.sql`; nil for a name of another form.
    ///
    /// - Throws: ``MigrateError/notText(file:)`` when the file is not UTF-8 or holds a NUL byte.
    public init?(file: String, bytes: [UInt8]) throws {
        guard let match = file.wholeMatch(of: /V(?<version>[0-9]{1,18})__(?<name>[A-Za-z0-9_]+)\.sql/),
            let version = Int64(match.version)
        else { return nil }
        self.version = version
        name = String(match.name.replacing("_", with: " "))
        self.file = file
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        guard let sql = String(validating: text, as: UTF8.self), !text.contains(0) else {
            throw MigrateError.notText(file: file)
        }
        self.sql = sql
        checksum = Digest.sha256.hex(bytes)
    }
}
