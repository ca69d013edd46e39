extension ImportTable {
    /// `recycling_records`: lengths, words and bounds are those of migration V0004. Nothing in it is unique, so rows are matched
    /// by all their values unless a key is named.
    package static let recycling = ImportTable(
        object: "recycling", table: "recycling_records",
        columns: [
            ImportColumn(
                "visit_report", .reference(to: "visit report"), target: "visit_report_id", isRequired: true,
                aliases: [
                    "visit", "visit report id", "visit number", "report", "report number", "report no",
                    "visit report number",
                ]),
            ImportColumn(
                "category", .name(of: "category"), target: "category_id", isRequired: true,
                aliases: ["category id", "category name", "kind", "type"]),
            ImportColumn(
                "item_description", .text(limit: 200),
                aliases: ["item", "description", "device", "device name", "name"]),
            ImportColumn(
                "quantity", .integer(1...Int32.max), fallback: .integer(1),
                aliases: ["qty", "count", "number", "pieces", "units"]),
            ImportColumn(
                "weight_kg", .numeric(precision: 10, scale: 3), aliases: ["weight", "weight in kg", "kg", "mass"]),
            ImportColumn(
                "status", .word(["pending", "scheduled", "picked_up", "processed", "completed", "cancelled"]),
                fallback: .text("pending"), aliases: ["state"]),
            ImportColumn("pickup_date", .date, aliases: ["pickup", "picked up on", "collection date", "date"]),
            ImportColumn("recycler_name", .text(limit: 200), aliases: ["recycler", "company", "collected by"]),
            ImportColumn(
                "certificate_number", .text(limit: 100), isIdentifier: true,
                aliases: ["certificate", "certificate no", "cert", "cert no"]),
            ImportColumn("notes", .freeText, aliases: ["note", "remarks", "comment", "comments"]),
        ], keys: [], scope: "visit_report_id", metadata: #"{"bulkCreated": true}"#)
}
