/// The order of visit reports. Reports that are equal in it are ordered by visit date, time of creation and id, in the
/// same direction; those without a value come last.
package struct ReportSort: Sendable, Hashable {
    /// What reports are ordered by.
    package enum Key: String, Sendable, CaseIterable {
        case visit, created, updated, number, status, priority, completion, organization, office, technician
    }

    package var key: Key
    package var isDescending: Bool

    /// By visit date, the newest first.
    package static let newest = ReportSort(key: .visit, isDescending: true)

    /// Makes an order.
    package init(key: Key, isDescending: Bool) {
        self.key = key
        self.isDescending = isDescending
    }

    /// Reads `updated`, `number:desc`: times run backwards by default, everything else forwards. Nil for another text.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let key = parts.first.flatMap({ Key(rawValue: String($0)) }) else { return nil }
        switch parts.dropFirst().first {
        case nil: self.init(key: key, isDescending: [.visit, .created, .updated].contains(key))
        case "asc": self.init(key: key, isDescending: false)
        case "desc": self.init(key: key, isDescending: true)
        default: return nil
        }
    }

    var direction: String { isDescending ? "DESC" : "ASC" }

    /// The value that reports are ordered by before their visit date, with its type; nil where there is none.
    var value: (expression: String, type: String)? {
        switch key {
        case .visit: nil
        case .created: ("vr.created_at", "timestamptz")
        case .updated: ("vr.updated_at", "timestamptz")
        case .number: ("vr.report_number::text", "text")
        case .status: ("vr.status::text", "text")
        // medium and normal share a rank, as in the seed one replaced the other.
        case .priority:
            (
                "array_position(ARRAY['low','medium','high','urgent','critical'], CASE vr.priority WHEN 'normal' THEN 'medium' ELSE vr.priority::text END)",
                "integer"
            )
        case .completion: ("vr.completion_percentage::numeric", "numeric")
        case .organization: ("o.name::text", "text")
        case .office: ("f.name::text", "text")
        case .technician: ("nullif(concat_ws(' ', u.first_name, u.last_name), '')", "text")
        }
    }

    /// The table that the value is read from, joined to `vr`; nil where it is of the report itself.
    var join: String? {
        switch key {
        case .organization: "LEFT JOIN public.organizations o ON o.id = vr.organization_id"
        case .office: "LEFT JOIN public.offices f ON f.id = vr.office_id"
        case .technician: "LEFT JOIN public.users u ON u.id = vr.technician_id"
        default: nil
        }
    }
}
