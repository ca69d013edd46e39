import Foundation
import PostgresClient
import RSSCore
import RSSModel

extension Conversion {
    /// What a conversion would do, or has still to do where one is in progress; changes nothing.
    ///
    /// - Throws: ``ConversionError``, `PostgresError`.
    package func plan(_ request: ConversionRequest, at date: Date) async throws -> ConversionPlan {
        let spec: ConversionSpec
        let table: PlainTable
        if let record = try await ConversionRecord.newest(of: request.table, connection), record.state == "active",
            record.phase == .convert, record.spec.answers(request),
            let found = try await catalog.table(request.table, column: request.column)
        {
            (spec, table) = (record.spec, found)
        } else {
            (spec, table) = try await ConversionPlanner(connection: connection).spec(request, at: date)
        }
        let statements = ConversionStatements(connection: connection, spec: spec, oid: table.oid)
        return try await catalog.reading {
            let (carried, changes, asked) = try await catalog.dependents(table.oid, spec)
            return ConversionPlan(
                table: spec.table, legacy: spec.relation(spec.legacy), registry: spec.registry.map(spec.relation),
                upper: spec.key.label(spec.upper), rows: table.rows, bytes: table.bytes,
                steps: try await preparation(spec, table, statements, at: date) + [
                    try await cutoverStep(spec, table, statements),
                    ConversionPlan.Step(
                        "analyze \(spec.table.quoted)", [RelationLock(spec.table, .shareUpdateExclusive)],
                        ["ANALYZE \(try await statements.table())"]),
                ], carried: carried, changes: changes, asked: asked)
        }
    }

    private func preparation(
        _ spec: ConversionSpec, _ table: PlainTable, _ statements: ConversionStatements, at date: Date
    ) async throws -> [ConversionPlan.Step] {
        let online = [RelationLock(spec.table, .shareUpdateExclusive)]
        var steps: [ConversionPlan.Step] = []
        if let registry = spec.registry {
            if try await catalog.oid(of: spec.relation(registry)) == nil {
                steps.append(
                    ConversionPlan.Step(
                        "create the key registry \(registry)", [RelationLock(spec.table, .shareRowExclusive)],
                        try await statements.registry(table)))
            }
        }
        for build in try await statements.indexes() {
            steps.append(
                ConversionPlan.Step(
                    "build index \(build.name ?? "")", online,
                    [
                        build.sql(
                            name: try await connection.quoteIdentifier(build.name ?? ""),
                            on: try await statements.table(), concurrently: true)
                    ]))
        }
        if let registry = spec.registry {
            steps.append(
                ConversionPlan.Step(
                    "fill the key registry", [RelationLock(spec.table, .rowShare)],
                    [
                        "INSERT INTO \(try await statements.quote(registry)) SELECT … FROM \(try await statements.table()) … LIMIT … FOR KEY SHARE ON CONFLICT DO NOTHING, again and again"
                    ]))
            for key in try await statements.incomingKeys() {
                steps.append(
                    ConversionPlan.Step(
                        "add \(key.name) of \(key.table.quoted) referencing \(registry)",
                        [
                            RelationLock(key.table, .shareRowExclusive),
                            RelationLock(spec.relation(registry), .shareRowExclusive),
                        ], [try await statements.add(key), try await statements.validate(key.draft, of: key.table)]))
            }
        }
        steps.append(
            ConversionPlan.Step(
                "validate the bounds of \(spec.table.quoted)", [RelationLock(spec.table, .accessExclusive)],
                [
                    try await statements.raiseBound(),
                    try await statements.validate(ConversionStatements.bound, of: spec.table),
                ]))
        steps.append(
            ConversionPlan.Step(
                "create the partitioned table under a draft name",
                try await catalog.referenced(by: table.oid).map { RelationLock($0, .shareRowExclusive) },
                try await statements.draft() + futurePartitions(spec, table, at: date)))
        return steps
    }

    private func futurePartitions(
        _ spec: ConversionSpec, _ table: PlainTable, at date: Date
    ) async throws -> [String] {
        var draft = PartitionedTable(
            oid: table.oid, schema: spec.schema, name: spec.draft, key: spec.key, partitions: [])
        let template = try await PartitionTemplate(draft, policy: spec.policy, connection: connection)
        var statements: [String] = []
        for partition in try await futurePartitions(&draft, spec, at: date) {
            let name = try await connection.quote(spec.relation(partition.name))
            statements += template.create(name) + [template.attach(name, partition.bound, key: spec.key)]
        }
        return statements
    }

    private func cutoverStep(
        _ spec: ConversionSpec, _ table: PlainTable, _ statements: ConversionStatements
    ) async throws -> ConversionPlan.Step {
        let locks = try await statements.cutoverLocks()
        var names: [String] = []
        for lock in locks { names.append(try await connection.quote(lock)) }
        var work = try await statements.cutover()
        if let registry = spec.registry, try await catalog.oid(of: spec.relation(registry)) == nil {
            // The registry's triggers are carried over as well, once they exist.
            let name = try await statements.table()
            for trigger in Self.registryTriggers(registry).reversed() {
                work.insert("DROP TRIGGER \(try await connection.quoteIdentifier(trigger)) ON \(name)", at: 0)
            }
            let triggers = try await statements.registry(table).filter {
                $0.contains("CREATE TRIGGER")
            }
            work += triggers.dropLast()
        }
        return ConversionPlan.Step(
            "cut over to the partitioned table", locks.map { RelationLock($0, .accessExclusive) },
            ["LOCK TABLE \(names.joined(separator: ", ")) IN ACCESS EXCLUSIVE MODE"] + work)
    }
}
