import ArgumentParser
import Console
import PostgresClient
import RSSCore
import RSSModel
import RSSReport

/// `rssctl report query`
package struct ReportQueryVerb: Verb {
    package static let declaration = Declaration(
        "report query", "List visit reports, newest first, by the filters of the backend",
        discussion: """
            --to is the last visit date, or a file that the reports are written to: its name ends in .csv, .ndjson or .xlsx. \
            Both can be given. A file, and --all, hold every report of the filter and not a page.

            --cached answers from a store of this machine, without the database, what was read with --cached within a \
            minute. Any command of rssctl that changes something clears the store; changes of others do not.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("The newest 20 reports", "rssctl report query"),
            .init(
                "Drafts of one month, as CSV",
                "rssctl report query --status draft --from 2026-10-01 --to 2026-10-31 --output csv"),
            .init("The last 30 days, by priority", "rssctl report query --from -30d --sort priority:desc"),
            .init("Search, without counting beyond 1000", "rssctl report query --search printer --count capped:1000"),
            .init(
                "Everything of the last month, as a workbook",
                "rssctl report query --from last-month --to last-month --to reports.xlsx --force"),
            .init("How the page is found", "rssctl report query --search printer --explain"),
            .init("From this machine while it is fresh", "rssctl report query --status draft --cached"),
        ], exits: [.dataError, .cannotWrite])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var chosen: ReportFilterOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Last visit date; or a file to write to, .csv, .ndjson or .xlsx.", valueName: "day|file"),
        completion: .file(extensions: ["csv", "ndjson", "xlsx"]), transform: ReportDestination.init(parsing:))
    var to: [ReportDestination] = []

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @Option(help: "Words of purpose or summary, part of the report number or of the organization's name.")
    var search: String?

    @Option(
        help: ArgumentHelp(
            "Order: \(ReportSort.Key.allCases.map(\.rawValue).joined(separator: ", ")); with :asc or :desc.",
            valueName: "key"),
        completion: .list(ReportSort.Key.allCases.map(\.rawValue)), transform: parseSort)
    var sort = ReportSort.newest

    @Option(help: "Page, from 1.")
    var page = 1

    @Option(
        help: ArgumentHelp("Reports a page, 1 to 10000 (default: 20); with --all at most that many.", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Continue after this cursor, as the page before printed it.", valueName: "cursor"))
    var after: String?

    @Option(
        help: ArgumentHelp(
            "How to find the total: exact, capped (count up to a number, 10000 unless given), estimate or none.",
            valueName: "exact|capped[:N]|estimate|none"), transform: parseCount)
    var count: ReportFilter.CountMode = .exact

    @Flag(help: "Write every report of the filter, with --output csv or ndjson as they are read.")
    var all = false

    @Flag(help: "Say in words how the page was found: partitions, indexes, rows, time.")
    var explain = false

    @Flag(help: "Answer from this machine's store what was read within a minute.")
    var cached = false

    package init() {}

    private var lastDay: ReportDay? { to.compactMap(\.day).last }
    private var file: String? { to.compactMap(\.file).last }

    package func validate() throws {
        if page < 1 { throw ValidationError("--page counts from 1.") }
        if let limit, limit < 1 || !all && file == nil && limit > 10_000 {
            throw ValidationError("--limit is a number from 1 to 10000.")
        }
        if page > Int(Int32.max) / max(limit ?? 20, 1) { throw ValidationError("--page is too large.") }
        if let after, ReportCursor(after) == nil {
            throw ValidationError(
                "--after is not a cursor of this version; take it from 'Next page' of the page before.")
        }
        if cached, all || file != nil || explain {
            throw ValidationError("--cached is for a page, without --all, --explain and a file.")
        }
        if after != nil, page != 1 { throw ValidationError("--after and --page exclude each other.") }
        for items in [to.compactMap(\.day).count, to.compactMap(\.file).count] where items > 1 {
            throw ValidationError("--to is given twice; once it can be a date, and once a file.")
        }
        guard all || file != nil else { return }
        if page != 1 || explain { throw ValidationError("--page and --explain are for a page, not for all reports.") }
        if file == nil, ![.csv, .ndjson].contains(global.output) {
            throw ValidationError(
                "--all is written as it is read: give --output csv or ndjson, or a file with --to.")
        }
    }

    package func execute(_ context: Context) async throws -> ReportQueryResult {
        guard cached else { return try await read(context) }
        let target = try context.postgresOptions().keywords.filter { !$0.key.contains("password") }
        let question =
            target.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            + [
                chosen.organization, chosen.office, chosen.technician, chosen.status, chosen.visitType, chosen.priority,
                chosen.from.map { "\($0)" }, lastDay.map { "\($0)" }, search, "\(sort)", "\(page)", "\(limit ?? 20)",
                after, "\(count)",
            ].map { $0.map { "=\($0)" } ?? "" }
        let answer = try await context.cached(question) {
            let connection = try await context.connectPostgres(readOnly: true)
            let page = try await ReportReader(connection).page(try await filter(context, connection))
            return (page.stored, LocalStore.lifetime)
        }
        return .page(ReportPage(answer.value))
    }

    private func filter(_ context: Context, _ connection: PostgresConnection) async throws -> ReportFilter {
        var filter = try await chosen.filter(to: lastDay, context, connection)
        filter.search = search
        filter.sort = sort
        filter.page = page
        filter.limit = limit ?? 20
        filter.after = after.flatMap { ReportCursor($0) }
        filter.count = count
        return filter
    }

    private func read(_ context: Context) async throws -> ReportQueryResult {
        let isWhole = all || file != nil
        let connection = try await context.connectPostgres(
            statementTimeout: isWhole ? .zero : nil, readOnly: true)
        let filter = try await filter(context, connection)
        let reader = ReportReader(connection)
        let result: ReportQueryResult
        if isWhole {
            let export = ReportExport(reader, filter, limit: limit ?? .max, progress: context.progress)
            if let file {
                result = .file(file, rows: try await export.write(to: file, replaces: force))
            } else {
                result = .written(rows: try await export.write(global.output, to: context.console.output))
            }
        } else {
            result = .page(try await reader.page(filter, explains: explain))
        }
        return result
    }
}

/// What `--to` gives: the last visit date, or a file.
enum ReportDestination: Sendable, Equatable {
    case day(ReportDay)
    case file(String)

    /// The endings by which a file is recognized.
    static let endings = [".csv", ".ndjson", ".xlsx"]

    @Sendable init(parsing text: String) throws {
        if Self.endings.contains(where: { text.lowercased().hasSuffix($0) }) {
            self = .file(text)
        } else if let day = ReportDay(text) {
            self = .day(day)
        } else {
            throw ValidationError(
                "'\(text)' is neither a date nor a file; write \(ReportDay.forms), or a name that ends in \(Self.endings.joined(separator: ", "))."
            )
        }
    }

    var day: ReportDay? { if case .day(let day) = self { day } else { nil } }
    var file: String? { if case .file(let path) = self { path } else { nil } }
}

/// Reads `--sort`.
@Sendable func parseSort(_ text: String) throws -> ReportSort {
    if let sort = ReportSort(text) { return sort }
    let names = ReportSort.Key.allCases.map(\.rawValue)
    let meant = EditDistance.closest(to: String(text.prefix { $0 != ":" }), among: names)
    throw ValidationError(
        "unknown order '\(text)'\(meant.map { " (did you mean \($0)?)" } ?? ""); it is one of \(names.joined(separator: ", ")), with :asc or :desc."
    )
}

/// Reads `--count`; a number alone is a cap.
@Sendable func parseCount(_ text: String) throws -> ReportFilter.CountMode {
    switch text {
    case "exact": return .exact
    case "none": return .none
    case "estimate": return .estimate
    case "capped": return .capped(10_000)
    default:
        let number = text.hasPrefix("capped:") ? text.dropFirst("capped:".count) : text[...]
        guard let cap = Int(number), cap > 0, cap < 1_000_000_000 else {
            throw ValidationError("--count is exact, capped, capped:N, estimate, none, or a number.")
        }
        return .capped(cap)
    }
}
