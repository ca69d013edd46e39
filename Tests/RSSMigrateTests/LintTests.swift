import SQLScript
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct LintTests {
    @Test(arguments: LintCorpus.pairs)
    func `a fault is found by its rule, and its safe form is clean`(pair: LintPair) throws {
        let catalog = try LintCorpus.catalog()
        let bad = LintCorpus.lint(pair.bad, name: pair.name, in: catalog).findings
        #expect(bad.contains { $0.rule == pair.rule }, "found \(bad.map(\.rule))")
        let safe = LintCorpus.lint(pair.safe, name: pair.name, in: catalog).findings
        #expect(!safe.contains { $0.rule == pair.rule && $0.severity > .info }, "\(safe)")
        #expect(safe.allSatisfy { $0.severity == .info }, "\(safe)")
    }

    @Test func `each rule has its pair`() {
        let covered = Set(LintCorpus.pairs.map(\.rule))
        // Those between files, and those for servers that are older or newer than the corpus's, have tests of their own.
        #expect(
            LintRule.all.map(\.id).filter { !covered.contains($0) } == [
                "unknown-statement", "duplicate-version", "out-of-order", "changed-after-applied", "index-corruption",
            ])
        #expect(Set(LintRule.all.map(\.id)).count == LintRule.all.count)
        print("lint corpus: \(LintCorpus.pairs.count) pairs, \(LintRule.all.count) rules")
    }

    @Test(arguments: LintCorpus.pairs)
    func `a rewrite is SQL, and the rule accepts it`(pair: LintPair) throws {
        let catalog = try LintCorpus.catalog()
        for finding in LintCorpus.lint(pair.bad, name: pair.name, in: catalog).findings {
            guard let rewrite = finding.rewrite, !rewrite.contains("…") else { continue }
            // Each part that goes into a file of its own is linted as one.
            let parts = rewrite.split(separator: /(?m)^-- in (a file of its own|the next one).*$/).map(String.init)
            let files = parts.enumerated().map {
                LintFile(name: parts.count == 1 ? pair.name : "V\($0)__part.sql", bytes: Array($1.utf8))
            }
            for statement in files.flatMap(\.statements) {
                guard case .tree = statement.outcome else {
                    Issue.record("\(finding.rule): \(rewrite)\n\(statement.outcome)")
                    continue
                }
            }
            #expect(files.allSatisfy { $0.problem == nil }, "\(rewrite)")
            let again = Linter().lint(files, in: catalog).findings
            #expect(
                !again.contains { $0.rule == finding.rule && $0.severity > .info },
                "\(finding.rule): \(rewrite)\n\(again)")
        }
    }

    @Test func `what the script has made itself is locked for no other session`() throws {
        let sql = """
            CREATE TABLE x (id bigint PRIMARY KEY, a int, d date NOT NULL);
            CREATE INDEX x_a ON x (a);
            ALTER TABLE x ADD CONSTRAINT k CHECK (a > 0);
            ALTER TABLE x ALTER COLUMN a SET NOT NULL;
            ALTER TABLE x ADD COLUMN y uuid DEFAULT gen_random_uuid();
            UPDATE x SET a = 1;
            CREATE TABLE y (id bigint PRIMARY KEY, x_id bigint REFERENCES x (id));
            """
        for catalog in [try LintCorpus.catalog(), .unknown] {
            #expect(LintCorpus.lint(sql, in: catalog).findings.filter { $0.severity > .info }.isEmpty)
        }
    }

    @Test func `tables that are known to be small are not reported`() throws {
        let small = try LintCorpus.catalog(rows: 100)
        let findings = LintCorpus.lint("CREATE INDEX t_n ON t (n);\nALTER TABLE t ADD CHECK (a > 0);", in: small)
            .findings
        #expect(findings.map(\.severity) == [.info, .info])
    }

    @Test func `a validated CHECK makes SET NOT NULL free, also one of an earlier file`() throws {
        let files = [
            "ALTER TABLE t ADD CONSTRAINT k CHECK (a IS NOT NULL) NOT VALID;", "ALTER TABLE t VALIDATE CONSTRAINT k;",
            "ALTER TABLE t ALTER COLUMN a SET NOT NULL;",
        ].enumerated().map { LintFile(name: "V\($0)__x.sql", bytes: Array($1.utf8)) }
        for catalog in [try LintCorpus.catalog(), .unknown] {
            let findings = Linter().lint(files, in: catalog).findings
            // Without a database the table is not known, so neither is what holds for it.
            #expect(findings.filter { $0.severity > .info }.map(\.rule) == (catalog.isComplete ? [] : ["set-not-null"]))
        }
    }

    @Test func `a finding names file, line and column in characters`() throws {
        let sql = "-- é\nSELECT 'é';  CREATE TABLE x (\r\n  id bigint PRIMARY KEY, é timestamp\n);\nSELECT FROM FROM x;"
        let findings = LintCorpus.lint(sql, in: .unknown).findings
        #expect(
            findings.map { "\($0.rule) \($0.place)" } == [
                "timestamp-without-time-zone V0001__step.sql:3:26", "syntax-error V0001__step.sql:5:13",
            ])
    }

    @Test func `a key is rewritten with all that it says, and never as PostgreSQL would refuse it`() throws {
        let catalog = try LintCorpus.catalog()
        func rewrites(_ sql: String) -> [String?] {
            LintCorpus.lint(sql, in: catalog).findings.filter { $0.rule == "unique-constraint-builds-index" }
                .map(\.rewrite)
        }
        let key = "UNIQUE NULLS NOT DISTINCT (b) INCLUDE (c) DEFERRABLE INITIALLY DEFERRED"
        #expect(
            rewrites("ALTER TABLE t ADD CONSTRAINT k \(key);") == [
                """
                CREATE UNIQUE INDEX CONCURRENTLY k ON t (b) INCLUDE (c) NULLS NOT DISTINCT;
                ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX k DEFERRABLE INITIALLY DEFERRED;
                """
            ])
        // No constraint is made of an index of a partitioned table, and no unique index without the partition key.
        #expect(
            rewrites("ALTER TABLE p ADD CONSTRAINT k UNIQUE (id, d);") == [
                "CREATE UNIQUE INDEX CONCURRENTLY k ON p (id, d);"
            ])
        #expect(rewrites("ALTER TABLE p ADD CONSTRAINT k UNIQUE (id);") == [nil])
        #expect(rewrites("ALTER TABLE p ADD PRIMARY KEY (id, d);") == [nil])
    }

    @Test func `a foreign key of a new empty column checks nothing`() throws {
        let catalog = try LintCorpus.catalog()
        let sql = "ALTER TABLE t ADD COLUMN x bigint REFERENCES u (id);"
        #expect(LintCorpus.lint(sql, in: catalog).findings.map(\.severity) == [.info])
        let effect = Linter().lint([LintFile(name: "V1__x.sql", bytes: Array(sql.utf8))], in: catalog).effects[0][0]
        #expect(effect.scans.isEmpty && effect.duration == .instant)
        let both = "ALTER TABLE t ADD COLUMN x bigint REFERENCES u (id) UNIQUE;"
        #expect(LintCorpus.lint(both, in: catalog).findings.contains { $0.message.hasPrefix("UNIQUE of") })
    }

    @Test func `rules that need a database are blind without one`() throws {
        #expect(
            LintCorpus.lint("SELECT 1;", in: .unknown).blind == [
                "already-exists", "missing-object", "still-used", "extension-unavailable", "index-corruption",
                "large-change", "attach-without-check",
            ])
        #expect(LintCorpus.lint("SELECT 1;", in: try LintCorpus.catalog()).blind.isEmpty)
    }

    @Test func `a concurrent build on a server that loses rows is refused`() throws {
        var catalog = try LintCorpus.catalog()
        catalog.serverVersion = 140_002
        let findings = LintCorpus.lint("CREATE INDEX CONCURRENTLY t_n ON t (n);", in: catalog).findings
        #expect(findings.map(\.rule) == ["index-corruption"])
    }

    @Test func `a whole file can be allowed a rule, with a reason that is kept`() throws {
        let sql = "-- rssctl:allow-file drop-table the archive holds them\nDROP TABLE t;\nDROP TABLE u;"
        let result = LintCorpus.lint(sql, in: .unknown)
        #expect(result.findings.isEmpty)
        #expect(result.allowed.map(\.reason) == ["the archive holds them", "the archive holds them"])
    }

    @Test func `a file that reverts may drop what it reverts`() throws {
        let result = LintCorpus.lint(
            "DROP VIEW v;\nDROP TABLE t;", name: "V0001__x.down.sql", in: try LintCorpus.catalog())
        #expect(result.findings.isEmpty)
    }

    @Test func `a rewrite for a partitioned table is one that it supports`() throws {
        let sql = """
            ALTER TABLE p ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES t (id);
            ALTER TABLE p ADD CONSTRAINT q UNIQUE (id, d);
            CREATE TABLE p_sub PARTITION OF p FOR VALUES FROM ('2030-01-01') TO ('2031-01-01') PARTITION BY HASH (id);
            """
        let findings = LintCorpus.lint(sql, in: try LintCorpus.catalog()).findings
            .filter { $0.rule != "long-work-behind-lock" }
        #expect(
            findings.map(\.rule) == [
                "foreign-key-validated", "unique-constraint-builds-index", "create-partition-of",
            ])
        #expect(findings.map(\.rewrite) == [nil, "CREATE UNIQUE INDEX CONCURRENTLY q ON p (id, d);", nil])
    }
}
