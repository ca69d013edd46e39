import PostgresClient
import RSSCore
import RSSModel

extension ReshapeRun {
    /// The statements that are left to run, in order, for a dry run; of those that are run many times, one.
    func preview(_ work: ReshapeWork, _ table: PartitionedTable) async throws -> [String] {
        let capture = try await capture(work)
        let drops =
            (work.spec.keepsSources
                ? [] : try await names(work.spec.sources.map(\.laterRelation)).map { "DROP TABLE \($0)" })
            + capture.drops
        if work.phase == .swapped || work.phase == .done { return drops }
        let tables = try await ReshapeTables(work, table, policy: policy, connection)
        var statements: [String] = []
        if work.phase == .prepare { statements += capture.makes + tables.makes + capture.captures }
        if work.phase == .prepare || work.phase == .copy {
            let copy = RowCopy(
                connection: connection, lockPolicy: lockPolicy, sources: work.spec.sources.map(\.relation),
                destination: router(work), columns: work.spec.columns,
                pace: manner.pace, progress: .silent)
            let checkpoint = try await RowCopy.begin(copy.sources, connection)
            for (source, blocks) in zip(copy.sources, checkpoint.blocks) {
                statements.append(try await copy.statement(source, from: 0, to: blocks))
            }
        }
        if work.phase != .catchUp {
            for target in tables.targets { statements += try await tables.indexes(target) }
            let foreign = try await foreignKeys(work, table.oid)
            let oids = Set(work.spec.sources.map(\.oid))
            let rows = table.partitions.filter { oids.contains($0.oid) }.compactMap(\.estimatedRows).reduce(0, +)
            if Int64(rows) * Int64(foreign.keys.count) > manner.readableUnderLock {
                statements += foreign.keys.flatMap(\.guards)
                for target in tables.targets {
                    for key in foreign.keys {
                        statements += [
                            "ALTER TABLE \(target.aside) ADD CONSTRAINT \(key.name) \(key.definition) NOT VALID",
                            "ALTER TABLE \(target.aside) VALIDATE CONSTRAINT \(key.name)",
                        ]
                    }
                }
            }
            statements += tables.residueChecks + tables.targets.map { "ANALYZE \($0.aside)" }
        }
        statements.append("BEGIN")
        for name in try await names([work.table] + work.spec.sources.map(\.relation)) {
            statements.append("LOCK TABLE ONLY \(name) IN ACCESS EXCLUSIVE MODE")
        }
        statements += capture.releases + (try await tables.detaches())
        statements += try await tables.attaches(withResidue: true)
        return statements + ["COMMIT"] + drops
    }

    private func names(_ relations: [RelationName]) async throws -> [String] {
        var names: [String] = []
        for relation in relations { names.append(try await connection.quote(relation)) }
        return names
    }
}
