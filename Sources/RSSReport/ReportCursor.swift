import Foundation
import PostgresClient
import RSSCore

/// Where a page ended: the sort key of its last report, and the filter that it was a page of.
package struct ReportCursor: Sendable, Equatable {
    /// As PostgreSQL writes it: a day, `infinity`.
    let visitDate: String
    let createdAt: String
    let id: UUID
    /// What distinguishes the filter from others; see ``fingerprint(_:)``.
    let filter: String
    /// The value of the order, where there is one besides the visit date.
    let value: SortValue

    /// What a report is ordered by before its visit date.
    enum SortValue: Sendable, Equatable {
        /// Nothing: by visit date.
        case none
        /// Its value is NULL.
        case null
        case text(String)
    }

    /// `2026-11-24~2026-11-24 01:59:50.123456+00~…~3f1c92d0`, in URL-safe Base64; after another tilde the value of the order.
    package var text: String {
        let tail =
            switch value {
            case .none: ""
            case .null: "~"
            case .text(let text): "~=\(text)"
            }
        return Data("\(visitDate)~\(createdAt)~\(id.uuidString.lowercased())~\(filter)\(tail)".utf8)
            .base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    init(visitDate: String, createdAt: String, id: UUID, filter: String, value: SortValue = .none) {
        self.visitDate = visitDate
        self.createdAt = createdAt
        self.id = id
        self.filter = filter
        self.value = value
    }

    /// Reads a cursor; nil for a text that is none.
    package init?(_ text: String) {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        while !base64.count.isMultiple(of: 4) { base64 += "=" }
        guard let data = Data(base64Encoded: base64), let plain = String(data: data, encoding: .utf8) else {
            return nil
        }
        let parts = plain.split(separator: "~", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard (4...5).contains(parts.count), Self.isDay(parts[0]), let id = UUID(uuidString: parts[2]),
            Self.isTimestamp(parts[1]), parts[3].utf8.count == 8,
            parts[3].utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        var value = SortValue.none
        if parts.count == 5 {
            guard parts[4].isEmpty || parts[4].hasPrefix("=") else { return nil }
            value = parts[4].isEmpty ? .null : .text(String(parts[4].dropFirst()))
        }
        self.init(visitDate: parts[0], createdAt: parts[1], id: id, filter: parts[3], value: value)
    }

    private static func isDay(_ text: String) -> Bool {
        ["infinity", "-infinity"].contains(text) || CalendarDate(text) != nil
    }

    /// Whether a text is a timestamp as PostgreSQL writes one in UTC, and reads it.
    private static func isTimestamp(_ text: String) -> Bool {
        if ["infinity", "-infinity"].contains(text) { return true }
        let form =
            /(\d{4,6}-\d\d-\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?\+00( BC)?/
        guard let match = text.wholeMatch(of: form) else { return false }
        // Beyond these years it has no timestamps.
        let day = CalendarDate(match.output.1 + (match.output.4 ?? ""))
        return day.map { (-4712...294_276).contains($0.parts.year) } ?? false
    }

    /// Eight digits that distinguish the conditions of a filter from others; page, limit and count do not matter.
    static func fingerprint(_ conditions: [String?]) -> String {
        // The length before each keeps ("ab", "c") from ("a", "bc").
        let text = conditions.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
        return String(Digest.sha256.hex(text.utf8).prefix(8))
    }
}
