import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Checks whether a policy can be applied, before it is stored.
struct PolicyCheck: Sendable {
    let connection: PostgresConnection

    /// Checks a policy against its table and the server.
    ///
    /// - Returns: notes that do not prevent it.
    /// - Throws: ``PolicyError``, ``PartitionError``, `PostgresError`.
    func check(_ policy: PartitionPolicy) async throws -> [String] {
        let table = try await PartitionCatalog(connection).table(policy.table)
        try policy.refuseMisfit(table)
        try await checkInterval(policy, table)
        try Self.checkRetention(policy)
        guard (0...PartitionPolicy.mostQuarantineDays).contains(policy.quarantineDays) else {
            throw PolicyError.quarantine(policy.table.quoted, days: policy.quarantineDays)
        }
        try await checkZone(policy.timeZone)
        if let tablespace = policy.tablespace { try await checkTablespace(tablespace) }
        if let archive = policy.archive, !PartitionPolicy.isFolder(archive) { throw PolicyError.archive(archive) }
        try await checkStorage(policy.storageParameters, table)
        var notes: [String] = []
        let divided = table.partitions.filter(\.isPartitioned)
        if let partition = divided.first {
            notes.append(
                "\(partition.relation.quoted)\(divided.count > 1 ? " and \(divided.count - 1) others" : "") of its partitions are partitioned themselves: new partitions are not, and retention retires none of these."
            )
        }
        if let epoch = policy.epoch { notes += try await checkEpoch(epoch, table) }
        guard table.key.kind == .uuid else { return notes }
        let sample = try await UUIDSample(of: table, connection)
        guard sample.isVersion7 else {
            throw PolicyError.notVersion7(
                "\(table.relation.quoted).\(RelationName(name: table.key.column).quoted)", figures: sample.figures)
        }
        if sample.total == 0 {
            if let maker = try await otherMaker(table) {
                throw PolicyError.notVersion7(
                    "\(table.relation.quoted).\(RelationName(name: table.key.column).quoted)",
                    figures: "It is empty, and its default \(maker) makes UUIDs of another version.")
            }
            notes.append("\(table.relation.quoted) is empty: that its UUIDs are of version 7 is assumed.")
        }
        return notes
    }

    /// What a policy's retention will not retire, in sentences.
    ///
    /// - Throws: ``PartitionError``, `PostgresError`.
    func overdue(_ policy: PartitionPolicy) async throws -> [String] {
        guard let retention = policy.retention else { return [] }
        let table = try await PartitionCatalog(connection).table(policy.table)
        let cells = PartitionCells(policy: policy, key: table.key, connection: connection)
        let now = try await ServerClock(connection).now
        let cutoff = try await cells.cutoff(retention, now: try await cells.now(now, of: table))
        return try await OverdueSurvey(connection: connection).rows(table, policy, before: cutoff)
            .filter { !$0.isUncertain }.map { "\($0.sentence). To retire them: \($0.remedy)" }
    }

    /// The median of existing numbers must be a plausible time in the unit: seconds mistaken for milliseconds would
    /// put every row into 1970.
    private func checkEpoch(_ epoch: EpochUnit, _ table: PartitionedTable) async throws -> [String] {
        try await connection.refuseForeignCode(.reading, in: [table.relation.quoted])
        let column = try await connection.quoteIdentifier(table.key.column)
        for partition in table.partitions.reversed() where !partition.isForeign && !partition.isDetachPending {
            let name = try await connection.quote(partition.relation)
            let row = try await connection.query(
                "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY v)::bigint FROM (SELECT \(column) AS v FROM \(name) LIMIT 1000) AS sample"
            ).first
            guard let number = try row?.decode(Int64?.self, at: 0) else { continue }
            if Self.isBelievable(number, in: epoch) { return [] }
            throw PolicyError.epoch(
                "\(table.relation.quoted).\(RelationName(name: table.key.column).quoted)", number: number, unit: epoch,
                likely: EpochUnit.allCases.first { Self.isBelievable(number, in: $0) })
        }
        return ["\(table.relation.quoted) is empty: that its numbers are \(epoch) since 1970 is assumed."]
    }

    /// Whether a number is a time from 1990 to 2100: no two units agree on that.
    static func isBelievable(_ number: Int64, in epoch: EpochUnit) -> Bool {
        (631_152_000_000_000..<4_102_444_800_000_000).contains(epoch.instant(number))
    }

    /// The default of a key that makes UUIDs of another version than 7; nil for none.
    private func otherMaker(_ table: PartitionedTable) async throws -> String? {
        let text = try await connection.query(
            """
            SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
            JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE d.adrelid = $1::bigint::oid AND a.attname = $2
            """, [table.oid, table.key.column]
        ).first?.text(at: 0)
        let maker = /\b(gen_random_uuid|uuidv4|uuid_generate_v(1|1mc|3|4|5))\(/
        return text.flatMap { $0.firstMatch(of: maker) == nil ? nil : $0 }
    }

    private func checkInterval(_ policy: PartitionPolicy, _ table: PartitionedTable) async throws {
        guard (0...1000).contains(policy.premake) else {
            throw PolicyError.interval(policy.table.quoted, problem: "partitions ahead are 0 to 1000")
        }
        guard case .step(let step) = policy.interval else { return }
        let highest = try await connection.query(
            """
            SELECT CASE atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
                   ELSE 9223372036854775807 END::bigint
            FROM pg_attribute WHERE attrelid = $1::bigint::oid AND attname = $2
            """, [table.oid, table.key.column]
        ).first?.decode(Int64.self, at: 0)
        if let highest, step > highest {
            throw PolicyError.interval(
                policy.table.quoted, problem: "\(step) is more than \(table.key.column) can hold, \(highest)")
        }
    }

    /// Ten thousand years, in microseconds.
    private static let longestRetention = 10_000 * PartitionInterval.year.approximateLength

    /// A partition whose retention is shorter than itself would be retired as soon as the next one begins.
    static func checkRetention(_ policy: PartitionPolicy) throws {
        guard let retention = policy.retention else { return }
        let kept = retention.shortest
        if retention.unit.isTime, kept > Self.longestRetention {
            throw PolicyError.retention(
                policy.table.quoted, problem: "\(retention) is more than 10000 years; none keeps them indefinitely")
        }
        if kept < policy.interval.approximateLength {
            throw PolicyError.retention(
                policy.table.quoted, problem: "\(retention) is less than one partition holds, \(policy.interval)")
        }
    }

    /// A zone by its full name: the server would also accept `Berlin5` as a zone, one five hours west of Greenwich.
    func checkZone(_ zone: String) async throws {
        if zone == "UTC" { return }
        let names = try await connection.query("SELECT name FROM pg_timezone_names ORDER BY name").compactMap {
            $0.text(at: 0)
        }
        guard names.contains(zone) else {
            throw PolicyError.unknownZone(zone, nearest: EditDistance.closest(to: zone, among: names))
        }
    }

    private func checkTablespace(_ name: String) async throws {
        let row = try await connection.query(
            "SELECT has_tablespace_privilege(oid, 'CREATE') FROM pg_tablespace WHERE spcname = $1 AND spcname <> 'pg_global'",
            [name]
        ).first
        guard let row else { throw PolicyError.tablespace(name, problem: "the tablespace does not exist") }
        guard try row.decode(Bool.self, at: 0) else {
            throw PolicyError.tablespace(name, problem: "the role lacks the privilege CREATE on it")
        }
    }

    /// A parameter becomes part of statements: it must be a name and a plain value, and one that PostgreSQL takes.
    private func checkStorage(_ parameters: [String], _ table: PartitionedTable) async throws {
        for parameter in parameters {
            guard PartitionPolicy.isStorageParameter(parameter) else {
                throw PolicyError.storageParameter(parameter, problem: "It is not of the form name=value.")
            }
            do {
                try await connection.transaction {
                    try await connection.execute(
                        "CREATE TEMPORARY TABLE rssctl_probe (LIKE \(try await connection.quote(table.relation))) WITH (\(parameter))"
                    )
                    throw Undo()
                }
            } catch is Undo {
                continue
            } catch let error as PostgresError where error.code == .server {
                throw PolicyError.storageParameter(parameter, problem: error.message)
            }
        }
    }
}

/// Ends a transaction that was for trying only.
private struct Undo: Error {}

extension PartitionInterval {
    /// How long it is at least, in microseconds; for integer keys, numbers.
    var approximateLength: Int64 {
        switch self {
        case .hour: 3_600_000_000
        case .day: PartitionKey.day
        case .week: 7 * PartitionKey.day
        case .month: 28 * PartitionKey.day
        case .quarter: 90 * PartitionKey.day
        case .year: 365 * PartitionKey.day
        case .step(let step): step
        }
    }
}
