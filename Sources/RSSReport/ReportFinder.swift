import Foundation
import PostgresClient
import RSSCore

/// The key of a report, and what it is ordered by.
struct ReportKey: Sendable, Equatable {
    let id: String
    let visitDate: String
    let createdAt: String
    let value: String?
}

/// Finds which reports a page holds, by indexes, without reading more of them than their keys.
struct ReportFinder {
    let connection: PostgresConnection
    let tables: ApplicationTables
    let conditions: ReportConditions
    let sort: ReportSort
    /// Is given each statement before it is run; for `--explain`.
    var trace: ((_ what: String, _ sql: String, _ parameters: [any PostgresEncodable]) async throws -> Void)?

    /// From how many hits on in one window they are read in their order and tested one by one, not collected and sorted.
    static let manyHits = 10_000

    /// The keys from a place on, and whether there are no more.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    func keys(after: ReportCursor?, offset: Int, limit: Int) async throws -> (keys: [ReportKey], isEnd: Bool) {
        if sort.value != nil {
            let keys = try await run("page", sorted(after: after, offset: offset, limit: limit))
            return (keys, keys.count < limit)
        }
        // A late page of a filter that an index serves: counting its way there is what the index does anyway.
        if offset > 0, conditions.search == nil, conditions.isIndexed {
            let keys = try await run("page", ordered(.all, after: after, offset: offset, limit: limit))
            return (keys, keys.count < limit)
        }
        return try await walked(after: after, offset: offset, limit: limit)
    }

    private func walked(
        after: ReportCursor?, offset: Int, limit: Int
    ) async throws -> (keys: [ReportKey], isEnd: Bool) {
        var walk = try await walk(after: after)
        var keys: [ReportKey] = []
        var offset = offset
        while keys.count < limit, let (window, rows) = walk.next() {
            if offset > 0 {
                let skipped = try await count(upTo: offset, after: after, within: window)
                if skipped <= offset {
                    offset -= skipped
                    walk.found(skipped, of: rows, wanted: offset + limit)
                    continue
                }
            }
            let wanted = limit - keys.count
            let statement =
                conditions.search == nil
                ? ordered(window, after: after, offset: offset, limit: wanted)
                : searched(window, after: after, offset: offset, limit: wanted)
            let found = try await run("page", statement)
            offset = 0
            keys += found
            walk.found(found.count, of: rows, wanted: limit - keys.count)
        }
        return (keys, keys.count < limit)
    }

    private func walk(after: ReportCursor?) async throws -> ReportWalk {
        let bounds = try await connection.query(
            SQLResource(PackageResources.report_partitions_sql).text, [tables.name("visit_reports")]
        ).map { try $0.decode(CalendarDate.self, Double.self) }
        let cursor = after.flatMap { CalendarDate($0.visitDate) }
        func later(_ left: CalendarDate?, _ right: CalendarDate?) -> CalendarDate? {
            [left, right].compactMap(\.self).max()
        }
        func earlier(_ left: CalendarDate?, _ right: CalendarDate?) -> CalendarDate? {
            [left, right].compactMap(\.self).min()
        }
        return ReportWalk(
            bounds: bounds.map { (lower: $0.0, rows: $0.1) }, isDescending: sort.isDescending,
            from: sort.isDescending ? conditions.from : later(conditions.from, cursor),
            to: sort.isDescending ? earlier(conditions.to, cursor) : conditions.to)
    }

    /// How many reports there are after a place in a window, counted up to one more than a number.
    private func count(upTo most: Int, after: ReportCursor?, within window: ReportWindow) async throws -> Int {
        var statement = ReportStatement()
        let selects = conditions.selects(
            "vr.id", also: place(after, &statement), &statement, within: window)
        let sql =
            "SELECT count(*) FROM (SELECT FROM (\(selects.joined(separator: " UNION ALL "))) hits LIMIT \(statement.bind(most + 1, "bigint"))) counted"
        try await trace?("skip", tables.sql(sql), statement.parameters)
        let rows = try await connection.query(tables.sql(sql), statement.parameters)
        return Int(try rows.first?.decode(Int64.self, at: 0) ?? 0)
    }

    private typealias Statement = (sql: String, parameters: [any PostgresEncodable])

    private static let key = "vr.id, vr.visit_date, vr.created_at"
    private var order: String {
        "visit_date \(sort.direction), created_at \(sort.direction), id \(sort.direction)"
    }

    /// The condition that a report comes after a place, in the order by visit date.
    private func place(_ after: ReportCursor?, _ statement: inout ReportStatement) -> [String] {
        guard let after else { return [] }
        let date = statement.bind(after.visitDate, "date")
        let (time, id) = (statement.bind(after.createdAt, "timestamptz"), statement.bind(after.id, "uuid"))
        let than = sort.isDescending ? "<" : ">"
        // The first condition is implied; partitions and indexes are narrowed by it.
        return [
            "vr.visit_date \(than)= \(date)",
            "(vr.visit_date, vr.created_at, vr.id) \(than) (\(date), \(time), \(id))",
        ]
    }

    /// Without a search: in the order of an index, or by sorting the window.
    private func ordered(_ window: ReportWindow, after: ReportCursor?, offset: Int, limit: Int) -> Statement {
        var statement = ReportStatement()
        let also = place(after, &statement)
        let selects = conditions.selects(Self.key, also: also, &statement, within: window)
        let rows = "LIMIT \(statement.bind(limit, "bigint")) OFFSET \(statement.bind(offset, "bigint"))"
        let source = selects.count == 1 ? selects[0] : "SELECT * FROM (\(selects.joined(separator: " UNION ALL "))) vr"
        let order = "vr.visit_date \(sort.direction), vr.created_at \(sort.direction), vr.id \(sort.direction)"
        return ("\(source) ORDER BY \(order) \(rows)", statement.parameters)
    }

    /// With a search: the hits of a window, collected by their indexes and sorted. If they are many, the window is read in
    /// order instead and each report tested: so neither a rare word nor a common one takes long.
    private func searched(_ window: ReportWindow, after: ReportCursor?, offset: Int, limit: Int) -> Statement {
        var statement = ReportStatement()
        let also = place(after, &statement)
        let clauses = conditions.clauses(&statement, within: window) + also
        let branches = conditions.branches(&statement)
        func select(_ condition: String) -> String {
            "SELECT \(Self.key) FROM public.visit_reports vr WHERE \((clauses + [condition]).joined(separator: " AND "))"
        }
        let page =
            "ORDER BY \(order) LIMIT \(statement.bind(limit, "bigint")) OFFSET \(statement.bind(offset, "bigint"))"
        let all = branches.map(select).joined(separator: " UNION ALL ")
        // Without an index that has the order, reading in order is sorting too.
        guard conditions.isIndexed else {
            return ("WITH hits AS MATERIALIZED (\(all)) SELECT * FROM hits \(page)", statement.parameters)
        }
        let most = statement.bind(Self.manyHits, "bigint")
        let any = branches.map { "(\($0))" }.joined(separator: " OR ")
        return (
            """
            WITH hits AS MATERIALIZED (SELECT * FROM (\(all)) hit LIMIT \(most) + 1),
            counted AS MATERIALIZED (SELECT count(*) AS hits FROM hits)
            (SELECT * FROM hits WHERE (SELECT hits FROM counted) <= \(most) \(page))
            UNION ALL
            (\(select("(SELECT hits FROM counted) > \(most) AND (\(any))")) \(page))
            """, statement.parameters
        )
    }

    /// By another value than the visit date.
    private func sorted(after: ReportCursor?, offset: Int, limit: Int) -> Statement {
        var statement = ReportStatement()
        let value = sort.value ?? ("NULL", "text")
        let selects = conditions.selects(
            "\(Self.key), \(value.expression) AS value", join: sort.join, &statement)
        var condition = ""
        if let after {
            let key =
                "(\(statement.bind(after.visitDate, "date")), \(statement.bind(after.createdAt, "timestamptz")), \(statement.bind(after.id, "uuid")))"
            let than = sort.isDescending ? "<" : ">"
            let tie = "(visit_date, created_at, id) \(than) \(key)"
            if case .text(let text) = after.value {
                let bound = statement.bind(text, value.type)
                condition =
                    "WHERE value \(than) \(bound) OR value IS NULL OR value = \(bound) AND \(tie)"
            } else {
                condition = "WHERE value IS NULL AND \(tie)"
            }
        }
        let sql = """
            SELECT * FROM (\(selects.joined(separator: " UNION ALL "))) vr \(condition)
            ORDER BY value \(sort.direction) NULLS LAST, \(order)
            LIMIT \(statement.bind(limit, "bigint")) OFFSET \(statement.bind(offset, "bigint"))
            """
        return (sql, statement.parameters)
    }

    private func run(_ what: String, _ statement: Statement) async throws -> [ReportKey] {
        let sql = tables.sql(statement.sql)
        try await trace?(what, sql, statement.parameters)
        return try await connection.query(sql, statement.parameters).map { row in
            ReportKey(
                id: try row.decode(String.self, at: 0), visitDate: try row.decode(String.self, at: 1),
                createdAt: try row.decode(String.self, at: 2), value: sort.value == nil ? nil : row.text(at: 3))
        }
    }
}
