extension ImportTable {
    /// `hardware_inventory`: lengths, words and bounds are those of migration V0004.
    public static let hardware = ImportTable(
        object: "hardware", table: "hardware_inventory",
        columns: [
            ImportColumn(
                "visit_report", .reference(to: "visit report"), target: "visit_report_id", isRequired: true,
                aliases: [
                    "visit", "visit report id", "visit number", "report", "report number", "report no",
                    "visit report number",
                ]),
            ImportColumn(
                "category", .name(of: "category"), target: "category_id", isRequired: true,
                aliases: ["category id", "category name", "kind", "device type", "type"]),
            ImportColumn(
                "device_name", .text(limit: 200), isRequired: true, aliases: ["device", "name", "hostname", "host"]),
            ImportColumn("manufacturer", .text(limit: 100), aliases: ["vendor", "make", "maker", "brand"]),
            ImportColumn("model", .text(limit: 100), aliases: ["model name", "model number", "model no"]),
            ImportColumn(
                "serial_number", .text(limit: 100), isIdentifier: true,
                aliases: ["serial", "serial no", "s/n", "service tag"]),
            ImportColumn(
                "asset_tag", .text(limit: 100), isIdentifier: true,
                aliases: ["asset", "asset no", "asset number", "tag", "inventory number", "inventory no"]),
            ImportColumn(
                "ip_address", .inet, aliases: ["ip", "ip addr", "ipv4", "ipv6", "ipv4 address", "ipv6 address"]),
            ImportColumn(
                "mac_address", .macaddr, aliases: ["mac", "mac addr", "hardware address", "ethernet address"]),
            ImportColumn(
                "status",
                .word(["active", "inactive", "maintenance", "in_storage", "faulty", "retired", "disposed", "lost"]),
                fallback: .text("active"), aliases: ["state", "device status"]),
            ImportColumn("condition_rating", .smallint(1...5), aliases: ["condition", "rating"]),
            ImportColumn("location_building", .text(limit: 100), aliases: ["building"]),
            ImportColumn("location_floor", .text(limit: 50), aliases: ["floor", "level"]),
            ImportColumn("location_room", .text(limit: 50), aliases: ["room", "room number", "room no"]),
            ImportColumn(
                "warranty_expiry", .date,
                aliases: [
                    "warranty", "warranty until", "warranty end", "warranty expires", "warranty expiration",
                    "warranty date",
                ]),
            ImportColumn(
                "specifications", .jsonObject, fallback: .json("{}"),
                aliases: ["specs", "specification", "spec", "details"]),
        ], keys: ["serial_number", "asset_tag", "mac_address"], scope: "visit_report_id",
        metadata: #"{"bulkCreated": true}"#)
}
