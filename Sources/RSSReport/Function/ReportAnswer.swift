import Foundation

/// What the function returned.
struct ReportAnswer: Sendable {
    /// A report of the page; what is missing or of another kind is nil.
    struct Visit: Sendable, Decodable, Equatable {
        let id: String?
        let technicianName: String?
        let officeName: String?
        let counts: [Int64?]
        let texts: [String: String]
        let members: Set<String>

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            func value<T: Decodable>(_ name: String, _ type: T.Type = T.self) -> T? {
                // A value of another kind is as wrong as none.
                try? container.decodeIfPresent(type, forKey: Key(stringValue: name))
            }
            members = Set(container.allKeys.map(\.stringValue))
            id = value("id", String.self)?.lowercased()
            technicianName = value("technicianName")
            officeName = value("officeName")
            counts = ["hardwareCount", "recyclingCount", "fileCount"].map { value($0, Int64.self) }
            var texts: [String: String] = [:]
            for name in ["reportNumber", "visitDate", "visitType", "status", "priority", "organizationName"] {
                texts[name] = value(name, String.self)
            }
            self.texts = texts
        }
    }

    /// The members that the backend's cache and pages read.
    static let members: Set<String> = [
        "id", "reportNumber", "visitDate", "visitType", "status", "priority", "completionPercentage",
        "organizationName", "officeName", "technicianName", "hardwareCount", "recyclingCount", "fileCount",
        "createdAt", "updatedAt",
    ]

    /// How many rows came; the backend reads the first.
    let rows: Int
    /// `total_count`.
    let total: Int64?
    /// `visit_data`.
    let visits: [Visit]

    /// The ids of the page, in its order.
    var ids: [String] { visits.map { $0.id ?? "" } }

    /// Reads the columns of the first row.
    ///
    /// - Throws: `DecodingError` where `visit_data` is not a list of objects.
    init(rows: Int, total: Int64?, data: String?) throws {
        self.rows = rows
        self.total = total
        visits = try data.map { try JSONDecoder().decode([Visit].self, from: Data($0.utf8)) } ?? []
    }
}

/// How a call ended.
enum ReportReply: Sendable {
    /// With an answer, and what rssctl's own engine finds in the same snapshot.
    case answer(ReportAnswer, expected: ReportPage, took: Duration, own: Duration)
    /// With an error that is the function's.
    case failed(String)
    /// Not within the time allowed; rssctl's own engine took this long.
    case timedOut(own: Duration)
    /// It could not be made: a right, or a lock.
    case unseen(reason: String, hint: String?)
}
