import Foundation
import PostgresClient
import Testing
import TestSupport

@Suite struct ConnectionTests {
    @Test func `every type makes the round trip through a parameter and a row`() async throws {
        try await withConnection { connection in
            let day = try #require(CalendarDate("2024-02-29"))
            let moment = Date(timeIntervalSince1970: 1_700_000_000.123456)
            let id = UUID()
            let inet = try #require(InetAddress("2001:db8::1/64"))
            let mac = try #require(MACAddress("0800.2b01.0203"))
            let row = try #require(
                try await connection.query(
                    """
                    SELECT $1::int8, $2::float8, $3::numeric, $4::bool, $5::text, $6::bytea, $7::uuid, $8::date,
                           $9::timestamptz, $10::inet, $11::macaddr, $12::jsonb, $13::int8[], $14::text[], $15::text
                    """,
                    [
                        Int.min, 0.1, Decimal(string: "12345678901234567890.125")!, true, "naïve 😀 \"quoted\"",
                        Data([0, 255, 92]),
                        id, day, moment, inet, mac, JSONText("{\"a\": 1}"), [1, -2, 3],
                        ["a,b", "c\"d", "NULL", "{}\\"],
                        String?.none,
                    ] as [any PostgresEncodable]
                ).first)
            #expect(try row.decode(Int.self, at: 0) == Int.min)
            #expect(try row.decode(Double.self, at: 1) == 0.1)
            #expect(try row.decode(Decimal.self, at: 2) == Decimal(string: "12345678901234567890.125"))
            #expect(try row.decode(Bool.self, at: 3))
            #expect(try row.decode(String.self, at: 4) == "naïve 😀 \"quoted\"")
            #expect(try row.decode(Data.self, at: 5) == Data([0, 255, 92]))
            #expect(try row.decode(UUID.self, at: 6) == id)
            #expect(try row.decode(CalendarDate.self, at: 7) == day)
            #expect(abs(try row.decode(Date.self, at: 8).timeIntervalSince(moment)) < 0.000_001)
            #expect(try row.decode(InetAddress.self, at: 9) == inet)
            #expect(try row.decode(MACAddress.self, at: 10) == mac)
            #expect(try row.decode(JSONText.self, at: 11).text == "{\"a\": 1}")
            #expect(try row.decode([Int].self, at: 12) == [1, -2, 3])
            #expect(try row.decode([String].self, at: 13) == ["a,b", "c\"d", "NULL", "{}\\"])
            #expect(try row.decode(String?.self, at: 14) == nil)
            #expect(throws: PostgresError.self) { try row.decode(String.self, at: 14) }
            #expect(throws: PostgresError.self) { try row.decode(Int16.self, at: 0) }
        }
    }

    @Test(arguments: [
        "2026-11-24 01:59:50+00", "0001-01-01 00:00:00+00", "4713-01-01 00:00:00+00 BC",
        "1969-12-31 23:59:59.999999+00",
        "294276-12-31 23:59:59+00", "infinity", "-infinity", "1883-11-18 12:00:00-04:56:02",
    ])
    func `a timestamp is read as the server means it`(text: String) async throws {
        try await withConnection { connection in
            let row = try #require(
                try await connection.query(
                    "SELECT $1::timestamptz, extract(epoch FROM $1::timestamptz)::float8", [text]
                ).first)
            let date = try row.decode(Date.self, at: 0)
            let epoch = try row.decode(Double.self, at: 1)
            if epoch.isInfinite {
                #expect(date == (epoch > 0 ? .distantFuture : .distantPast))
            } else {
                #expect(abs(date.timeIntervalSince1970 - epoch) < 0.001)
            }
        }
    }

    @Test func `an error carries SQLSTATE, detail, constraint, position and the statement`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (id int CONSTRAINT t_is_unique UNIQUE)")
            try await connection.execute("INSERT INTO t VALUES (1)")
            let duplicate = await #expect(throws: PostgresError.self) {
                try await connection.execute("INSERT INTO t VALUES (1)")
            }
            #expect(duplicate?.sqlState == .uniqueViolation)
            #expect(duplicate?.constraint == "t_is_unique")
            #expect(duplicate?.detail == "Key (id)=(1) already exists.")
            let wrong = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1 FRM t") }
            #expect(wrong?.sqlState == .syntaxError)
            #expect(wrong?.position == 14)
            #expect(wrong?.statement == "SELECT 1 FRM t")
            let answers = try await connection.answers()
            #expect(answers)
        }
    }

    @Test func `identifiers and literals are quoted by libpq`() async throws {
        try await withConnection { connection in
            let name = "we\"ird 'name; DROP TABLE x"
            let quoted = try await connection.quoteIdentifier(name)
            try await connection.execute("CREATE TABLE \(quoted) (x int)")
            let found = try await connection.query("SELECT relname FROM pg_class WHERE relname = $1", [name])
            #expect(try found.first?.decode(String.self, at: 0) == name)
            let literal = try await connection.quoteLiteral("it's \\ here")
            #expect(try await connection.query("SELECT \(literal)").first?.decode(String.self, at: 0) == "it's \\ here")
        }
    }

    @Test func `a session is in UTC and names itself`() async throws {
        try await withConnection { connection in
            let row = try #require(
                try await connection.query(
                    "SELECT current_setting('TimeZone'), current_setting('application_name'), current_setting('client_connection_check_interval')"
                ).first)
            #expect(try row.decode(String.self, String.self, String.self) == ("UTC", "rssctl-tests", "1s"))
        }
    }

    @Test func `a missing server, database and password are distinguished`() async throws {
        let cluster = try await TestCluster.shared
        let nowhere = ConnectionOptions(keywords: ["host": "/nowhere", "dbname": "x"], connectTimeout: .seconds(2))
        let refused = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(nowhere) }
        #expect(refused?.code == .connectionFailed)
        let missing = await #expect(throws: PostgresError.self) {
            try await PostgresConnection.connect(cluster.options("no_such_database"))
        }
        #expect(missing?.message.contains("no_such_database") == true)
        var wrong = cluster.options("postgres")
        wrong.keywords["password"] = "secret-that-is-wrong"
        let denied = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(wrong) }
        #expect(denied?.code == .connectionFailed)
        #expect(denied?.message.contains("secret-that-is-wrong") == false)
    }

    @Test func `a server that accepts and never answers ends in an error in time`() async throws {
        let listener = try SilentListener()
        let options = ConnectionOptions(
            keywords: ["host": "127.0.0.1", "port": "\(listener.port)", "dbname": "x", "sslmode": "disable"],
            connectTimeout: .milliseconds(400))
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(options) }
        #expect(error?.code == .connectionFailed)
    }

    @Test func `cancelling the task cancels the statement and keeps the session`() async throws {
        try await withConnection { connection in
            let task = Task { try await connection.query("SELECT pg_sleep(60)") }
            try await Task.sleep(for: .milliseconds(100))
            let started = ContinuousClock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(started.duration(to: .now) < patience)
            let answers = try await connection.answers()
            #expect(answers)
        }
    }

    @Test func `forty sessions that wait do not hold up other tasks`() async throws {
        try await withDatabase { options in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        let connection = try await PostgresConnection.connect(options)
                        try await connection.query("SELECT pg_sleep(0.5)")
                        await connection.close()
                    }
                }
                // A cooperative pool of two threads would take 10 s for them, and this task would have to wait.
                var ticks = 0
                while ticks < 10 {
                    try await Task.sleep(for: .milliseconds(20))
                    ticks += 1
                }
                #expect(ticks == 10)
                try await group.waitForAll()
            }
        }
    }

    @Test func `a timeout of the client cancels the statement`() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("SELECT pg_sleep(60)", timeout: .milliseconds(200))
            }
            #expect(error?.code == .timedOut)
            let answers = try await connection.answers()
            #expect(answers)
        }
    }

    @Test func `rows stream in constant memory and may be left early`() async throws {
        try await withConnection { connection in
            let sum = try await connection.stream("SELECT i FROM generate_series(1, 100000) i") { rows in
                var sum = 0
                for try await row in rows { sum += try row.decode(Int.self, at: 0) }
                return sum
            }
            #expect(sum == 5_000_050_000)
            let first = try await connection.stream("SELECT generate_series(1, 1000000000)") { rows in
                for try await row in rows { return try row.decode(Int.self, at: 0) }
                return 0
            }
            #expect(first == 1)
            let answers = try await connection.answers()
            #expect(answers)
        }
    }

    @Test func `an error in the middle of a stream is thrown and the session lives`() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.stream("SELECT 1 / (5000 - i) FROM generate_series(1, 10000) i") { rows in
                    for try await _ in rows {}
                }
            }
            #expect(error?.sqlState?.rawValue == "22012")
            let answers = try await connection.answers()
            #expect(answers)
        }
    }

    @Test func `a transaction commits, rolls back on an error, and nests by savepoints`() async throws {
        struct Abort: Error {}
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (x int)")
            try await connection.transaction { try await connection.execute("INSERT INTO t VALUES (1)") }
            await #expect(throws: Abort.self) {
                try await connection.transaction {
                    try await connection.execute("INSERT INTO t VALUES (2)")
                    throw Abort()
                }
            }
            try await connection.transaction {
                try await connection.execute("INSERT INTO t VALUES (3)")
                do {
                    try await connection.savepoint {
                        try await connection.execute("INSERT INTO t VALUES (4)")
                        throw Abort()
                    }
                } catch is Abort {}
            }
            let rows = try await connection.query("SELECT x FROM t ORDER BY x")
            #expect(try rows.map { try $0.decode(Int.self, at: 0) } == [1, 3])
            #expect(await connection.transactionStatus == .idle)
        }
    }

    @Test func `a notification arrives`() async throws {
        try await withDatabase { options in
            let listener = try await PostgresConnection.connect(options)
            let sender = try await PostgresConnection.connect(options)
            try await listener.listen("a \"channel\"")
            #expect(try await listener.nextNotification(within: .milliseconds(50)) == nil)
            try await sender.notify("a \"channel\"", payload: "hello")
            let got = try await listener.nextNotification(within: .seconds(5))
            #expect(got?.payload == "hello")
            await listener.close()
            await sender.close()
        }
    }

    @Test func `notices are collected`() async throws {
        try await withConnection { connection in
            try await connection.executeScript("DO $$ BEGIN RAISE NOTICE 'one'; RAISE NOTICE 'two'; END $$")
            #expect(await connection.takeNotices().kept.map(\.message) == ["one", "two"])
        }
    }

    @Test func `a script runs several statements as one transaction`() async throws {
        try await withConnection { connection in
            await #expect(throws: PostgresError.self) {
                try await connection.executeScript("CREATE TABLE a (x int); CREATE TABLE a (x int);")
            }
            let row = try await connection.query("SELECT to_regclass('a')::text").first
            #expect(try row?.decode(String?.self, at: 0) == .some(nil))
        }
    }

    @Test func `a direct session is not reported as a pooler`() async throws {
        try await withDatabase { options in
            let kind = try await PostgresConnection.detectPooler(options)
            #expect(kind == .direct)
        }
    }
}
