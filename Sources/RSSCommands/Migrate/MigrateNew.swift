import ArgumentParser
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl migrate new`
package struct MigrateNew: Verb {
    package static let declaration = Declaration(
        "migrate new", "Create the files of a migration: the next number, with the file that reverts it",
        effect: .writes, needs: [.settings], journaled: false,
        examples: [
            .init(
                "Two files, V0001__report_note.sql and its .down.sql",
                "rssctl migrate new 'report note' --directory migrations"),
            .init(
                "A function or view, run again whenever it has changed",
                "rssctl migrate new 'report totals' --repeatable --directory migrations"),
        ], exits: [.cannotWrite, .dataError, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "What the migration does, in a few words.")
    var title: String

    @Option(
        help: "Folder of the migrations; by default the last one of migrate.directories.", completion: .directory)
    var directory: String?

    @Flag(help: "A file that is run again whenever it has changed, for functions and views.")
    var repeatable = false

    package init() {}

    package func validate() throws {
        // As an unset shell variable gives it; the files would be written to the root folder.
        if directory?.isEmpty == true {
            throw ValidationError("--directory is empty; for the current folder write --directory .")
        }
        if !title.contains(where: { $0.isASCII && ($0.isLetter || $0.isNumber) }) {
            throw ValidationError("'\(title)' has no letter or digit for the name of a file.")
        }
    }

    package func execute(_ context: Context) async throws -> NewMigration {
        let configured = MigrationSource(context.settings)
        guard let folder = directory ?? configured.folders.last else { throw MigrateNewError.noFolder }
        let template = try MigrationTemplate(
            title, in: folder, beside: configured.folders.contains(folder) ? configured : nil, isRepeatable: repeatable)
        if !context.isDryRun { try template.write() }
        return NewMigration(files: template.files.map(\.path), state: context.isDryRun ? .pending : .done)
    }
}

/// Why a migration cannot be created.
enum MigrateNewError: ReportableError {
    /// Neither a flag nor a setting names a folder.
    case noFolder

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-MIGRATE-045", exit: .usage, message: "no folder is given for the migration",
            hint: "Give one with --directory, or set migrate.directories.")
    }
}

/// The result of `migrate new`.
package struct NewMigration: CommandResult {
    let files: [String]
    let state: Verdict

    package var tables: [Table] {
        [
            Table(
                columns: [Column("file", isFlexible: true), Column("state")],
                rows: files.map { [.text($0), .verdict(state)] })
        ]
    }
}
