extension ImportTable {
    /// `hardware_inventory`: lengths, words and bounds are those of migration V0004.
    package static let hardware = ImportTable(
        object: "hardware", table: "hardware_inventory",
        columns: [
            ImportColumn(
                "visit_report", .reference(to: "visit report"), target: "visit_report_id", isRequired: true,
                aliases: [
                    "visit", "visit report id", "visit number", "report", "report number", "report no",
                    "visit report number", "besuchsbericht", "bericht", "rapport de visite", "informe de visita",
                ]),
            ImportColumn(
                "category", .name(of: "category"), target: "category_id", isRequired: true,
                aliases: [
                    "category id", "category name", "kind", "device type", "type", "kategorie", "geräteart",
                    "gerätetyp", "catégorie", "type d'appareil", "categoría", "tipo de dispositivo",
                ]),
            ImportColumn(
                "device_name", .text(limit: 200), isRequired: true,
                aliases: [
                    "device", "name", "hostname", "host", "item name", "asset name", "computer name", "gerätename",
                    "gerät", "rechnername", "nom de l'appareil", "nom", "nom d'hôte", "nombre del dispositivo",
                    "nombre del equipo", "nombre",
                ]),
            ImportColumn(
                "manufacturer", .text(limit: 100),
                aliases: [
                    "vendor", "make", "maker", "brand", "hersteller", "fabricant", "constructeur", "marque",
                    "fabricante", "marca",
                ]),
            ImportColumn(
                "model", .text(limit: 100),
                aliases: ["model name", "model number", "model no", "modell", "modellbezeichnung", "modèle", "modelo"]),
            ImportColumn(
                "serial_number", .text(limit: 100), isIdentifier: true,
                aliases: [
                    "serial", "serial no", "s/n", "service tag", "seriennummer", "serien-nr", "numéro de série",
                    "n° de série", "número de serie", "nº de serie",
                ]),
            ImportColumn(
                "asset_tag", .text(limit: 100), isIdentifier: true,
                aliases: [
                    "asset", "asset no", "asset number", "tag", "inventory number", "inventory no", "inventarnummer",
                    "inventar-nr", "inv-nr", "anlagennummer", "numéro d'inventaire", "étiquette",
                    "número de inventario", "etiqueta",
                ]),
            ImportColumn(
                "ip_address", .inet,
                aliases: [
                    "ip", "ip addr", "ipv4", "ipv6", "ipv4 address", "ipv6 address", "ip-adresse", "adresse ip",
                    "dirección ip",
                ]),
            ImportColumn(
                "mac_address", .macaddr,
                aliases: [
                    "mac", "mac addr", "hardware address", "ethernet address", "mac-adresse", "adresse mac",
                    "dirección mac",
                ]),
            ImportColumn(
                "status",
                .word(["active", "inactive", "maintenance", "in_storage", "faulty", "retired", "disposed", "lost"]),
                fallback: .text("active"),
                aliases: ["state", "device status", "gerätestatus", "statut", "état", "estado"]),
            ImportColumn(
                "condition_rating", .smallint(1...5), aliases: ["condition", "rating", "zustand", "condición"]),
            ImportColumn(
                "location_building", .text(limit: 100), aliases: ["building", "gebäude", "bâtiment", "edificio"]),
            ImportColumn(
                "location_floor", .text(limit: 50),
                aliases: ["floor", "level", "etage", "stockwerk", "étage", "planta", "piso"]),
            ImportColumn(
                "location_room", .text(limit: 50),
                aliases: ["room", "room number", "room no", "raum", "zimmer", "salle", "bureau", "sala"]),
            ImportColumn(
                "warranty_expiry", .date,
                aliases: [
                    "warranty", "warranty until", "warranty end", "warranty expires", "warranty expiration",
                    "warranty date", "garantie bis", "garantieende", "garantieablauf", "fin de garantie",
                    "fin de garantía",
                ]),
            ImportColumn(
                "specifications", .jsonObject, fallback: .json("{}"),
                aliases: [
                    "specs", "specification", "spec", "details", "spezifikationen", "spécifications",
                    "especificaciones",
                ]),
        ], keys: ["serial_number", "asset_tag", "mac_address"], scope: "visit_report_id",
        metadata: #"{"bulkCreated": true}"#)
}
