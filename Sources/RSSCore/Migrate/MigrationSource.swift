import Foundation

/// Where migrations come from.
public enum MigrationSource: Sendable, Equatable {
    /// Those of rssctl itself: the visit-report schema.
    case shipped
    /// The `V….sql` files of a folder.
    case directory(String)

    /// The migrations in order.
    ///
    /// - Throws: ``MigrateError``.
    public func load() throws -> [Migration] {
        let files: [(String, [UInt8])] =
            switch self {
            case .shipped: Self.shippedFiles
            case .directory(let path): try Self.files(in: path)
            }
        let migrations = try files.compactMap { try Migration(file: $0.0, bytes: $0.1) }.sorted {
            $0.version < $1.version
        }
        for (first, second) in zip(migrations, migrations.dropFirst()) where first.version == second.version {
            throw MigrateError.duplicateVersion(first.version, files: [first.file, second.file])
        }
        return migrations
    }

    private static let shippedFiles: [(String, [UInt8])] = [
        ("V0001__extensions_and_people.sql", PackageResources.V0001__extensions_and_people_sql),
        ("V0002__categories.sql", PackageResources.V0002__categories_sql),
        ("V0003__visit_reports.sql", PackageResources.V0003__visit_reports_sql),
        ("V0004__hardware_and_recycling.sql", PackageResources.V0004__hardware_and_recycling_sql),
        ("V0005__files.sql", PackageResources.V0005__files_sql),
        ("V0006__report_function.sql", PackageResources.V0006__report_function_sql),
    ]

    private static func files(in path: String) throws -> [(String, [UInt8])] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw MigrateError.directoryUnreadable(path, reason: (error as NSError).localizedDescription)
        }
        let files = names.filter { $0.hasPrefix("V") && $0.hasSuffix(".sql") }
        if files.isEmpty {
            throw MigrateError.directoryUnreadable(path, reason: "it holds no file named V0001__what_it_does.sql")
        }
        return try files.sorted().map { name in
            (name, Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))))
        }
    }
}
