import ArgumentParser
import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition policy import`
package struct PartitionPolicyImport: Verb {
    package static let declaration = Declaration(
        "partition policy import", "Set the policies of a document",
        discussion: """
            Reads the output of partition policy export, YAML or JSON; unknown members are refused. All policies are checked \
            before the first is set; if one is refused, none is set. Policies that are not in the document are kept unless \
            --prune is given. A folder of archives that this \
            machine does not have is a warning, unless --archive-elsewhere is given.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init(
                "What would change", "rssctl partition policy import partition-policies.yaml --dry-run"),
            .init(
                "Exactly these policies and no others",
                "rssctl partition policy import partition-policies.yaml --prune"),
        ], exits: [.dataError])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The document; - for stdin.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @Flag(help: "Remove the policies that are not in the document.")
    var prune = false

    @Flag(
        help: "The folders of archives are on another machine, which runs partition maintain: do not check them here.")
    var archiveElsewhere = false

    package init() {}

    package func execute(_ context: Context) async throws -> PolicyReport {
        let data =
            file == "-"
            ? try FileHandle.standardInput.readToEnd() ?? Data() : try WholeFile.read(file)
        let document = try PolicyDocument(
            text: String(decoding: data, as: UTF8.self), file: file == "-" ? "stdin" : file)
        if !archiveElsewhere {
            for folder in document.archives {
                try ArchivePlace.check(folder, refuses: false, progress: context.progress)
            }
        }
        let connection = try await context.connectPostgres()
        let outcomes = try await PolicyKeeper(connection, runID: context.runID, isDryRun: context.isDryRun)
            .keep(document, prunes: prune)
        return PolicyReport(outcomes, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}
