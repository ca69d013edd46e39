import ArgumentParser
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk update`
package struct BulkUpdate: Verb {
    package static let declaration = Declaration(
        "bulk update", "Update existing rows, only in the columns of a file",
        discussion: """
            The file has the key and the columns to be changed; others are left as they are. The key is the id where the file \
            has one, else the serial number, asset tag or MAC address. Nothing is inserted: rows whose key the table does not \
            have are rejected. An empty field clears a value, as in bulk import; --fill-only clears none.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init("What it would change", "rssctl bulk update hardware moves.csv --dry-run", exit: .findings),
            .init(
                "Only if every device is known", "rssctl bulk update hardware moves.csv --strict",
                exit: .dataError),
        ], exits: [.findings, .dataError, .cannotWrite, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }
    @OptionGroup var input: ImportFileOptions

    @Flag(help: "Never overwrite a value with an empty one.")
    var fillOnly = false

    @Flag(help: "Allow rows to be moved to a visit report of another organization.")
    var allowMove = false

    @OptionGroup var loading: LoadOptions

    package init() {}

    package func execute(_ context: Context) async throws -> ImportReport {
        try await loading.run(input, context) { options in
            options.operation = .update
            options.fillsOnly = fillOnly
            options.allowsMove = allowMove
        }
    }
}
