import PostgresClient
import RSSModel

/// What happened in a period: visits by month, status, office and technician, what was recorded, and the period before.
package struct ReportSummary: Sendable, Encodable, Equatable {
    /// The period, both days included.
    package struct Period: Sendable, Encodable, Equatable {
        package let from: CalendarDate
        package let to: CalendarDate

        /// The days before it, as many as it has.
        var before: Period {
            let length = to.daysSinceEpoch - from.daysSinceEpoch + 1
            return Period(from: from.adding(days: -length), to: from.adding(days: -1))
        }
    }

    /// Visits, and how far they are.
    package struct Visits: Sendable, Encodable, Equatable {
        package let visits: Int64
        /// Those with status completed, approved or archived.
        package let finished: Int64
        /// The mean of their completion in percent; nil without visits.
        package let completion: Double?
    }

    /// The visits of something.
    package struct Entry: Sendable, Encodable, Equatable {
        /// A month as `2026-10`, a status, or a name; nil for visits that have none.
        package let name: String?
        package let visits: Int64
        package let finished: Int64
    }

    /// The devices of a category or status.
    package struct Devices: Sendable, Encodable, Equatable {
        package let name: String
        package let devices: Int64
    }

    /// The recycling records of a status.
    package struct Recycling: Sendable, Encodable, Equatable {
        package let status: String
        package let records: Int64
        package let quantity: Int64
        package let weightKg: Double
    }

    /// The organization, office and technician that it is limited to.
    package let organization: String?
    package let office: String?
    package let technician: String?
    package let period: Period
    package let total: Visits
    /// The same of the period before.
    package let before: Visits
    package let beforePeriod: Period
    /// Every month of the period, also those without visits.
    package let months: [Entry]
    package let statuses: [Entry]
    /// Those with the most visits; none where the summary is limited to one.
    package let organizations: [Entry]
    package let offices: [Entry]
    package let technicians: [Entry]
    /// How many there are besides those listed.
    package let otherOrganizations: Int64
    package let otherOffices: Int64
    package let otherTechnicians: Int64
    package let hardware: [Devices]
    package let hardwareStatuses: [Devices]
    package let recycling: [Recycling]
    package let files: Int64

    /// How many of organizations, offices and technicians are listed.
    package static let most = 10

    /// The change against the period before in percent; nil without visits then.
    package var change: Double? {
        before.visits == 0 ? nil : Double(total.visits - before.visits) / Double(before.visits) * 100
    }

    package var devices: Int64 { hardware.reduce(0) { $0 + $1.devices } }
    package var recycledQuantity: Int64 { recycling.reduce(0) { $0 + $1.quantity } }
    package var recycledWeight: Double { recycling.reduce(0) { $0 + $1.weightKg } }
}
