import ArgumentParser
import PostgresClient
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk import`
package struct BulkImport: Verb {
    package static let declaration = Declaration(
        "bulk import", "Import a CSV file: load the valid rows, write the others to a file beside it",
        discussion: """
            Delimiter, quotes and encoding are detected; columns are matched by name, whatever their order, case and \
            punctuation, and by the names that inventories usually have (serial, S/N, MAC address, vendor, Seriennummer). A \
            device is matched by its serial number: what is new is inserted, what differs is updated, what is the same is left \
            untouched. Rows are committed batch by batch; --atomic commits all of them at once. An empty field clears a value, \
            except for status and specifications, which it keeps. A device of another organization is rejected unless \
            --allow-move is given.

            Rejected rows are written to FILE.rejects.csv as they are in the file, with line, column, code and reason in \
            front. Fix them there and import that file.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init(
                "Devices found at the newest visit",
                "rssctl bulk import hardware inventory.csv --visit latest",
                exit: .findings),
            .init(
                "What it would do, as JSON",
                "rssctl bulk import hardware inventory.csv --visit latest --dry-run --output json",
                exit: .findings),
            .init(
                "Nothing at all when more than ten rows are wrong",
                "rssctl bulk import hardware inventory.csv --visit latest --max-errors 10", exit: .dataError),
        ], exits: [.findings, .dataError, .cannotWrite, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @OptionGroup var input: ImportFileOptions

    @Option(
        help: ArgumentHelp(
            "Visit report of rows that name none: its number or id, or latest for the newest.", valueName: "report"))
    var visit: String?

    @Option(help: "Action for a row that the table has already and that differs: update, skip, error.")
    var onConflict = OnConflict.update

    @Flag(help: "Never overwrite a value with an empty one.")
    var fillOnly = false

    @Flag(help: "Allow rows to be moved to a visit report of another organization.")
    var allowMove = false

    @OptionGroup var loading: LoadOptions

    package init() {}

    package func execute(_ context: Context) async throws -> ImportReport {
        try await loading.run(input, context) { options in
            options.visit = visit
            options.onConflict = onConflict
            options.fillsOnly = fillOnly
            options.allowsMove = allowMove
        }
    }
}
