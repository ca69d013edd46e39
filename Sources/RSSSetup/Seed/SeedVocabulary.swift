/// The words that seeded data is made of.
enum SeedVocabulary {
    static let companyNames = [
        "Alder", "Bergmann", "Castello", "Dunmore", "Ekström", "Fairfield", "Grünwald", "Harlow", "Iverson", "Jansen",
        "Kestrel", "Lindqvist", "Moreau", "Northgate", "Oakley", "Prescott", "Quintana", "Rosenberg", "Sutherland",
        "Thornbury",
        "Underwood", "Vasquez", "Whitmore", "Yamada", "Zielinski",
    ]
    static let companyKinds = [
        "Logistics", "Insurance", "Dental Group", "Architects", "Foods", "Legal", "Schools", "Clinic", "Energy",
        "Media",
        "Hotels", "Engineering",
    ]
    /// The name of an organization; no two are alike.
    static func companyName(_ index: Int) -> String {
        let kind = companyKinds[(index / companyNames.count + index % companyNames.count) % companyKinds.count]
        let round = index / (companyNames.count * companyKinds.count)
        return "\(companyNames[index % companyNames.count]) \(kind)" + (round > 0 ? " \(round + 1)" : "")
    }

    static let cities: [(city: String, region: String, zone: String)] = [
        ("Berlin", "Berlin", "Europe/Berlin"), ("Hamburg", "Hamburg", "Europe/Berlin"),
        ("München", "Bayern", "Europe/Berlin"),
        ("Wien", "Wien", "Europe/Vienna"), ("Zürich", "Zürich", "Europe/Zurich"),
        ("Köln", "Nordrhein-Westfalen", "Europe/Berlin"),
        ("Leipzig", "Sachsen", "Europe/Berlin"), ("Bremen", "Bremen", "Europe/Berlin"),
        ("Graz", "Steiermark", "Europe/Vienna"),
    ]
    static let firstNames = [
        "Anna", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hannes", "Ines", "Jonas", "Katja", "Leon", "Mira",
        "Noah",
        "Olga", "Paul", "Rosa", "Samir", "Tessa", "Yusuf",
    ]
    static let lastNames = [
        "Adler", "Becker", "Çelik", "Dietrich", "Engel", "Fischer", "Gruber", "Hoffmann", "Işık", "Jung", "Krüger",
        "Lang",
        "Maier", "Nowak", "Otto", "Peters", "Richter", "Schäfer", "Tanaka", "Vogel",
    ]
    static let roles: [(name: String, permissions: String)] = [
        (
            "administrator",
            #"{"reports": ["read", "write", "delete"], "hardware": ["read", "write", "delete"], "users": ["read", "write"]}"#
        ),
        ("supervisor", #"{"reports": ["read", "write", "approve"], "hardware": ["read", "write"]}"#),
        ("technician", #"{"reports": ["read", "write"], "hardware": ["read", "write"], "files": ["upload"]}"#),
        ("recycling officer", #"{"recycling": ["read", "write"], "reports": ["read"]}"#),
        ("viewer", #"{"reports": ["read"]}"#),
    ]
    static let visitTypes = [
        "routine", "routine", "routine", "inventory", "repair", "installation", "recycling", "audit",
    ]
    static let purposes = [
        "Quarterly maintenance of the office network", "Yearly inventory of all workstations",
        "Replacement of faulty monitors",
        "Printer fleet check", "Server room inspection", "Collection of retired equipment", "New employee workplaces",
        "Wi-Fi coverage survey", "UPS battery exchange", "Follow-up of the last visit",
    ]
    static let remarks = [
        "All devices work as expected.", "Two laptops show overheating under load.",
        "Fuser unit of the printer is worn out.",
        "Switch firmware was brought up to date.", "Cable labels are missing in rack two.",
        "One projector lamp exchanged.",
        "Access point in the meeting room drops connections.", "Backup job had failed for three nights.",
        "Disk of the file server reports reallocated sectors.", "Customer asks for an offer for twelve monitors.",
    ]
    /// The commonest first. None of them is in another text, and none has the stem of another.
    static let topics = [
        "trunking", "microcode", "licence", "docking", "toner", "accumulator", "hinge", "keyboard", "antenna", "bezel",
        "gasket",
        "rackmount", "spindle", "thermistor", "plinth", "ferrite", "quaxel", "zephyr", "mercury", "obelisk",
    ]
    static let priorities = ["low", "medium", "medium", "medium", "high", "high", "urgent"]
    static let models: [String: [(maker: String, model: String)]] = [
        "Desktop": [("Dell", "OptiPlex 7010"), ("HP", "EliteDesk 800 G9"), ("Lenovo", "ThinkCentre M70q")],
        "Laptop": [
            ("Lenovo", "ThinkPad T14"), ("Dell", "Latitude 5440"), ("Apple", "MacBook Pro 14"), ("HP", "EliteBook 840"),
        ],
        "Monitor": [("Dell", "U2723QE"), ("LG", "27UP850"), ("Eizo", "EV2785")],
        "Printer": [("HP", "LaserJet M507"), ("Brother", "HL-L6400DW"), ("Kyocera", "ECOSYS P3145dn")],
        "Server": [("Dell", "PowerEdge R760"), ("HPE", "ProLiant DL380")],
        "Network Switch": [("Cisco", "Catalyst 9200"), ("Ubiquiti", "USW-48"), ("HPE", "Aruba 2930F")],
        "Router": [("MikroTik", "RB5009"), ("Cisco", "ISR 1100")],
        "Access Point": [("Ubiquiti", "U6-Pro"), ("Cisco", "Meraki MR46")],
        "UPS": [("APC", "Smart-UPS 1500"), ("Eaton", "5P 1550i")],
        "Phone": [("Yealink", "T54W"), ("Cisco", "8845")],
        "Tablet": [("Apple", "iPad 10"), ("Samsung", "Galaxy Tab S9")],
        "Projector": [("Epson", "EB-L530U"), ("BenQ", "LH730")],
        "Scanner": [("Fujitsu", "fi-8170"), ("Canon", "DR-C240")],
        "Storage": [("Synology", "RS2423+"), ("QNAP", "TS-873A")],
    ]
    /// Categories by how often they are met, the commonest first.
    static let categoryOrder = [
        "Monitor", "Laptop", "Desktop", "Phone", "Printer", "Network Switch", "Access Point", "Tablet", "UPS", "Server",
        "Storage", "Router", "Projector", "Scanner",
    ]
    static let hardwareStatus = [
        "active", "active", "active", "active", "active", "active", "inactive", "maintenance", "faulty", "in_storage",
        "retired",
    ]
    static let recyclingStatus = [
        "pending", "scheduled", "picked_up", "processed", "completed", "completed", "cancelled",
    ]
    static let recyclers = ["GreenLoop GmbH", "Rohstoff Nord", "ReMetall AG", "Elektro-Kreislauf"]
    static let fileTypes: [(mime: String, suffix: String)] = [
        ("image/jpeg", "jpg"), ("image/jpeg", "jpg"), ("application/pdf", "pdf"), ("image/png", "png"),
    ]
}
