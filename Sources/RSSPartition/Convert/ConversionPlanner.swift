import Foundation
import PostgresClient
import RSSCore
import SQLScript

/// Decides how a table is converted, or why it cannot be; changes nothing.
struct ConversionPlanner: Sendable {
    let connection: PostgresConnection

    private var catalog: ConversionCatalog { ConversionCatalog(connection: connection) }

    /// Checks the table and decides.
    ///
    /// - Throws: ``ConversionError``, `PostgresError`.
    func spec(_ request: ConversionRequest, at date: Date) async throws -> (ConversionSpec, PlainTable) {
        let name = request.table.quoted
        guard let table = try await catalog.table(request.table, column: request.column) else {
            throw ConversionError.noSuchTable(name)
        }
        if table.isPartitioned { throw ConversionError.alreadyPartitioned(name) }
        try await connection.refuseForeignCode(.copying, in: [name])
        guard let kind = table.keyKind else {
            throw ConversionError.unsuitableColumn(
                table: name, column: request.column,
                problem: table.keyType.map { "its type is \($0)" } ?? "the column does not exist")
        }
        try Self.refuseNeedlessUniques(request)
        let (policy, hadPolicy) = try await policy(request, table)
        let key = PartitionKey(column: request.column, kind: kind)
        let misfit = PartitionPolicy.misfit(policy.interval, policy.retention, policy.epoch, key)
        if let problem = misfit ?? (kind == .date && policy.interval == .hour ? "a date has no hours" : nil) {
            throw ConversionError.unsuitableRequest(
                table: name, problem: problem,
                hint: kind.isTime
                    ? "Give an interval of time: --interval month"
                    : "Give a number, as in --interval 1000000; or --epoch s, ms or us.")
        }
        let names = try await PartitionCatalog(connection).takenNames(in: request.table.schema ?? "public")
        let keys = try await catalog.keysWithout(request.column, of: table.oid)
        let registry = request.globalUnique.isEmpty ? nil : Self.registryName(of: request.table.name)
        var spec = ConversionSpec(
            policy: policy, hadPolicy: hadPolicy, kind: kind, wasNullable: !table.isKeyNotNull,
            globalUnique: request.globalUnique, until: request.until, registry: registry,
            isShipped: try await isShipped(request, registry, table),
            legacy: PartitionPlanner.freeName(request.table.name, "legacy", taken: names),
            draft: ConversionSpec.fit("\(request.table.name)_rssctl_draft"), upper: 0, replaced: keys,
            highest: table.keyType == "smallint" ? 32_767 : table.keyType == "integer" ? 2_147_483_647 : nil)
        let refusals = try await catalog.refusals(table.oid, spec)
        if !refusals.isEmpty { throw ConversionError.refused(table: name, reasons: refusals) }
        let wanted = [spec.draft] + (registry.map { [$0] } ?? []) + spec.indexesToBuild.map(\.name)
        if let taken = wanted.first(where: names.contains) {
            throw ConversionError.nameTaken(spec.relation(taken).quoted)
        }
        try await refuseRowsWithoutKey(request, table)
        if kind == .uuid { try await refuseOtherUUIDs(request) }
        spec.upper = try await upper(request, spec, at: date)
        return (spec, table)
    }

    /// What contains the partition key is unique over all partitions by itself: a registry of it would have a column twice.
    private static func refuseNeedlessUniques(_ request: ConversionRequest) throws {
        let (table, named) = (request.table.quoted, request.globalUnique)
        if named.contains(request.column) {
            let others = named.filter { $0 != request.column }
            throw ConversionError.unsuitableRequest(
                table: table, problem: "\(request.column), which it is partitioned by, needs no registry to be unique",
                hint: others.isEmpty
                    ? "Leave --global-unique out."
                    : "Leave --global-unique out, or name only the columns that are unique without it: --global-unique \(others.joined(separator: ","))"
            )
        }
        if Set(named).count < named.count {
            throw ConversionError.unsuitableRequest(
                table: table, problem: "--global-unique names a column twice", hint: "Name each column once.")
        }
    }

    /// `visit_report_keys` for `visit_reports`; short enough for what is named after it.
    static func registryName(of table: String) -> String {
        var base = table.hasSuffix("s") ? String(table.dropLast()) : table
        while base.utf8.count > 43 { base.removeLast() }
        return base + "_keys"
    }

    private func policy(_ request: ConversionRequest, _ table: PlainTable) async throws -> (PartitionPolicy, Bool) {
        if var kept = try await PolicyStore(connection).policy(of: request.table) {
            kept.column = request.column
            kept.interval = request.interval
            kept.epoch = request.epoch
            return (kept, true)
        }
        return (
            PartitionPolicy(
                table: request.table, column: request.column, interval: request.interval, timeZone: request.timeZone,
                premake: request.premake, tablespace: table.tablespace, storageParameters: table.storageParameters,
                epoch: request.epoch),
            false
        )
    }

    /// Whether the registry is to be exactly the one of the shipped schema.
    private func isShipped(
        _ request: ConversionRequest, _ registry: String?, _ table: PlainTable
    ) async throws -> Bool {
        guard request.table.name == "visit_reports", request.column == "visit_date",
            request.globalUnique == ["id", "report_number"]
        else { return false }
        return try await connection.query(
            """
            SELECT array_agg(format_type(atttypid, atttypmod) || attnotnull ORDER BY attname)
                   = '{uuidtrue,character varying(50)true,datetrue}' FROM pg_attribute
            WHERE attrelid = $1::bigint::oid AND attname IN ('id', 'report_number', 'visit_date')
            """, [table.oid]
        ).first?.decode(Bool?.self, at: 0) == true
    }

    private func refuseRowsWithoutKey(_ request: ConversionRequest, _ table: PlainTable) async throws {
        if table.isKeyNotNull { return }
        let (name, column) = try await quoted(request)
        let rows = try await connection.query("SELECT count(*) FROM \(name) WHERE \(column) IS NULL").first?
            .decode(Int64.self, at: 0)
        if let rows, rows > 0 {
            throw ConversionError.rowsWithoutKey(table: request.table.quoted, column: request.column, rows: rows)
        }
    }

    private func refuseOtherUUIDs(_ request: ConversionRequest) async throws {
        let (name, column) = try await quoted(request)
        let others = try await connection.query(
            "SELECT \(column)::text FROM \(name) WHERE substr(\(column)::text, 15, 1) <> '7' LIMIT 1"
        ).first?.decode(String.self, at: 0)
        if let others {
            throw ConversionError.unsuitableColumn(
                table: request.table.quoted, column: request.column, problem: "\(others) is not a UUIDv7")
        }
    }

    private func quoted(_ request: ConversionRequest) async throws -> (table: String, column: String) {
        (try await connection.quote(request.table), try await connection.quoteIdentifier(request.column))
    }

    /// How far ahead of now a row may be without being considered a mistake.
    private static func cellsAhead(_ interval: PartitionInterval) -> Int {
        switch interval {
        case .hour: 31 * 24
        case .day: 2 * 366
        case .week: 2 * 53
        case .month: 24
        case .quarter: 8
        case .year: 5
        case .step: 1000
        }
    }

    /// Where the first partition ends: a whole cell after the last row and after now, so that rows written during the
    /// conversion still belong to it.
    private func upper(_ request: ConversionRequest, _ spec: ConversionSpec, at date: Date) async throws -> Int64 {
        let (name, column) = try await quoted(request)
        let cells = PartitionCells(policy: spec.policy, key: spec.key, connection: connection)
        let plain = PartitionedTable(oid: 0, schema: spec.schema, name: spec.table.name, key: spec.key, partitions: [])
        let now = try await cells.now(date, of: plain)
        let highest = try await highest(spec, name, column)
        if let until = request.until {
            let end = try await point(of: until, spec)
            if end == .max, spec.kind != .integer {
                throw ConversionError.unsuitableRequest(
                    table: request.table.quoted, problem: "--until \(until) leaves no room for partitions after it",
                    hint: "Write it as PostgreSQL does: 2027-01-01")
            }
            guard end > max(highest ?? .min, now) else {
                throw ConversionError.unsuitableRequest(
                    table: request.table.quoted,
                    problem:
                        "--until \(until) is not after now and the last row, which is at \(spec.key.label(highest ?? now))",
                    hint: "Give a later one.")
            }
            try refuseBeyond(end, spec)
            return end
        }
        let limit = try await cells.span(around: now, ahead: Self.cellsAhead(spec.policy.interval)).end
        if let highest, highest >= limit {
            let rows = try await connection.query(
                "SELECT \(column)::text FROM \(name) WHERE \(column) >= $1::text::\(spec.kind.typeName) ORDER BY \(column) DESC LIMIT 5",
                [spec.key.text(limit)]
            ).map { try $0.decode(String.self, at: 0) }
            throw ConversionError.rowsFarAhead(
                table: request.table.quoted, limit: spec.key.label(limit), rows: rows)
        }
        let end = try await cells.span(around: max(highest ?? now, now), ahead: 1).end
        try refuseBeyond(end, spec)
        return end
    }

    /// After the former table there must be room for partitions.
    private func refuseBeyond(_ end: Int64, _ spec: ConversionSpec) throws {
        let last = spec.key.highest ?? .max
        guard spec.kind == .integer, end > last || end == .max else { return }
        throw ConversionError.unsuitableRequest(
            table: spec.table.quoted,
            problem:
                "the first partition would end at \(end), and \(spec.column) holds at most \(last)",
            hint:
                "Make the type of the column larger or the interval smaller, or give the end of the first partition with --until."
        )
    }

    private func highest(_ spec: ConversionSpec, _ table: String, _ column: String) async throws -> Int64? {
        // ORDER BY … LIMIT 1: there is no max(uuid).
        try await connection.query(
            """
            SELECT \(spec.kind.pointExpression("v")) FROM (
                SELECT \(column) AS v FROM \(table) WHERE \(column) IS NOT NULL ORDER BY \(column) DESC LIMIT 1) AS last
            """
        ).first?.decode(Int64.self, at: 0)
    }

    private func point(of text: String, _ spec: ConversionSpec) async throws -> Int64 {
        do {
            if let epoch = spec.policy.epoch, Int64(text) == nil {
                let instant = try await connection.query(
                    "SELECT \(PartitionKey.Kind.timestamptz.pointExpression("$1::text::timestamptz"))", [text]
                ).first?.decode(Int64.self, at: 0)
                return epoch.number(instant ?? 0)
            }
            return try await connection.query(
                "SELECT \(spec.kind.pointExpression("$1::text::\(spec.kind.typeName)"))", [text]
            ).first?.decode(Int64.self, at: 0) ?? 0
        } catch let error as PostgresError where error.sqlState?.conditionClass == "22" {
            throw ConversionError.unsuitableRequest(
                table: spec.table.quoted, problem: "--until \(text) is not a valid \(spec.kind.typeName)",
                hint: "Write it as PostgreSQL does: 2027-01-01")
        }
    }
}

extension PartitionKey.Kind {
    /// The type of values that are compared with the column's.
    var typeName: String { self == .integer ? "bigint" : rawValue }

    /// Whether a value of time is finite, and in the 64 bits of microseconds that end in January 294247.
    func isOnAxis(_ value: String) -> String {
        "isfinite(\(value)) AND (\(value)) < \(rawValue) '294247-01-01\(self == .timestamptz ? " 00:00+00" : "")'"
    }

    /// What a value beyond the axis counts as: its begin or its end.
    private func beyond(_ value: String) -> String {
        "WHEN (\(value)) = '-infinity' THEN -9223372036854775808 ELSE 9223372036854775807"
    }

    /// A value as a point of the axis; what lies beyond it, as `infinity` and `-infinity` do, is its end or its begin.
    func pointExpression(_ value: String) -> String {
        switch self {
        case .integer: "(\(value))::bigint"
        case .date:
            "CASE WHEN \(isOnAxis(value)) THEN ((\(value)) - date '1970-01-01')::bigint * 86400000000 \(beyond(value)) END"
        case .timestamp, .timestamptz:
            "CASE WHEN \(isOnAxis(value)) THEN (extract(epoch FROM \(value)) * 1000000)::bigint \(beyond(value)) END"
        case .uuid: "('x' || left(replace((\(value))::text, '-', ''), 12))::bit(48)::bigint * 1000"
        }
    }
}
