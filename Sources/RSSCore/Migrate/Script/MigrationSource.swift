import Foundation

/// Where migrations come from.
public enum MigrationSource: Sendable, Equatable {
    /// Those of rssctl itself: the visit-report schema.
    case shipped
    /// The `V….sql` and `R__….sql` files of a folder.
    case directory(String)

    /// The migrations, read and in order.
    ///
    /// - Throws: ``MigrateError``.
    public func load() throws -> MigrationSet {
        let files: [(name: String, bytes: [UInt8])] =
            switch self {
            case .shipped: Self.shippedFiles
            case .directory(let path): try Self.files(in: path)
            }
        return try MigrationSet(files)
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
    ]

    static func files(in path: String) throws -> [(name: String, bytes: [UInt8])] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw MigrateError.directoryUnreadable(path, reason: (error as NSError).localizedDescription)
        }
        if let mistaken = names.sorted().first(where: MigrationFileName.isMistaken) {
            throw MigrateError.fileName(mistaken)
        }
        let files = names.filter { MigrationFileName($0) != nil }
        if files.isEmpty {
            throw MigrateError.directoryUnreadable(path, reason: "it holds no file named V0001__what_it_does.sql")
        }
        return try files.sorted().map { name in
            (name, Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))))
        }
    }
}

/// The migrations of a source.
public struct MigrationSet: Sendable, Equatable {
    /// Those that are run once, in the order of their versions.
    public let versioned: [Migration]
    /// Those that are run whenever they have changed, in the order in which they need each other.
    public let repeatables: [RepeatableMigration]

    /// Reads files.
    ///
    /// - Throws: ``MigrateError``.
    init(_ files: [(name: String, bytes: [UInt8])]) throws {
        var versioned = try files.compactMap { try Migration(file: $0.name, bytes: $0.bytes) }.sorted {
            $0.version < $1.version
        }
        for (first, second) in zip(versioned, versioned.dropFirst()) where first.version == second.version {
            throw MigrateError.duplicateVersion(first.version, files: [first.file, second.file])
        }
        for file in files {
            guard case .down(let version) = MigrationFileName(file.name) else { continue }
            guard let index = versioned.firstIndex(where: { $0.version == version }) else {
                throw MigrateError.downWithoutUp(file: file.name)
            }
            if let other = versioned[index].down {
                throw MigrateError.duplicateVersion(version, files: [other.file, file.name])
            }
            versioned[index].down = try MigrationScript(file: file.name, bytes: file.bytes)
        }
        self.versioned = versioned
        repeatables = RepeatableOrder.sorted(
            try files.compactMap { try RepeatableMigration(file: $0.name, bytes: $0.bytes) })
    }
}
