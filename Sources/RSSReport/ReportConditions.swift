import Foundation
import PostgresClient

/// A statement in the making: its text refers to the values by number, and they are sent apart from it.
struct ReportStatement {
    private(set) var parameters: [any PostgresEncodable] = []

    /// Adds a value, and returns how the text refers to it.
    mutating func bind(_ value: some PostgresEncodable, _ type: String) -> String {
        parameters.append(value)
        return "$\(parameters.count)::\(type)"
    }
}

/// What is searched for.
struct ReportSearch: Sendable, Equatable {
    /// The words, as they are.
    let words: String
    /// The organizations in whose names they are; all their reports match.
    let organizations: [UUID]

    /// The words as a pattern of LIKE that matches them anywhere, `%`, `_` and `\` literally.
    static func pattern(_ words: String) -> String {
        var pattern = "%"
        for scalar in words.unicodeScalars {
            if scalar == "\\" || scalar == "%" || scalar == "_" { pattern += "\\" }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern + "%"
    }
}

/// A filter whose names have been looked up.
struct ReportConditions: Sendable, Equatable {
    var organization: UUID?
    var office: UUID?
    var technician: UUID?
    var status: String?
    var visitType: String?
    var priority: String?
    var from: CalendarDate?
    var to: CalendarDate?
    /// Nil where nothing is searched for, or where the organization asked for has the words in its name.
    var search: ReportSearch?

    /// Whether an index leads to the reports newest first.
    var isIndexed: Bool { organization != nil || office != nil || technician != nil }

    /// The conditions on `vr` but for the search. Only those that are present appear, so that the plan is made for them.
    func clauses(_ statement: inout ReportStatement, within window: ReportWindow) -> [String] {
        var clauses: [String] = []
        if let organization { clauses.append("vr.organization_id = \(statement.bind(organization, "uuid"))") }
        if let office { clauses.append("vr.office_id = \(statement.bind(office, "uuid"))") }
        if let technician { clauses.append("vr.technician_id = \(statement.bind(technician, "uuid"))") }
        if let status { clauses.append("vr.status = \(statement.bind(status, "text"))") }
        if let visitType { clauses.append("vr.visit_type = \(statement.bind(visitType, "text"))") }
        if let priority { clauses.append("vr.priority = \(statement.bind(priority, "text"))") }
        if let from { clauses.append("vr.visit_date >= \(statement.bind(from, "date"))") }
        if let to { clauses.append("vr.visit_date <= \(statement.bind(to, "date"))") }
        if let lower = window.lower { clauses.append("vr.visit_date >= \(statement.bind(lower, "date"))") }
        if let upper = window.upper { clauses.append("vr.visit_date < \(statement.bind(upper, "date"))") }
        return clauses
    }

    /// The kinds of search as conditions of which at most one holds for a report, so that each is served by an index of
    /// its own, hits can be counted without comparing them, and reading can stop anywhere. Empty where nothing is searched for.
    func branches(_ statement: inout ReportStatement) -> [String] {
        guard let search else { return [] }
        let pattern = statement.bind(ReportSearch.pattern(search.words), "text")
        let number = "vr.report_number ILIKE \(pattern)"
        let words = """
            to_tsvector('english', COALESCE(vr.visit_purpose, '') || ' ' || COALESCE(vr.summary_description, '')) \
            @@ plainto_tsquery('english', \(statement.bind(search.words, "text")))
            """
        guard !search.organizations.isEmpty else { return [number, "\(words) AND (\(number)) IS NOT TRUE"] }
        let ids = search.organizations.map { $0.uuidString.lowercased() }
        let organization = "vr.organization_id = ANY (\(statement.bind(ids, "text[]"))::uuid[])"
        return [
            organization, "\(number) AND (\(organization)) IS NOT TRUE",
            "\(words) AND (\(number)) IS NOT TRUE AND (\(organization)) IS NOT TRUE",
        ]
    }

    /// `SELECT … FROM …` for each branch of the search, or one without; the columns are of `vr` or of what is joined to it.
    func selects(
        _ columns: String, join: String? = nil, also: [String] = [], _ statement: inout ReportStatement,
        within window: ReportWindow = .all
    ) -> [String] {
        let clauses = clauses(&statement, within: window) + also
        let branches = branches(&statement)
        let from = "FROM public.visit_reports vr" + (join.map { " \($0)" } ?? "")
        return (branches.isEmpty ? [nil] : branches.map(Optional.some)).map { branch in
            let all = clauses + (branch.map { [$0] } ?? [])
            return "SELECT \(columns) \(from)" + (all.isEmpty ? "" : " WHERE \(all.joined(separator: " AND "))")
        }
    }

    /// As text, by which a filter is distinguished from others.
    func fingerprint(_ sort: ReportSort, _ words: String?) -> String {
        var texts: [String?] = [
            organization?.uuidString, office?.uuidString, technician?.uuidString, status, visitType, priority,
            from?.description, to?.description, words,
        ]
        if sort != .newest { texts.append("\(sort.key.rawValue) \(sort.direction)") }
        return ReportCursor.fingerprint(texts)
    }
}
