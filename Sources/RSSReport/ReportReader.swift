import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Reads visit reports.
package struct ReportReader: Sendable {
    let connection: PostgresConnection

    /// Makes a reader on a session.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// The page that a filter asks for; total and page come from one snapshot.
    ///
    /// - Parameter explains: whether the page says how it was found; each statement is run twice then.
    /// - Throws: ``ReportError``, `PostgresError`, `CancellationError`.
    package func page(_ filter: ReportFilter, explains: Bool = false) async throws -> ReportPage {
        try await snapshot { tables in
            let (finder, fingerprint) = try await finder(filter, tables)
            guard explains else { return try await page(filter, finder, fingerprint) }
            let explanation = Explanation()
            var explained = finder
            explained.trace = { what, sql, parameters in
                try await explanation.add(what, sql, parameters, connection)
            }
            var page = try await page(filter, explained, fingerprint)
            page.explanation = explanation.lines
            return page
        }
    }

    /// The page that a filter asks for, in a transaction that is open.
    func page(_ filter: ReportFilter, in tables: ApplicationTables) async throws -> ReportPage {
        let (finder, fingerprint) = try await finder(filter, tables)
        return try await page(filter, finder, fingerprint)
    }

    /// All reports of a filter, some at a time, from one snapshot; page and count of the filter do not matter.
    ///
    /// - Parameters:
    ///   - limit: stop after that many.
    ///   - body: takes the reports in their order.
    /// - Throws: ``ReportError``, `PostgresError`, `CancellationError`, what the body throws.
    package func all(
        _ filter: ReportFilter, limit: Int = .max, _ body: ([VisitReport]) async throws -> Void
    ) async throws {
        try await snapshot { tables in
            var (finder, fingerprint) = try await finder(filter, tables)
            finder.trace = nil
            var after = filter.after
            var left = limit
            // Another order than that of the indexes is sorted for each piece again.
            let piece = filter.sort.value == nil ? 2000 : 20_000
            while left > 0 {
                let found = try await finder.keys(after: after, offset: 0, limit: min(piece, left))
                let visits = try await details(found.keys, finder, fingerprint)
                try await body(visits)
                left -= found.keys.count
                guard !found.isEnd, let last = found.keys.last else { return }
                after = try Self.cursor(last, fingerprint, finder.sort)
            }
        }
    }

    /// Runs the body on one snapshot, with the application's tables, which no other role's code is behind.
    func snapshot<T>(_ body: (ApplicationTables) async throws -> T) async throws -> T {
        try await connection.transaction(isolation: .repeatableRead, readOnly: true) {
            // Compiling a statement over dozens of partitions takes longer than running it.
            try await connection.execute("SET LOCAL jit = off")
            let tables = try await ApplicationTables(connection)
            try await connection.refuseForeignCode(.reading, in: tables)
            return try await body(tables)
        }
    }

    private func finder(
        _ filter: ReportFilter, _ tables: ApplicationTables
    ) async throws -> (ReportFinder, fingerprint: String) {
        let conditions = try await conditions(filter, tables)
        let fingerprint = conditions.fingerprint(filter.sort, filter.search)
        if let after = filter.after {
            guard after.filter == fingerprint, (after.value == .none) == (filter.sort.value == nil) else {
                throw ReportError.foreignCursor
            }
        }
        let finder = ReportFinder(
            connection: connection, tables: tables, conditions: conditions, sort: filter.sort)
        return (finder, fingerprint)
    }

    private func page(
        _ filter: ReportFilter, _ finder: ReportFinder, _ fingerprint: String
    ) async throws -> ReportPage {
        let offset = filter.after == nil ? (filter.page - 1) * filter.limit : 0
        // One more than the page, to know whether there is a next one.
        let found = try await finder.keys(after: filter.after, offset: offset, limit: filter.limit + 1)
        let visits = try await details(Array(found.keys.prefix(filter.limit)), finder, fingerprint)
        // A page past the end shows nothing, and says nothing of the total.
        let shown = found.keys.isEmpty ? 0 : Int64(offset + found.keys.count)
        // Who has seen the last report knows the total.
        let known = found.isEnd && filter.after == nil && (offset == 0 || !found.keys.isEmpty) ? shown : nil
        let total = try await total(filter.count, finder, known: known, atLeast: shown)
        return ReportPage(
            visits: visits, totalCount: total.count, totalIsExact: total.isExact,
            next: found.keys.count > filter.limit ? visits.last?.cursor : nil, totalIsEstimate: total.isEstimate)
    }

    private typealias Total = (count: Int64?, isExact: Bool, isEstimate: Bool)

    private func total(
        _ mode: ReportFilter.CountMode, _ finder: ReportFinder, known: Int64?, atLeast: Int64
    ) async throws -> Total {
        switch mode {
        case .none: return (nil, false, false)
        case .exact: return (try await known.value(or: finder.total), true, false)
        case .capped(let cap):
            let counted = try await known.value { try await finder.total(upTo: cap) }
            return counted <= Int64(cap) ? (counted, true, false) : (max(Int64(cap), atLeast - 1), false, false)
        case .estimate:
            if let known { return (known, true, false) }
            return (max(try await finder.estimatedTotal(), atLeast), false, true)
        }
    }

    private func details(
        _ keys: [ReportKey], _ finder: ReportFinder, _ fingerprint: String
    ) async throws -> [VisitReport] {
        guard !keys.isEmpty else { return [] }
        // By the date, not by the text, and without a calendar: infinity is one of them.
        let sql = finder.tables.sql(PackageResources.report_details_sql)
        let (first, last) = Self.span(keys.map(\.visitDate))
        let rows = try await connection.query(
            sql, [keys.map(\.id), keys.map(\.visitDate), first, last] as [any PostgresEncodable])
        return try rows.map { row in
            let key = keys[Int(try row.decode(Int64.self, "position")) - 1]
            return try VisitReport(row, cursor: try Self.cursor(key, fingerprint, finder.sort))
        }
    }

    /// The earliest and the latest of dates as PostgreSQL writes them.
    static func span(_ texts: [String]) -> (String, String) {
        func rank(_ text: String) -> Int {
            text == "infinity" ? .max : text == "-infinity" ? .min : CalendarDate(text)?.daysSinceEpoch ?? .max
        }
        let first = texts.min { rank($0) < rank($1) }
        let last = texts.max { rank($0) < rank($1) }
        return (first ?? "-infinity", last ?? "infinity")
    }

    private static func cursor(_ key: ReportKey, _ fingerprint: String, _ sort: ReportSort) throws -> ReportCursor {
        guard let id = UUID(uuidString: key.id) else {
            throw PostgresError(.unexpectedResult, "the id of a visit report is not a uuid: \(key.id)")
        }
        let value: ReportCursor.SortValue = sort.value == nil ? .none : key.value.map { .text($0) } ?? .null
        return ReportCursor(
            visitDate: key.visitDate, createdAt: key.createdAt, id: id, filter: fingerprint, value: value)
    }

    /// Looks up what a filter names.
    func conditions(_ filter: ReportFilter, _ tables: ApplicationTables) async throws -> ReportConditions {
        let organization = try await resolve(.organization, filter.organization, tables)
        return ReportConditions(
            organization: organization,
            office: try await resolve(.office, filter.office, tables, of: organization),
            technician: try await resolve(.technician, filter.technician, tables),
            status: filter.status, visitType: filter.visitType, priority: filter.priority, from: filter.from,
            to: filter.to, search: try await search(filter.search, in: organization, tables))
    }

    /// What is searched for; nil where nothing is, or where the organization asked for has the words in its name.
    private func search(
        _ text: String?, in organization: UUID?, _ tables: ApplicationTables
    ) async throws -> ReportSearch? {
        guard let text else { return nil }
        // As btrim() does: blanks alone.
        let words = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        if words.isEmpty { return nil }
        let named = try await connection.query(
            tables.sql(
                "SELECT o.id FROM public.organizations o WHERE o.name ILIKE $1 AND ($2::uuid IS NULL OR o.id = $2)"),
            [ReportSearch.pattern(words), organization] as [any PostgresEncodable]
        ).map { try $0.decode(UUID.self, at: 0) }
        if organization != nil, !named.isEmpty { return nil }
        return ReportSearch(words: words, organizations: named)
    }
}

extension Int64? {
    /// The value, or what is found otherwise.
    fileprivate func value(or find: () async throws -> Int64) async rethrows -> Int64 {
        if let self { return self }
        return try await find()
    }
}

/// Collects how statements were run.
private final class Explanation {
    private(set) var lines: [String] = []

    func add(
        _ what: String, _ sql: String, _ parameters: [any PostgresEncodable], _ connection: PostgresConnection
    ) async throws {
        let rows = try await connection.query(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) \(sql)", parameters)
        guard let text = try rows.first?.decode(String.self, at: 0),
            let plan = try JSONDecoder().decode([ExplainedPlan].self, from: Data(text.utf8)).first
        else { return }
        lines.append("\(what.prefix(1).uppercased())\(what.dropFirst()): \(plan.words).")
    }
}
