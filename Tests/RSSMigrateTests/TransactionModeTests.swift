import RSSCore
import RSSMigrate
import SQLScript
import TestSupport
import Testing

/// The tree of a statement.
func tree(_ sql: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> ParseNode {
    guard case .tree(let tree) = Parser.parse([sql])[0] else {
        Issue.record("\(sql): \(Parser.parse([sql])[0])", sourceLocation: sourceLocation)
        return .null
    }
    return tree
}

@Suite struct TransactionModeTests {
    @Test(arguments: [
        "CREATE DATABASE d", "DROP DATABASE d", "CREATE TABLESPACE s LOCATION '/x'", "DROP TABLESPACE s",
        "ALTER SYSTEM SET work_mem = '8MB'", "CREATE INDEX CONCURRENTLY i ON t (a)", "DROP INDEX CONCURRENTLY i",
        "REINDEX INDEX CONCURRENTLY i", "REINDEX (VERBOSE, CONCURRENTLY) TABLE t", "REINDEX SCHEMA s",
        "REINDEX DATABASE d", "VACUUM", "VACUUM FULL t", "VACUUM (ANALYZE) t", "CLUSTER", "DISCARD ALL",
        "ALTER DATABASE d SET TABLESPACE s", "ALTER TABLE p DETACH PARTITION c CONCURRENTLY",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "DROP SUBSCRIPTION s",
        "ALTER SUBSCRIPTION s REFRESH PUBLICATION", "ALTER SUBSCRIPTION s SET PUBLICATION p",
        "COMMIT PREPARED 'x'",
    ])
    func `what PostgreSQL refuses inside a transaction is known`(sql: String) throws {
        #expect(!TransactionMode.isAllowedInTransaction(try tree(sql)))
    }

    @Test(arguments: [
        "CREATE INDEX i ON t (a)", "DROP INDEX i", "REINDEX TABLE t", "REINDEX (CONCURRENTLY off) TABLE t",
        "ANALYZE t", "CLUSTER t USING i", "DISCARD TEMP", "ALTER DATABASE d CONNECTION LIMIT 5", "CREATE TABLE t ()",
        "ALTER TABLE p DETACH PARTITION c", "ALTER TABLE p DETACH PARTITION c FINALIZE", "DROP TABLE t",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = false)",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)",
        "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)", "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
        "ALTER TYPE e ADD VALUE 'x'", "COMMIT",
    ])
    func `what it accepts is known too`(sql: String) throws {
        #expect(TransactionMode.isAllowedInTransaction(try tree(sql)))
    }

    @Test func `statements that control transactions are distinguished`() throws {
        #expect(TransactionMode.isTransactionControl(try tree("SAVEPOINT s")))
        #expect(!TransactionMode.isTransactionControl(try tree("SELECT 1")))
    }
}
