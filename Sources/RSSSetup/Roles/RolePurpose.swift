import RSSCore

/// What a role is for: each needs other rights.
package enum RolePurpose: String, Sendable, CaseIterable {
    /// Imports, updates and deletes by files, and undoes what it did.
    case importer
    /// Reads: reports, status, checks, history.
    case reader
    /// Maintains partitions.
    case maintainer
    /// Warms the cache.
    case warmer

    /// The name that its role has unless another is given.
    package var defaultRole: String { "rssctl_\(rawValue)" }

    /// The file of its rights.
    var script: String {
        switch self {
        case .importer: SQLResource(PackageResources.setup_importer_sql).text
        case .reader: SQLResource(PackageResources.setup_reader_sql).text
        case .maintainer: SQLResource(PackageResources.setup_maintainer_sql).text
        case .warmer: SQLResource(PackageResources.setup_warmer_sql).text
        }
    }

    /// The statements that give its rights to a role.
    ///
    /// - Parameters:
    ///   - names: what replaces `:"role"`, `:"database"` and `:"schema"`, quoted.
    ///   - tables: where the tables of the application are.
    func statements(_ names: [String: String], _ tables: ApplicationTables) -> [String] {
        let text = script.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("--") }.joined(separator: "\n")
        // Divided before the names are put in, and all of them put in at once: a name may hold anything.
        return text.split(separator: ";").map { statement in
            let lines = statement.split(whereSeparator: \.isNewline).joined(separator: "\n")
            return tables.sql(lines).replacing(/:"(role|database|schema)"/) { match in names[String(match.1)] ?? "" }
        }.filter { !$0.isEmpty }
    }
}
