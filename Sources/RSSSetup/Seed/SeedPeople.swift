import Foundation
import PostgresClient
import RSSCore

/// Organizations, offices, users and roles: what visits refer to.
struct SeedPeople: Sendable {
    struct Organization: Sendable {
        let id: UUID
        let name: String
        let isActive: Bool
        let offices: [UUID]
    }

    let organizations: [Organization]
    /// Technicians.
    let technicians: [UUID]
    let categories: [(name: String, id: UUID)]
    let organizationPicker: ZipfPicker
    let technicianPicker: ZipfPicker
    let categoryPicker: ZipfPicker

    /// Makes them and writes them; a few hundred rows, so plain statements do.
    static func write(
        _ connection: PostgresConnection, _ tables: ApplicationTables, visits: Int, seed: UInt64, since: Date
    ) async throws -> SeedPeople {
        var random = SeedRandom(seed: seed, stream: 1)
        let count = min(max(visits / 500, 20), 250)
        var organizations: [Organization] = []
        try await connection.transaction {
            for index in 0..<count {
                organizations.append(try await organization(index, connection, tables, &random, since))
            }
        }
        let technicians = try await users(
            connection, tables, &random, since, organizations: organizations, count: min(max(visits / 800, 12), 400))
        let rows = try await connection.query(tables.sql("SELECT name, id FROM public.categories"))
        let known = Dictionary(try rows.map { try $0.decode(String.self, UUID.self) }) { first, _ in first }
        let categories = SeedVocabulary.categoryOrder.compactMap { name in known[name].map { (name, $0) } }
        guard !categories.isEmpty else { throw SeedError.noCategories }
        return SeedPeople(
            organizations: organizations, technicians: technicians, categories: categories,
            organizationPicker: ZipfPicker(count: organizations.count),
            technicianPicker: ZipfPicker(count: technicians.count),
            categoryPicker: ZipfPicker(count: categories.count))
    }

    private static func organization(
        _ index: Int, _ connection: PostgresConnection, _ tables: ApplicationTables, _ random: inout SeedRandom,
        _ since: Date
    ) async throws -> Organization {
        let name = SeedVocabulary.companyName(index)
        let id = random.uuid(at: since)
        let isActive = index < 5 || !random.chance(5)
        try await connection.execute(
            tables.sql(
                "INSERT INTO public.organizations (id, name, is_active, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)"
            ),
            [id, name, isActive, since])
        var offices: [UUID] = []
        for _ in 0..<(1 + random.below(5)) {
            let place = random.pick(SeedVocabulary.cities)
            let office = random.uuid(at: since)
            try await connection.execute(
                tables.sql(
                    """
                    INSERT INTO public.offices (id, organization_id, name, city, region, country, time_zone, created_at, updated_at)
                    VALUES ($1, $2, $3, $4, $5, 'DE', $6, $7, $7)
                    """),
                [office, id, "\(name) \(place.city) \(offices.count + 1)", place.city, place.region, place.zone, since])
            offices.append(office)
        }
        return Organization(id: id, name: name, isActive: isActive, offices: offices)
    }

    private static func users(
        _ connection: PostgresConnection, _ tables: ApplicationTables, _ random: inout SeedRandom, _ since: Date,
        organizations: [Organization],
        count: Int
    ) async throws -> [UUID] {
        var technicians: [UUID] = []
        try await connection.transaction {
            var roles: [UUID] = []
            for role in SeedVocabulary.roles {
                let id = random.uuid(at: since)
                try await connection.execute(
                    tables.sql("INSERT INTO public.access_roles (id, name, permissions) VALUES ($1, $2, $3)"),
                    [id, role.name, JSONText(role.permissions)])
                roles.append(id)
            }
            for index in 0..<count {
                let id = random.uuid(at: since)
                let first = random.pick(SeedVocabulary.firstNames)
                let last = random.pick(SeedVocabulary.lastNames)
                let organization = random.chance(20) ? random.pick(organizations).id : nil
                try await connection.execute(
                    tables.sql(
                        """
                        INSERT INTO public.users (id, organization_id, first_name, last_name, email, created_at, updated_at)
                        VALUES ($1, $2, $3, $4, $5, $6, $6)
                        """),
                    [id, organization, first, random.chance(1) ? nil : last, "tech\(index + 1)@visits.example", since]
                        as [any PostgresEncodable])
                technicians.append(id)
                // Every user is a technician; some have a second role, and some of those have expired.
                try await assign(connection, tables, id, roles[2], expires: nil)
                if random.chance(25) {
                    let role = roles[random.pick([0, 1, 3, 4])]
                    let expires =
                        random.chance(30) ? since.addingTimeInterval(86_400 * Double(random.below(1500))) : nil
                    try await assign(connection, tables, id, role, expires: expires)
                }
            }
        }
        return technicians
    }

    private static func assign(
        _ connection: PostgresConnection, _ tables: ApplicationTables, _ user: UUID, _ role: UUID, expires: Date?
    ) async throws {
        try await connection.execute(
            tables.sql(
                "INSERT INTO public.user_role_assignments (user_id, role_id, is_active, expires_at) VALUES ($1, $2, true, $3)"
            ),
            [user, role, expires] as [any PostgresEncodable])
    }
}
