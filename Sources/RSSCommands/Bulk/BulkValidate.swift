import ArgumentParser
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk validate`
package struct BulkValidate: Verb {
    package static let declaration = Declaration(
        "bulk validate", "Report what an import would reject, without a database",
        discussion: """
            Reads the file as bulk import does and checks every field. Not checked is whether the categories and visit reports \
            that it names exist, and what the table has already; bulk import --dry-run checks that too.
            """,
        needs: [.settings],
        examples: [
            .init("What is wrong with a file", "rssctl bulk validate hardware inventory.csv", exit: .findings),
            .init(
                "The rows to be fixed, in a file of their own",
                "rssctl bulk validate hardware inventory.csv --rejects inventory.rejects.csv", exit: .findings),
        ], exits: [.findings, .dataError, .cannotWrite, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var input: ImportFileOptions

    @Option(
        name: .customLong("for"),
        help: "The command that the file is for: import, update, delete.")
    var purpose = BulkOperation.import

    @Option(
        help: ArgumentHelp("Write the rows that would be rejected to this file.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var rejects: String?

    package init() {}

    package func validate() throws {
        if let name = input.savedMappings.first {
            throw ValidationError(
                "--map \(name): a saved mapping is in the database, which is not read; write 'Name=column'.")
        }
    }

    package func execute(_ context: Context) async throws -> ValidationReport {
        var options = input.options
        options.operation = purpose
        options.rejectsPath = rejects
        options.isDryRun = true
        options.isWithoutVisit = true
        let file = try input.file(options, context)
        return ValidationReport(try await BulkValidator(progress: context.progress).run(file), of: file)
    }
}

/// The result of `bulk validate`.
package struct ValidationReport: CommandResult {
    let object: String
    let file: String
    let delimiter: String
    let encoding: String
    let sheet: String?
    let key: String?
    let read: Int
    let good: Int
    let rejected: Int
    let rejects: [RejectTally.Kind]
    let rejectsFile: String?
    let ignoredColumns: [String]
    let placeholders: [PlaceholderTally.Entry]
    let caseVariants: [CaseVariants.Pair]
    private let placeholderNotes: [String]
    private let sheetNote: String?

    private enum CodingKeys: CodingKey {
        case object, file, delimiter, encoding, sheet, key, read, good, rejected, rejects, rejectsFile, ignoredColumns,
            placeholders, caseVariants
    }

    init(_ outcome: BulkValidator.Outcome, of file: ImportFile) {
        object = file.table.object
        self.file = file.name
        delimiter = file.delimiterName
        encoding = file.encodingName
        sheet = file.sheet?.name
        sheetNote = file.sheet?.note
        key = outcome.key
        read = outcome.read
        rejected = outcome.rejects.rows
        good = read - rejected
        rejects = outcome.rejects.kinds
        rejectsFile = outcome.rejectsPath
        ignoredColumns = file.ignoredColumns
        placeholders = outcome.placeholders.entries
        placeholderNotes = outcome.placeholders.notes + outcome.caseVariants.notes(outcome.key ?? "")
        caseVariants = outcome.caseVariants.pairs
    }

    package var exitStatus: ExitStatus { rejected > 0 ? .findings : .done }

    package var counts: [String: Int64] { ["read": Int64(read), "rejected": Int64(rejected)] }

    package var tables: [Table] {
        let summary = Table(
            columns: [
                Column("delimiter"), Column("encoding"), Column("key"), .number("read"), .number("good"),
                .number("rejected"),
            ],
            rows: [[.text(delimiter), .text(encoding), .optional(key), .count(read), .count(good), .count(rejected)]],
            notes: [
                sheetNote, ImportReport.note(ignored: ignoredColumns),
                rejectsFile.map { "Rejected rows, with the reasons: \($0)" },
            ].compactMap { $0 } + placeholderNotes)
        return rejects.isEmpty ? [summary] : [summary, Table(rejects: rejects)]
    }
}
