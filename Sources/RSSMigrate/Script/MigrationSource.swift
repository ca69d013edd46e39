import Foundation
import RSSCore

/// Where migrations come from.
package enum MigrationSource: Sendable, Equatable {
    /// Those of rssctl itself: the visit-report schema.
    case shipped
    /// Those of rssctl, and after them the files of folders, whose versions begin at ``firstOwn``.
    case extended([String])
    /// The `V….sql`, `U….sql` and `R__….sql` files of a folder, in place of those of rssctl.
    case directory(String)

    /// The first version of migrations beside those of rssctl. Lower ones are reserved for those that later releases
    /// of rssctl add.
    package static let firstOwn: MigrationVersion = 1000

    /// The source that settings name.
    package init(_ settings: Settings) {
        let folders = settings.list(.migrateDirectories)
        self = folders.isEmpty ? .shipped : .extended(folders)
    }

    /// Whether the migrations of rssctl are among them.
    package var hasShipped: Bool { if case .directory = self { false } else { true } }

    /// The folders.
    package var folders: [String] {
        switch self {
        case .shipped: []
        case .extended(let folders): folders
        case .directory(let folder): [folder]
        }
    }

    /// In which line of versions a version is: those of rssctl and those beside them are each in an order of their own.
    func line(of version: MigrationVersion) -> Int {
        if case .extended = self, version >= Self.firstOwn { 1 } else { 0 }
    }

    /// The migrations in order. What is applied as its file is now is not read further than that.
    ///
    /// - Throws: ``MigrateError``.
    package func load(besides history: MigrationHistory = .none) throws -> MigrationSet {
        var notices: [String] = []
        return try MigrationSet(try files(&notices), of: self, notices: notices, besides: history)
    }

    /// The files whose names are those of migrations; what was skipped is noted.
    func files(_ notices: inout [String]) throws -> [MigrationFile] {
        let shipped = hasShipped ? Self.shippedFiles.map { MigrationFile($0.name, $0.bytes) } : []
        let own = try folders.flatMap { try Self.files(in: $0, &notices) }
        if hasShipped {
            for file in own {
                switch MigrationFileName(file.name) {
                case .versioned(let version, _)? where version < Self.firstOwn,
                    .down(let version)? where version < Self.firstOwn:
                    throw MigrateError.reservedVersion(version, file: file.path ?? file.name)
                default: continue
                }
            }
        }
        if own.isEmpty, case .directory(let path) = self {
            throw MigrateError.directoryUnreadable(path, reason: "It holds no file named V0001__what_it_does.sql.")
        }
        return shipped + own
    }

    static let shippedFiles: [(name: String, bytes: [UInt8])] = [
        ("V0001__extensions_and_people.sql", PackageResources.V0001__extensions_and_people_sql),
        ("V0001__extensions_and_people.down.sql", PackageResources.V0001__extensions_and_people_down_sql),
        ("V0002__categories.sql", PackageResources.V0002__categories_sql),
        ("V0002__categories.down.sql", PackageResources.V0002__categories_down_sql),
        ("V0003__visit_reports.sql", PackageResources.V0003__visit_reports_sql),
        ("V0003__visit_reports.down.sql", PackageResources.V0003__visit_reports_down_sql),
        ("V0004__hardware_and_recycling.sql", PackageResources.V0004__hardware_and_recycling_sql),
        ("V0004__hardware_and_recycling.down.sql", PackageResources.V0004__hardware_and_recycling_down_sql),
        ("V0005__files.sql", PackageResources.V0005__files_sql),
        ("V0005__files.down.sql", PackageResources.V0005__files_down_sql),
        ("V0006__report_function.sql", PackageResources.V0006__report_function_sql),
        ("V0006__report_function.down.sql", PackageResources.V0006__report_function_down_sql),
        ("V0007__key_functions.sql", PackageResources.V0007__key_functions_sql),
        ("V0007__key_functions.down.sql", PackageResources.V0007__key_functions_down_sql),
        ("V0008__report_search.sql", PackageResources.V0008__report_search_sql),
        ("V0008__report_search.down.sql", PackageResources.V0008__report_search_down_sql),
    ]

    /// Why no migrations can be read from a folder; nil where they can.
    package static func problem(ofFolder path: String) -> String? {
        do {
            _ = try FileManager.default.contentsOfDirectory(atPath: path)
            return nil
        } catch {
            return (error as NSError).localizedDescription
        }
    }

    private static func files(in path: String, _ notices: inout [String]) throws -> [MigrationFile] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw MigrateError.directoryUnreadable(path, reason: (error as NSError).localizedDescription)
        }
        if let mistaken = names.first(where: MigrationFileName.isMistaken) { throw MigrateError.fileName(mistaken) }
        for name in names where MigrationFileName.isNotable(name) {
            notices.append("\(path)/\(name) is not named like a migration and is skipped.")
        }
        for name in names where holdsMigrations("\(path)/\(name)") {
            notices.append("\(path)/\(name) is a folder and is skipped: name it as a folder of its own.")
        }
        return names.filter { MigrationFileName($0) != nil }.map { MigrationFile($0, in: path) }
    }

    /// Whether a path is that of a folder with files named like migrations.
    private static func holdsMigrations(_ path: String) -> Bool {
        // What is not a folder, or cannot be read, holds none that could be named.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.contains { MigrationFileName($0) != nil }
    }
}

/// The migrations of a source.
package struct MigrationSet: Sendable {
    /// Those that are run once, in the order of their versions.
    package let versioned: [Migration]
    /// Those that are run whenever they have changed, by name.
    package let repeatables: [RepeatableMigration]
    /// What was skipped, one line each.
    package let notices: [String]
    /// Where they come from.
    let source: MigrationSource

    /// Reads files, but for those that are applied as they are.
    ///
    /// - Throws: ``MigrateError``.
    init(
        _ files: [MigrationFile], of source: MigrationSource = .shipped, notices: [String] = [],
        besides history: MigrationHistory = .none
    ) throws {
        self.source = source
        self.notices = notices
        var versioned = files.compactMap(Migration.init).sorted { $0.version < $1.version }
        for (first, second) in zip(versioned, versioned.dropFirst()) where first.version == second.version {
            throw MigrateError.duplicateVersion(first.version, files: [first.file, second.file])
        }
        let places = Dictionary(versioned.enumerated().map { ($1.version, $0) }) { first, _ in first }
        for file in files {
            guard case .down(let version) = MigrationFileName(file.name) else { continue }
            guard let index = places[version] else { throw MigrateError.downWithoutUp(file: file.name) }
            if let other = versioned[index].revert {
                throw MigrateError.duplicateVersion(version, files: [other.name, file.name])
            }
            versioned[index].revert = file
        }
        self.versioned = versioned
        repeatables = files.compactMap(RepeatableMigration.init).sorted { $0.file < $1.file }
        let known = Set(history.applied.map(\.checksum) + history.repeatables.map(\.checksum))
        for migration in versioned where try !known.contains(migration.source.checksum()) {
            _ = try migration.script
            _ = try migration.down
        }
        for repeatable in repeatables where try !known.contains(repeatable.source.checksum()) {
            _ = try repeatable.script
        }
    }
}
