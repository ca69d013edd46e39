import ArgumentParser
import RSSCore

/// Where migrations come from.
struct MigrationSourceOptions: ParsableArguments, Sendable {
    @Option(help: "Folder of V0001__what_it_does.sql files, in place of those of rssctl.", completion: .directory)
    var directory: String?

    var source: MigrationSource { directory.map(MigrationSource.directory) ?? .shipped }
}
