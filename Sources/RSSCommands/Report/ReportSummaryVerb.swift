import ArgumentParser
import Console
import Foundation
import PostgresClient
import RSSCore
import RSSModel
import RSSReport

/// `rssctl report summary`
package struct ReportSummaryVerb: Verb {
    package static let declaration = Declaration(
        "report summary", "Sum up the visits of a period, with charts; as text, HTML or PDF",
        discussion: """
            Visits by month, status, organization, office and technician, devices and recycling, and the change against the \
            period before. The period is the last 12 months unless --from and --to say otherwise. The HTML page is one file \
            without scripts that loads nothing. A PDF is printed from it by chromium or weasyprint, whichever is installed.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("The last 12 months", "rssctl report summary"),
            .init(
                "The last quarter, as a page",
                "rssctl report summary --from last-quarter --to last-quarter --html summary.html --force"),
            .init("The months, for a spreadsheet", "rssctl report summary --output csv"),
        ], exits: [.dataError, .cannotWrite])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var chosen: ReportFilterOptions

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Last visit date; today unless given.", valueName: "day"),
        transform: parseReportDay)
    var to: ReportDay?

    @Option(help: ArgumentHelp("Write a page with charts.", valueName: "file"), completion: .file(extensions: ["html"]))
    var html: String?

    @Option(help: ArgumentHelp("Write a PDF.", valueName: "file"), completion: .file(extensions: ["pdf"]))
    var pdf: String?

    @Flag(help: "Replace files that exist.")
    var force = false

    package init() {}

    package func validate() throws {
        if let html, html == pdf { throw ValidationError("--html and --pdf name the same file.") }
    }

    package func execute(_ context: Context) async throws -> ReportSummaryResult {
        // What cannot work must be known before minutes are spent.
        let printer = try pdf.map { _ in try PagePrinter.find() }
        let page = try html.map { try ReportFile($0, replaces: force) }
        let print = try pdf.map { try ReportFile($0, replaces: force) }
        let connection = try await context.connectPostgres(readOnly: true)
        let clock = try await context.clock(connection)
        let last = to?.span(today: clock.today).last ?? clock.today
        let first = chosen.from?.span(today: clock.today).first ?? last.startOfMonth(adding: -11)
        guard first <= last else { throw ReportError.emptyPeriod(first, last) }
        let filter = try await chosen.filter(to: nil, context, connection)
        let summary = try await ReportReader(connection).summary(
            filter, from: first, to: last, context.progress)
        let text = SummaryPage(summary, made: clock.now).page.text
        var files: [String] = []
        if let page {
            try page.write(Array(text.utf8))
            try page.publish()
            files.append(page.path)
        }
        if let printer, let print {
            try print.write(try await printer.pdf(of: text))
            try print.publish()
            files.append(print.path)
        }
        let console = context.console.output
        return ReportSummaryResult(
            summary: summary, files: files, width: console.isTTY ? min(console.width ?? 80, 110) : 80,
            isText: global.output == .table)
    }
}

/// The result of `report summary`.
package struct ReportSummaryResult: CommandResult {
    let summary: ReportSummary
    let files: [String]
    let width: Int
    let isText: Bool

    package func encode(to encoder: any Encoder) throws { try summary.encode(to: encoder) }

    package var counts: [String: Int64] { ["visits": summary.total.visits] }

    package var document: String? { isText ? SummaryText(summary, width: width).text(files: files) : nil }

    package var tables: [Table] {
        func visits(_ title: String, _ name: String, _ entries: [ReportSummary.Entry]) -> Table {
            Table(
                title: title, columns: [Column(name), .number("visits"), .number("finished")],
                rows: entries.map { [.optional($0.name), .integer($0.visits), .integer($0.finished)] })
        }
        func devices(_ title: String, _ name: String, _ entries: [ReportSummary.Devices]) -> Table {
            Table(
                title: title, columns: [Column(name), .number("devices")],
                rows: entries.map { [.text($0.name), .integer($0.devices)] })
        }
        return [
            visits("Visits by month", "month", summary.months), visits("Visits by status", "status", summary.statuses),
            visits("Organizations", "organization", summary.organizations),
            visits("Offices", "office", summary.offices), visits("Technicians", "technician", summary.technicians),
            devices("Devices by category", "category", summary.hardware),
            devices("Devices by status", "status", summary.hardwareStatuses),
            Table(
                title: "Recycling",
                columns: [Column("status"), .number("records"), .number("quantity"), .number("weight_kg")],
                rows: summary.recycling.map {
                    [
                        .text($0.status), .integer($0.records), .integer($0.quantity),
                        .number($0.weightKg, fractionDigits: 1),
                    ]
                }),
        ].filter { !$0.rows.isEmpty || $0.title == "Visits by month" }
    }
}
