import Foundation
import PostgresClient

/// The visits of one month with all that belongs to them; a month is made alike whichever task makes it, in whatever order.
struct SeedMonth: Sendable {
    struct Visit: Sendable {
        let id: UUID
        let number: String
        let date: CalendarDate
        let organization: Int
        let office: Int
        let technician: Int
        let status: String
        let createdAt: Date
    }

    let month: CalendarDate
    let visits: [Visit]
    private let people: SeedPeople
    private let seed: UInt64
    private let today: CalendarDate

    init(month: CalendarDate, count: Int, people: SeedPeople, seed: UInt64, today: CalendarDate) {
        self.month = month
        self.people = people
        self.seed = seed
        self.today = today
        var random = SeedRandom(seed: seed, stream: UInt64(bitPattern: Int64(month.daysSinceEpoch)) &* 8 &+ 2)
        let days = min(month.startOfMonth(adding: 1), today).daysSinceEpoch - month.daysSinceEpoch
        let dates = (0..<count).map { _ in month.adding(days: random.below(max(days, 1))) }.sorted()
        let prefix = "RSS-" + month.description.prefix(7).replacing("-", with: "")
        visits = dates.enumerated().map { index, date in
            let organization = people.organizationPicker.pick(&random)
            let created = Date(
                timeIntervalSince1970: Double(date.daysSinceEpoch) * 86_400 + 25_200 + random.fraction() * 36_000)
            let digits = "\(index + 1)"
            return Visit(
                id: random.uuid(at: created),
                number: "\(prefix)-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)", date: date,
                organization: organization, office: random.below(people.organizations[organization].offices.count),
                technician: people.technicianPicker.pick(&random),
                status: Self.status(age: today.daysSinceEpoch - date.daysSinceEpoch, &random), createdAt: created)
        }
    }

    /// Old visits are done with, new ones are on their way.
    private static func status(age: Int, _ random: inout SeedRandom) -> String {
        let number = random.below(1000)
        if age > 60 {
            return number < 700
                ? "completed"
                : number < 900 ? "approved" : number < 960 ? "cancelled" : number < 990 ? "archived" : "draft"
        }
        if age > 10 {
            return number < 600 ? "completed" : number < 800 ? "approved" : number < 920 ? "pending_review" : "draft"
        }
        return number < 300
            ? "completed"
            : number < 500 ? "in_progress" : number < 700 ? "scheduled" : number < 850 ? "pending_review" : "draft"
    }

    private func random(_ part: UInt64) -> SeedRandom {
        SeedRandom(seed: seed, stream: UInt64(bitPattern: Int64(month.daysSinceEpoch)) &* 8 &+ part)
    }

    static let visitColumns =
        "id, report_number, organization_id, office_id, technician_id, visit_date, visit_type, visit_purpose, summary_description, status, priority, completion_percentage, created_at, updated_at"

    func encodeVisits(to writer: CopyWriter) async throws {
        var random = random(3)
        var topics = self.random(7)
        var encoder = BinaryCopyEncoder(fieldsPerRow: 14)
        for visit in visits {
            let organization = people.organizations[visit.organization]
            encoder.beginRow()
            encoder.uuid(visit.id)
            encoder.text(visit.number)
            encoder.uuid(organization.id)
            encoder.uuid(organization.offices[visit.office])
            encoder.uuid(people.technicians[visit.technician])
            encoder.date(visit.date)
            encoder.text(random.pick(SeedVocabulary.visitTypes))
            encoder.text(random.pick(SeedVocabulary.purposes))
            if random.chance(85) {
                let remarks = "\(random.pick(SeedVocabulary.remarks)) \(random.pick(SeedVocabulary.remarks))"
                encoder.text(topics.topic().map { "\(remarks) Topic: \($0)." } ?? remarks)
            } else {
                encoder.null()
            }
            encoder.text(visit.status)
            encoder.text(random.pick(SeedVocabulary.priorities))
            encoder.int2(
                ["completed", "approved", "archived"].contains(visit.status) ? 100 : Int16(random.below(20) * 5))
            encoder.timestamptz(visit.createdAt)
            encoder.timestamptz(visit.createdAt.addingTimeInterval(random.fraction() * 172_800))
            try await Self.flush(&encoder, to: writer)
        }
        try await writer.write(encoder.finish())
    }

    func encodeKeys(to writer: CopyWriter) async throws {
        var encoder = BinaryCopyEncoder(fieldsPerRow: 3)
        for visit in visits {
            encoder.beginRow()
            encoder.uuid(visit.id)
            encoder.text(visit.number)
            encoder.date(visit.date)
            try await Self.flush(&encoder, to: writer)
        }
        try await writer.write(encoder.finish())
    }

    static let hardwareColumns =
        "id, visit_report_id, category_id, device_name, manufacturer, model, serial_number, asset_tag, ip_address, mac_address, status, condition_rating, location_building, location_floor, location_room, warranty_expiry, specifications, metadata, created_at, updated_at"

    func encodeHardware(mean: Double, to writer: CopyWriter) async throws {
        var random = random(4)
        var encoder = BinaryCopyEncoder(fieldsPerRow: 20)
        let stem = "\(month.parts.year % 100)".suffix(2) + (month.parts.month < 10 ? "0" : "") + "\(month.parts.month)"
        var number = 0
        for visit in visits {
            for _ in 0..<random.count(mean: mean) {
                number += 1
                encodeDevice(visit, serial: "\(stem)\(Self.padded(number, 8))", &random, &encoder)
                try await Self.flush(&encoder, to: writer)
            }
        }
        try await writer.write(encoder.finish())
    }

    private func encodeDevice(
        _ visit: Visit, serial: String, _ random: inout SeedRandom, _ encoder: inout BinaryCopyEncoder
    ) {
        let category = people.categories[people.categoryPicker.pick(&random)]
        let product = random.pick(SeedVocabulary.models[category.name] ?? [("Generic", category.name)])
        encoder.beginRow()
        encoder.uuid(random.uuid(at: visit.createdAt))
        encoder.uuid(visit.id)
        encoder.uuid(category.id)
        encoder.text("\(category.name) \(product.model)")
        encoder.text(product.maker)
        encoder.text(product.model)
        encoder.text("SN\(serial)")
        if random.chance(90) { encoder.text("AT-\(serial)") } else { encoder.null() }
        let bits = random.next()
        if bits & 3 != 0, let address = InetAddress("10.\(bits >> 8 & 255).\(bits >> 16 & 255).\(bits >> 24 & 255)") {
            encoder.inet(address)
        } else {
            encoder.null()
        }
        encoder.bytes([
            0x02, UInt8(bits >> 32 & 255), UInt8(bits >> 40 & 255), UInt8(bits >> 48 & 255), UInt8(bits >> 56),
            UInt8(bits & 255),
        ])
        encoder.text(random.pick(SeedVocabulary.hardwareStatus))
        encoder.int2(Int16(1 + random.below(5)))
        encoder.text("Building \(["A", "B", "C"][random.below(3)])")
        encoder.text("\(random.below(9))")
        encoder.text("\(100 + random.below(80))")
        encoder.date(visit.date.adding(days: random.below(1800) - 400))
        encoder.jsonb("{\"ram_gb\": \([8, 16, 32, 64][random.below(4)])}")
        encoder.jsonb("{\"seeded\": true}")
        encoder.timestamptz(visit.createdAt)
        encoder.timestamptz(visit.createdAt)
    }

    static let recyclingColumns =
        "id, visit_report_id, category_id, item_description, quantity, weight_kg, status, pickup_date, recycler_name, created_at, updated_at"

    func encodeRecycling(mean: Double, to writer: CopyWriter) async throws {
        var random = random(5)
        var encoder = BinaryCopyEncoder(fieldsPerRow: 11)
        for visit in visits {
            for _ in 0..<random.count(mean: mean) {
                let category = people.categories[people.categoryPicker.pick(&random)]
                encoder.beginRow()
                encoder.uuid(random.uuid(at: visit.createdAt))
                encoder.uuid(visit.id)
                encoder.uuid(category.id)
                encoder.text("Retired \(category.name.lowercased())")
                encoder.int4(Int32(1 + random.below(6)))
                encoder.numeric(unscaled: Int64(200 + random.below(30_000)), scale: 3)
                encoder.text(random.pick(SeedVocabulary.recyclingStatus))
                if random.chance(80) { encoder.date(visit.date.adding(days: random.below(40))) } else { encoder.null() }
                encoder.text(random.pick(SeedVocabulary.recyclers))
                encoder.timestamptz(visit.createdAt)
                encoder.timestamptz(visit.createdAt)
                try await Self.flush(&encoder, to: writer)
            }
        }
        try await writer.write(encoder.finish())
    }

    static let fileColumns =
        "id, visit_report_id, file_name, file_type, file_size, is_processed, virus_scanned, virus_scan_result, metadata, created_at, updated_at"

    func encodeFiles(mean: Double, to writer: CopyWriter) async throws {
        var random = random(6)
        var encoder = BinaryCopyEncoder(fieldsPerRow: 11)
        for visit in visits {
            for index in 0..<random.count(mean: mean) {
                let type = random.pick(SeedVocabulary.fileTypes)
                let isProcessed = random.chance(95)
                encoder.beginRow()
                encoder.uuid(random.uuid(at: visit.createdAt))
                encoder.uuid(visit.id)
                encoder.text("\(visit.number)-\(index + 1).\(type.suffix)")
                encoder.text(type.mime)
                encoder.int8(Int64(20_000 + random.below(4_000_000)))
                encoder.bool(isProcessed)
                encoder.bool(isProcessed)
                if isProcessed { encoder.text("clean") } else { encoder.null() }
                encoder.jsonb("{}")
                encoder.timestamptz(visit.createdAt)
                encoder.timestamptz(visit.createdAt)
                try await Self.flush(&encoder, to: writer)
            }
        }
        try await writer.write(encoder.finish())
    }

    private static func flush(_ encoder: inout BinaryCopyEncoder, to writer: CopyWriter) async throws {
        if encoder.count >= 262_144 { try await writer.write(encoder.drain()) }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
