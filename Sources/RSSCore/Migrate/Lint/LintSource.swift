import PostgresClient

/// The files that are linted or planned, whether or not they can be read as migrations.
public struct LintSource: Sendable {
    /// Names and contents, in the order in which they would be run.
    let files: [(name: String, bytes: [UInt8])]

    /// The files of a source: versions in order, each with what takes it back, then the repeatable ones.
    ///
    /// - Throws: ``MigrateError/directoryUnreadable(_:reason:)``.
    public init(_ source: MigrationSource) throws {
        switch source {
        case .shipped: self.init(MigrationSource.shippedFiles)
        case .directory(let path):
            self.init(
                try MigrationSource.files(in: path).map { file in (name: "\(path)/\(file.name)", bytes: file.bytes) })
        }
    }

    /// Files in the order in which they are given.
    public init(files: [(name: String, bytes: [UInt8])]) { self.files = files }

    private init(_ files: [(name: String, bytes: [UInt8])]) {
        self.files = files.sorted { Self.rank($0.name) < Self.rank($1.name) }
    }

    /// Where a file stands: its version, then whether it takes back; repeatable ones last.
    private static func rank(_ name: String) -> (Int64, Int, String) {
        switch kind(name) {
        case .versioned(let version, _)?: (version, 0, name)
        case .down(let version)?: (version, 1, name)
        case .repeatable?, nil: (.max, 0, name)
        }
    }

    private static func kind(_ name: String) -> MigrationFileName? {
        MigrationFileName(String(name.split(separator: "/").last ?? ""))
    }

    /// How many files there are.
    public var count: Int { files.count }

    /// The files, read.
    public var read: [LintFile] { files.map { LintFile(name: $0.name, bytes: $0.bytes) } }

    /// The files that the database's history does not have, and those that it has.
    ///
    /// - Throws: `PostgresError`.
    public func divided(by connection: PostgresConnection) async throws -> (pending: LintSource, applied: LintSource) {
        let history = try await MigrationLedger(connection: connection, runID: "").read()
        let versions = Set(history.applied.map(\.version))
        let hashes = Dictionary(history.repeatables.map { ($0.name, $0.contentHash) }) { first, _ in first }
        func isApplied(_ file: (name: String, bytes: [UInt8])) -> Bool {
            switch Self.kind(file.name) {
            case .versioned(let version, _)?, .down(let version)?: versions.contains(version)
            case .repeatable(let name)?:
                hashes[name].map { $0 == (try? MigrationScript(file: file.name, bytes: file.bytes))?.contentHash }
                    ?? false
            case nil: false
            }
        }
        return (LintSource(files: files.filter { !isApplied($0) }), LintSource(files: files.filter(isApplied)))
    }
}
