import ArgumentParser
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition verify-archive`
package struct PartitionVerifyArchive: Verb {
    package static let declaration = Declaration(
        "partition verify-archive", "Read archives to their end and compare every byte and row",
        discussion: """
            Needs no database: the checksum of every file, that it can be decompressed to its end, the number of its rows, \
            and the digest of their contents, which is the one that PostgreSQL computes of the same rows.
            """,
        examples: [
            .init(
                "An archive", "rssctl partition verify-archive archive/rss.public.visit_reports_2023_12")
        ], exits: [.dataError])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "Folders of archives, or their manifests.", completion: .directory)
    var archives: [String]

    package init() {}

    package func execute(_ context: Context) async throws -> ArchiveReport {
        var entries: [ArchiveReport.Entry] = []
        for path in archives {
            let verifier = ArchiveVerifier(path)
            do {
                let manifest = try await context.progress.phase("Reading \(path)") { try await verifier.verify() }
                entries.append(ArchiveReport.entry(verifier.folder, manifest, .ok))
            } catch let error as ArchiveError {
                entries.append(
                    ArchiveReport.Entry(
                        archive: verifier.folder, partition: nil, range: nil, state: .failed, contents: [],
                        error: error.report))
            }
        }
        return ArchiveReport(entries)
    }
}
