import ArgumentParser
import Console
import PostgresClient
import RSSCore
import RSSModel
import RSSReport

/// `rssctl report show`
package struct ReportShowVerb: Verb {
    package static let declaration = Declaration(
        "report show", "Show one visit report with its devices, recycling records and files",
        needs: [.settings, .postgres],
        examples: [
            .init("The newest report", "rssctl report show latest"),
            .init("As a page", "rssctl report show latest --html report.html --force"),
        ], exits: [.dataError, .cannotWrite])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "Report number or id; latest for the newest.")
    var report: String

    @Option(help: ArgumentHelp("Write it as a page.", valueName: "file"), completion: .file(extensions: ["html"]))
    var html: String?

    @Flag(help: "Replace the file if it exists.")
    var force = false

    package init() {}

    package func execute(_ context: Context) async throws -> ReportShowResult {
        let file = try html.map { try ReportFile($0, replaces: force) }
        let connection = try await context.connectPostgres(readOnly: true)
        let detail = try await ReportReader(connection).detail(report)
        if let file {
            try file.write(Array(VisitPage(detail).page.text.utf8))
            try file.publish()
        }
        return ReportShowResult(detail: detail, file: file?.path)
    }
}

/// The result of `report show`.
package struct ReportShowResult: CommandResult {
    let detail: VisitDetail
    let file: String?

    package func encode(to encoder: any Encoder) throws { try detail.encode(to: encoder) }

    package var tables: [Table] {
        let fields = Table(
            columns: [Column("field"), Column("value", isFlexible: true)],
            rows: VisitFields.of(detail).map { [.text($0.name), $0.cell] },
            notes: file.map { ["Written: \($0)"] } ?? [])
        let rest = [VisitFields.hardware(detail), VisitFields.recycling(detail), VisitFields.files(detail)]
        return [fields] + rest.filter { !$0.rows.isEmpty }
    }
}

/// What a report is shown by, on a terminal and on a page.
enum VisitFields {
    static func of(_ detail: VisitDetail) -> [(name: String, cell: Cell)] {
        let technician = [detail.technicianName, detail.technicianEmail.map { "<\($0)>" }].compactMap(\.self)
        return [
            ("report", .text(detail.reportNumber)), ("id", .text(detail.id)), ("visit date", .text(detail.visitDate)),
            ("organization", .optional(detail.organizationName)), ("office", .optional(detail.officeName)),
            ("technician", technician.isEmpty ? .null : .text(technician.joined(separator: " "))),
            ("type", .optional(detail.visitType)), ("status", .optional(detail.status)),
            ("priority", .optional(detail.priority)),
            ("completion %", detail.completionPercentage.map { .number($0, fractionDigits: 0) } ?? .null),
            ("purpose", .optional(detail.visitPurpose)), ("summary", .optional(detail.summaryDescription)),
            ("created (UTC)", .timestamp(detail.createdAt)), ("updated (UTC)", .timestamp(detail.updatedAt)),
        ]
    }

    static func hardware(_ detail: VisitDetail) -> Table {
        Table(
            title: "Devices (\(detail.hardware.count))",
            columns: [
                Column("category"), Column("device_name", header: "device", isFlexible: true),
                Column("manufacturer", isFlexible: true, isOptional: true), Column("serial_number", header: "serial"),
                Column("asset_tag", isOptional: true), Column("status"), .number("condition_rating", header: "rating"),
                Column("location", isFlexible: true, isOptional: true),
                Column("warranty_expiry", header: "warranty", isOptional: true),
            ],
            rows: detail.hardware.map {
                [
                    .optional($0.category), .optional($0.deviceName), .optional($0.manufacturer),
                    .optional($0.serialNumber), .optional($0.assetTag), .optional($0.status),
                    $0.conditionRating.map(Cell.integer) ?? .null, .optional($0.location),
                    .optional($0.warrantyExpiry),
                ]
            })
    }

    static func recycling(_ detail: VisitDetail) -> Table {
        Table(
            title: "Recycling (\(detail.recycling.count))",
            columns: [
                Column("category"), Column("item_description", header: "item", isFlexible: true), .number("quantity"),
                .number("weight_kg", header: "kg"), Column("status"), Column("pickup_date", header: "pickup"),
                Column("recycler_name", header: "recycler", isFlexible: true, isOptional: true),
                Column("certificate_number", header: "certificate", isOptional: true),
            ],
            rows: detail.recycling.map {
                [
                    .optional($0.category), .optional($0.itemDescription), $0.quantity.map(Cell.integer) ?? .null,
                    $0.weightKg.map { .number($0, fractionDigits: 3) } ?? .null, .optional($0.status),
                    .optional($0.pickupDate), .optional($0.recyclerName), .optional($0.certificateNumber),
                ]
            })
    }

    static func files(_ detail: VisitDetail) -> Table {
        Table(
            title: "Files (\(detail.files.count))",
            columns: [
                Column("file_name", header: "file", isFlexible: true), Column("file_type", header: "type"),
                .number("file_size", header: "size"), Column("virus_scan_result", header: "virus scan"),
                Column("created_at", header: "created", isOptional: true),
            ],
            rows: detail.files.map {
                [
                    .text($0.fileName), .optional($0.fileType), $0.fileSize.map(Cell.bytes) ?? .null,
                    .optional($0.virusScanResult), .timestamp($0.createdAt),
                ]
            })
    }
}
