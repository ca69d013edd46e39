import ArgumentParser
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk delete`
package struct BulkDelete: Verb {
    package static let declaration = Declaration(
        "bulk delete", "Delete the rows that a file lists",
        discussion: """
            Of the file only the key is read: the id where it has one, else the serial number, asset tag or MAC address. Rows \
            whose key the table does not have are rejected. bulk undo restores what was deleted.
            """,
        effect: .destroys, needs: [.settings, .postgres],
        examples: [
            .init(
                "How many rows it would delete", "rssctl bulk delete hardware moves.csv --dry-run",
                exit: .findings),
            .init("Without asking", "rssctl bulk delete hardware moves.csv --yes", exit: .findings),
        ], exits: [.findings, .dataError, .cannotWrite, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }
    @OptionGroup var input: ImportFileOptions
    @OptionGroup var loading: LoadOptions

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        // Data from a pipe can be read only once.
        if input.options.isStandardInput {
            return "Delete the rows of \(input.object.table.table) that standard input lists?"
        }
        let report = try await loading.run(input, context, isDryRun: true) { $0.operation = .delete }
        guard report.deleted > 0 else { return nil }
        return "Delete \(report.deleted) rows of \(input.object.table.table) that \(report.file) lists?"
    }

    package func execute(_ context: Context) async throws -> ImportReport {
        try await loading.run(input, context) { $0.operation = .delete }
    }
}
