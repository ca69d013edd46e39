import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSAnalyze
@testable import RSSCore

/// Indexes that are suggested help when they are built, and nothing remains of the search.
@Suite(
    .enabled("the extension hypopg is not installed for this server: apt-get install postgresql-15-hypopg") {
        try await IndexScenario.isPossible
    })
struct IndexAdvisorTests {
    @Test
    func `suggested indexes make their statements at least five times as fast, and none is suggested that exists`()
        async throws
    {
        try await IndexScenario.run { scenario in
            try await scenario.admin.executeScript(IndexScenario.tables)
            let statements = IndexScenario.planted
            try await scenario.record(statements + IndexScenario.healthy)
            let advice = try await scenario.advice()
            let lines = advice.suggestions.map { "\($0.fix) \($0.statements.map(\.queryID))" }.joined(separator: "\n")

            var identities: [String: String] = [:]
            for statement in statements { identities[try await scenario.identity(statement)] = statement }
            let helped = Set(advice.suggestions.flatMap(\.statements).map(\.queryID))
            let missed = identities.filter { !helped.contains($0.key) }.values.sorted()
            #expect(missed.count <= statements.count / 10, "\(missed.joined(separator: "\n"))\n\(lines)")
            for statement in IndexScenario.healthy {
                #expect(!helped.contains(try await scenario.identity(statement)), "\(statement)")
            }

            var before: [String: Double] = [:]
            for statement in statements { before[statement] = try await scenario.blocks(statement) }
            for suggestion in advice.suggestions { try await scenario.build(suggestion) }
            var slow: [String] = []
            for suggestion in advice.suggestions {
                let statement = try #require(suggestion.statements.first.flatMap { identities[$0.queryID] })
                let after = try await scenario.blocks(statement)
                if (before[statement] ?? 0) < 5 * after {
                    slow.append("\(suggestion.fix): \(before[statement] ?? 0) and \(after) blocks: \(statement)")
                }
            }
            #expect(
                !advice.suggestions.isEmpty && slow.count * 10 <= advice.suggestions.count,
                "\(slow.joined(separator: "\n"))")

            let again = try await scenario.advice()
            #expect(again.suggestions.map(\.fix) == [])
        }
    }

    @Test func `each suggestion has its command, its undo, its size and what it costs those who write`() async throws {
        try await IndexScenario.run { scenario in
            try await scenario.admin.executeScript(IndexScenario.tables)
            try await scenario.record([
                "SELECT * FROM orders WHERE customer_id = 17",
                "SELECT * FROM visits WHERE office_id = 7 AND visit_date BETWEEN '2025-03-03' AND '2025-03-12'",
            ])
            let advice = try await scenario.advice()
            let plain = try #require(advice.suggestions.first { $0.table == "public.orders" })
            #expect(plain.fix == "CREATE INDEX CONCURRENTLY orders_customer_id_idx ON public.orders (customer_id);")
            #expect(plain.remedy.undo == "DROP INDEX CONCURRENTLY public.orders_customer_id_idx;")
            #expect(plain.remedy.lock == "SHARE UPDATE EXCLUSIVE")
            #expect(plain.writeCost.insertsPerHour > 0 && plain.writeCost.indexes == 1)
            #expect(plain.statements.first?.isInGenericPlan == true)
            let statement = try #require(plain.statements.first)
            #expect(statement.costBefore >= 5 * statement.costAfter && statement.calls == 3)

            let partitioned = try #require(advice.suggestions.first { $0.table == "public.visits" })
            #expect(partitioned.fix.hasPrefix("rssctl partition index create 'CREATE INDEX visits_office_id"))
            #expect(partitioned.remedy.undo?.hasPrefix("rssctl partition index drop public.visits_office_id") == true)

            try await scenario.build(plain)
            let real = try await scenario.admin.query(
                "SELECT pg_relation_size('public.orders_customer_id_idx')"
            ).first?.decode(Int64.self, at: 0)
            #expect(try #require(real) <= plain.largestBytes)
        }
    }

    @Test func `values decide: a rare one is worth an index, a common one is not`() async throws {
        try await IndexScenario.run { scenario in
            try await scenario.admin.executeScript(IndexScenario.tables)
            try await scenario.record(["SELECT id, total FROM orders WHERE status = 'completed'"])
            #expect(try await scenario.advice().suggestions.map(\.fix) == [])
            try await scenario.record(["SELECT id, total FROM orders WHERE status = 'cancelled'"])
            #expect(try await scenario.advice().suggestions.map(\.keys) == [["status"]])
        }
    }

    @Test func `nothing is left behind, and statements are not run`() async throws {
        try await IndexScenario.run { scenario in
            try await scenario.admin.executeScript(IndexScenario.tables)
            try await scenario.record(IndexScenario.planted)
            func state() async throws -> [String] {
                try await scenario.admin.query(
                    """
                    SELECT c.oid::regclass::text FROM pg_class c WHERE c.oid >= 16384
                    UNION ALL
                    SELECT s.queryid || ' ' || s.calls FROM public.pg_stat_statements s
                    WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND s.query ~ '(orders|lines|customers|tickets|visits)'
                    ORDER BY 1
                    """
                ).map { try $0.decode(String.self, at: 0) }
            }
            let before = try await state()
            #expect(!(try await scenario.advice()).suggestions.isEmpty)
            #expect(try await state() == before)
            #expect(try await scenario.planner.query("SELECT * FROM public.hypopg()").isEmpty)
            #expect(try await scenario.planner.query("SELECT * FROM pg_prepared_statements").isEmpty)
            let counted = try await scenario.admin.query(
                """
                SELECT query FROM public.pg_stat_statements
                WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND (query LIKE '%rssctl.explain%' OR query LIKE 'EXPLAIN%')
                """
            ).map { try $0.decode(String.self, at: 0) }
            #expect(counted == [])
        }
    }

    @Test func `what cannot be explained is listed with its reason, and nothing waits for a lock`() async throws {
        try await IndexScenario.run { scenario in
            try await scenario.admin.executeScript(IndexScenario.tables)
            try await scenario.admin.executeScript("CREATE TABLE fresh (a int) WITH (autovacuum_enabled = off)")
            try await scenario.record([
                "SELECT * FROM orders WHERE customer_id = 17", "SELECT * FROM lines WHERE order_id = 5",
                "SELECT * FROM fresh WHERE a = 1",
            ])
            let holder = try await PostgresConnection.connect(scenario.options)
            try await holder.executeScript("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
            let advice = try await scenario.advice()
            await holder.close()
            #expect(advice.suggestions.map(\.table) == ["public.lines"])
            let reasons = Dictionary(
                advice.unexplained.map { ($0.text ?? "", $0.reason) }, uniquingKeysWith: { first, _ in first })
            #expect(
                reasons["SELECT * FROM orders WHERE customer_id = $1"] == "another session holds a lock on its tables")
            #expect(reasons["SELECT * FROM fresh WHERE a = $1"] == "public.fresh was never analyzed")
            let fresh = advice.unexplained.first { $0.reason.contains("fresh") }
            #expect(fresh?.hint?.contains("ANALYZE public.fresh;") == true)
            #expect(advice.unexplained.allSatisfy { $0.sharePercent >= 0 && $0.sharePercent <= 100 })
        }
    }

    @Test func `constants that pg_stat_statements numbered apart, and casts, are explained`() async throws {
        try await IndexScenario.run { scenario in
            try await scenario.admin.executeScript(IndexScenario.tables)
            try await scenario.record([
                "SELECT date_trunc('day', placed), count(*) FROM orders WHERE customer_id = 4 GROUP BY date_trunc('day', placed)",
                "SELECT * FROM orders WHERE placed > timestamptz '2100-01-01' - interval '20 minutes' AND customer_id = 4",
                "SELECT extract(year FROM placed) FROM orders WHERE customer_id = 4",
                "SELECT * FROM orders WHERE customer_id = 4 AND (NULL::text IS NULL OR status = NULL::text)",
                "WITH mine AS (SELECT * FROM orders WHERE customer_id = 4) SELECT count(*) FROM mine",
                "(SELECT id FROM orders WHERE customer_id = 4) UNION (SELECT id FROM lines WHERE order_id = 4)",
            ])
            let advice = try await scenario.advice()
            // Of a text in which one constant was replaced and its twin was not, or a word of the grammar was, nothing can be known.
            #expect(
                Set(advice.unexplained.map(\.reason)) == [
                    "column \"orders.placed\" must appear in the GROUP BY clause or be used in an aggregate function",
                    "could not determine data type of parameter $1",
                ])
            #expect(
                advice.suggestions.map(\.table) == ["public.lines", "public.orders"]
                    || advice.suggestions.map(\.table) == ["public.orders", "public.lines"])
        }
    }

    @Test func `statements of others never run their code with the session's rights`() async throws {
        try await TenantScenario.run { tenant in
            try await tenant.admin.executeScript(
                "CREATE EXTENSION hypopg SCHEMA public; CREATE EXTENSION pg_stat_statements SCHEMA public")
            try await tenant.tenant.executeScript(
                """
                CREATE TABLE app.bait (id int, note text);
                INSERT INTO app.bait SELECT g, 'n' || g FROM generate_series(1, 20000) g;
                CREATE TABLE app.trap (id int, note text);
                INSERT INTO app.trap SELECT g, 'n' || g FROM generate_series(1, 20000) g;
                CREATE INDEX ON app.trap ((id + app.f(1)));
                CREATE VIEW app.peek AS SELECT b.id FROM app.bait b WHERE b.id = app.f(3);
                CREATE FUNCTION app.eq(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
                    $$ BEGIN PERFORM app.alarm(); RETURN true; END $$;
                CREATE OPERATOR app.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = app.eq);
                CREATE DOMAIN app.checked AS int CHECK (app.f(VALUE) > 0);
                ANALYZE app.bait, app.trap;
                SELECT pg_sleep(0);
                """)
            let hostile = [
                "SELECT * FROM app.bait WHERE id = app.f(5)", "SELECT * FROM app.trap WHERE note = 'n5'",
                "SELECT * FROM app.peek WHERE id = 3", "SELECT * FROM app.bait WHERE id OPERATOR(app.===) 4",
                "SELECT * FROM app.bait WHERE id = '4'::app.checked",
                "SELECT * FROM app.bait WHERE id < 3 AND note = table_to_xml('app.peek'::regclass, true, true, '')::text",
            ]
            for statement in hostile + ["SELECT * FROM app.bait WHERE note = 'n7'"] {
                try await tenant.tenant.query(statement)
            }
            let planner = try await PostgresConnection.connect(tenant.options)
            let advice = try await IndexScenario.advice(tenant.admin, planner, path: "public")
            await planner.close()
            let reasons = advice.unexplained.map(\.reason)
            #expect(advice.suggestions.map(\.keys) == [["note"]], "\(reasons)")
            #expect(reasons.count { $0.contains("must not run with this session's rights") } >= 5, "\(reasons)")
            #expect(reasons.contains { $0.contains("may run SQL that its arguments name") }, "\(reasons)")
            let isSuper = try await tenant.admin.query(
                "SELECT rolsuper FROM pg_roles WHERE rolname = $1", [tenant.role])
            #expect(try isSuper.first?.decode(Bool.self, at: 0) == false)
        }
    }
}

/// Where the extension is missing the advice is blind, and says how to get it.
@Suite struct IndexAdvisorExtensionTests {
    @Test func `without hypopg it is blind and says how to get it`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            defer { Task { await connection.close() } }
            guard case .missing(let reason, let hint) = try await IndexAdvisor.lookForExtension(connection) else {
                Issue.record("hypopg is installed in an empty database")
                return
            }
            #expect(reason.contains("hypopg") && hint.hasSuffix("CREATE EXTENSION hypopg"))
        }
    }
}

/// A database whose statements miss indexes.
struct IndexScenario {
    let options: ConnectionOptions
    let admin: PostgresConnection
    let planner: PostgresConnection

    static var isPossible: Bool {
        get async throws {
            let cluster = try await TestCluster.shared
            let connection = try await PostgresConnection.connect(cluster.options("postgres"))
            let rows = try await connection.query("SELECT 1 FROM pg_available_extensions WHERE name = 'hypopg'")
            await connection.close()
            return !rows.isEmpty
        }
    }

    static func run(_ body: (IndexScenario) async throws -> Void) async throws {
        try await withDatabase { options in
            let admin = try await PostgresConnection.connect(options)
            try await admin.executeScript("CREATE EXTENSION hypopg; CREATE EXTENSION pg_stat_statements")
            var own = options
            own.session = SessionSettings(readOnly: true)
            let planner = try await PostgresConnection.connect(own)
            try await body(IndexScenario(options: options, admin: admin, planner: planner))
            await planner.close()
            await admin.close()
        }
    }

    /// Runs statements three times each, counted from zero.
    func record(_ statements: [String]) async throws {
        try await admin.query(
            "SELECT public.pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)"
        )
        for statement in statements { for _ in 0..<3 { try await admin.query(statement) } }
    }

    func advice() async throws -> IndexAdvice { try await Self.advice(admin, planner, path: "public") }

    static func advice(
        _ connection: PostgresConnection, _ planner: PostgresConnection, path: String
    ) async throws -> IndexAdvice {
        let analyzer = PerformanceAnalyzer(connection)
        let use = StatementUse.list(CounterWindow(before: nil, after: try await analyzer.sample()))
        let worded = try await analyzer.worded(use.statements)
        let advisor = try await IndexAdvisor(connection, planner: planner, path: path, schema: "public")
        return try await advisor.advise(worded, of: use.milliseconds, .silent)
    }

    /// The queryid of a statement.
    func identity(_ statement: String) async throws -> String {
        let plan = try await explained("EXPLAIN (VERBOSE, FORMAT JSON) \(statement)")
        return (plan["Query Identifier"] as? NSNumber).map { "\($0.int64Value)" } ?? ""
    }

    /// The pages that a statement reads.
    func blocks(_ statement: String) async throws -> Double {
        try await admin.execute("BEGIN")
        let plan = try await explained("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) \(statement)")
        try await admin.execute("ROLLBACK")
        let top = plan["Plan"] as? [String: Any] ?? [:]
        return ["Shared Hit Blocks", "Shared Read Blocks"].reduce(0) { $0 + ((top[$1] as? NSNumber)?.doubleValue ?? 0) }
    }

    private func explained(_ sql: String) async throws -> [String: Any] {
        let text = try #require(try await admin.query(sql).first).decode(String.self, at: 0)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
        return try #require(object?.first)
    }

    /// Runs the command of a suggestion; that of a partitioned table as PostgreSQL itself builds it.
    func build(_ suggestion: IndexSuggestion) async throws {
        let prefix = "rssctl partition index create "
        guard suggestion.fix.hasPrefix(prefix) else {
            try await admin.execute(suggestion.fix)
            return
        }
        let word = suggestion.fix.dropFirst(prefix.count)
        try await admin.execute(String(word.dropFirst().dropLast()).replacing("'\\''", with: "'"))
    }

    static let tables = """
        SELECT setseed(0.5);
        CREATE TABLE customers (id int PRIMARY KEY, email text, name text, country text, referrer_id int);
        INSERT INTO customers SELECT g, 'User' || g || '@example.org', 'Name ' || g,
            CASE WHEN g % 500 = 0 THEN 'IS' WHEN g % 3 = 0 THEN 'DE' ELSE 'FR' END, CASE WHEN g % 50 = 0 THEN g / 3 END
            FROM generate_series(1, 30000) g;
        CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status varchar(20), placed timestamptz, total numeric, note text);
        INSERT INTO orders SELECT g, 1 + (random() * 29999)::int,
            CASE WHEN g % 100 = 0 THEN 'cancelled' WHEN g % 5 = 0 THEN 'open' ELSE 'completed' END,
            timestamptz '2100-01-01' - random() * interval '400 days', g, repeat('note ', 10) || g FROM generate_series(1, 100000) g;
        CREATE TABLE lines (id int PRIMARY KEY, order_id int, sku text, qty int);
        INSERT INTO lines SELECT g, 1 + (random() * 99999)::int, 'S' || (random() * 20000)::int, g % 7
            FROM generate_series(1, 150000) g;
        CREATE TABLE tickets (id int PRIMARY KEY, assignee int, priority int, state text, opened timestamptz, closed_at timestamptz,
            done boolean, note text);
        INSERT INTO tickets SELECT g, (random() * 400)::int, g % 5, CASE WHEN g % 60 = 0 THEN 'blocked' ELSE 'normal' END,
            timestamptz '2100-01-01' - random() * interval '900 days', CASE WHEN g % 100 <> 0 THEN timestamptz '2100-01-01' END, g % 80 <> 0,
            repeat('x', 150)
            FROM generate_series(1, 80000) g;
        CREATE TABLE visits (id int, visit_date date NOT NULL, office_id int, technician_id int, status text, note text)
            PARTITION BY RANGE (visit_date);
        DO $$ BEGIN FOR m IN 0..11 LOOP
            EXECUTE format('CREATE TABLE visits_%s PARTITION OF visits FOR VALUES FROM (%L) TO (%L)', m,
                date '2025-01-01' + m * interval '1 month', date '2025-01-01' + (m + 1) * interval '1 month');
        END LOOP; END $$;
        INSERT INTO visits SELECT g, date '2025-01-01' + (random() * 364)::int, (random() * 200)::int, (random() * 3000)::int,
            CASE WHEN g % 200 = 0 THEN 'failed' ELSE 'done' END, repeat('x', 150) FROM generate_series(1, 150000) g;
        ANALYZE;
        """

    /// Statements of which each misses an index.
    static let planted = [
        "SELECT * FROM orders WHERE customer_id = 17",
        "SELECT * FROM lines WHERE order_id = 412",
        "SELECT sum(qty) FROM lines WHERE sku = 'S77'",
        "SELECT * FROM lines WHERE sku IN ('S5', 'S6', 'S7')",
        "SELECT * FROM customers WHERE lower(email) = 'user55@example.org'",
        "SELECT id, total FROM orders WHERE status = 'cancelled' AND placed > '2099-12-20'",
        "SELECT * FROM orders ORDER BY placed DESC LIMIT 20",
        "SELECT id FROM orders WHERE customer_id = 23 ORDER BY placed DESC LIMIT 5",
        "SELECT * FROM visits WHERE office_id = 7 AND visit_date BETWEEN '2025-03-03' AND '2025-03-12'",
        "SELECT * FROM visits WHERE technician_id = ANY ('{5,6,7}'::int[])",
        "SELECT id FROM tickets WHERE closed_at IS NULL ORDER BY opened LIMIT 10",
        "SELECT id, state FROM tickets WHERE NOT done AND assignee = 12",
        "UPDATE tickets SET state = 'normal' WHERE assignee = 33 AND priority = 2",
        "SELECT o.id, l.sku FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.customer_id = 31",
        "SELECT id FROM customers WHERE referrer_id = 300",
        "SELECT c.name FROM customers c WHERE c.country = 'IS' AND EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)",
        "SELECT id, total FROM orders WHERE placed BETWEEN '2099-06-01' AND '2099-06-02'",
        "SELECT max(placed) FROM orders WHERE customer_id = 88",
        "SELECT id FROM visits WHERE status = 'failed' AND office_id = 9",
        "SELECT id FROM tickets WHERE state = 'blocked' AND assignee = 7",
        "DELETE FROM lines WHERE order_id = 999",
        "SELECT count(*) FROM lines l WHERE l.order_id IN (SELECT o.id FROM orders o WHERE o.customer_id = 14)",
    ]

    /// Statements that no B-tree makes faster, or that are fast.
    static let healthy = [
        "SELECT count(*) FROM orders WHERE status = 'completed'",
        "SELECT avg(total) FROM orders",
        "SELECT * FROM orders WHERE id = 3",
        "SELECT count(*) FROM orders WHERE note ILIKE '%ote 99%'",
        "SELECT country, count(*) FROM customers GROUP BY country",
    ]
}
