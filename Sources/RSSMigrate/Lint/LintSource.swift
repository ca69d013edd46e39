import PostgresClient
import RSSCore

/// The files that are linted or planned, whether or not they can be read as migrations.
package struct LintSource: Sendable {
    /// A file.
    struct File: Sendable {
        /// The name as it is reported, a path where one was given.
        let name: String
        let bytes: [UInt8]

        /// What its name says.
        var kind: MigrationFileName? { MigrationFileName(String(name.split(separator: "/").last ?? "")) }

        /// Its version; nil for one that has none.
        var version: MigrationVersion? {
            switch kind {
            case .versioned(let version, _)?, .down(let version)?: version
            case .repeatable?, nil: nil
            }
        }

        /// Whether it is a migration, not one that reverts.
        var isVersioned: Bool { if case .versioned? = kind { true } else { false } }
    }

    /// The files, in the order in which they would be run.
    let files: [File]
    /// What was skipped, one line each.
    package let notices: [String]

    /// The files of a source: versions in order, each with what reverts it, then the repeatable ones.
    ///
    /// - Throws: ``MigrateError``.
    package init(_ source: MigrationSource) throws {
        var notices: [String] = []
        files = try source.files(&notices).map { File(name: $0.path ?? $0.name, bytes: try $0.bytes()) }
            .sorted { Self.rank($0) < Self.rank($1) }
        self.notices = notices
    }

    /// Files in the order in which they are given.
    package init(files: [(name: String, bytes: [UInt8])]) {
        self.init(files.map { File(name: $0.name, bytes: $0.bytes) })
    }

    private init(_ files: [File]) {
        self.files = files
        notices = []
    }

    /// The place of a file in the order: versions first, each before what reverts it; repeatable ones last.
    private static func rank(_ file: File) -> (Int, MigrationVersion, Int, String) {
        guard let version = file.version else { return (1, .none, 0, file.name) }
        return (0, version, file.isVersioned ? 0 : 1, file.name)
    }

    /// How many files there are.
    package var count: Int { files.count }

    /// The files, read.
    package var read: [LintFile] { files.map { LintFile(name: $0.name, bytes: $0.bytes) } }

    /// The files for which a condition holds, and the others.
    func divided(_ isFirst: (File) throws -> Bool) rethrows -> (LintSource, LintSource) {
        let marks = try files.map(isFirst)
        let all = zip(files, marks)
        return (LintSource(all.filter(\.1).map(\.0)), LintSource(all.filter { !$0.1 }.map(\.0)))
    }

    /// The files that the database's history has as they are, and those that it has not. A file that has an applied version
    /// and is another one counts as not applied.
    ///
    /// - Throws: `PostgresError`.
    package func divided(by connection: PostgresConnection) async throws -> (pending: LintSource, applied: LintSource) {
        divided(by: try await MigrationLedger(connection: connection, runID: "").read())
    }

    func divided(by history: MigrationHistory) -> (pending: LintSource, applied: LintSource) {
        let versions = Dictionary(history.applied.map { ($0.version, $0) }) { first, _ in first }
        let repeatables = Dictionary(history.repeatables.map { ($0.name, $0) }) { first, _ in first }
        func isSame(_ file: File, _ checksum: String, _ contentHash: String) -> Bool {
            let read = MigrationFile(file.name, file.bytes)
            // What cannot be read was not applied so.
            return (try? read.checksum() == checksum || read.difference(from: contentHash) != nil) ?? false
        }
        func isApplied(_ file: File) -> Bool {
            switch file.kind {
            case .versioned(let version, _)?:
                versions[version].map { isSame(file, $0.checksum, $0.contentHash) } ?? false
            case .repeatable(let name)?: repeatables[name].map { isSame(file, $0.checksum, $0.contentHash) } ?? false
            case .down?, nil: false
            }
        }
        let applied = Set(files.filter(isApplied).map(\.name))
        let done = Set(files.filter { applied.contains($0.name) }.compactMap(\.version))
        let (first, second) = divided { file in
            if case .down(let version)? = file.kind { return !done.contains(version) }
            return !applied.contains(file.name)
        }
        return (first, second)
    }
}
