import Foundation
import Glibc
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSSetup

/// What `rssctl doctor` says of a connection that fails at each of its steps, and that the next step is the one for it.
@Suite struct DiagnosisTests {
    private func lines(_ environment: [String: String], area: String = "PostgreSQL") async throws -> [DiagnosisLine] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("doctor-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let settings = try Settings.load(environment: environment.merging(["RSSCTL_CONFIG": ""]) { $1 })
        let diagnosis = Diagnosis(
            settings: settings, stateFolder: folder, journalPath: "\(folder)/journal.sqlite",
            applicationName: "rssctl/doctor")
        return await diagnosis.run().filter { $0.area == area }
    }

    /// The connection to the cluster's server over TCP.
    private func database(_ change: [String: String] = [:]) async throws -> [String: String] {
        let cluster = try await TestCluster.shared
        return [
            "DB_HOST": "127.0.0.1", "DB_PORT": "\(cluster.postgresPort)", "DB_NAME": "postgres",
            "DB_USER": cluster.state.user, "DB_PASSWORD": cluster.state.password,
        ].merging(change) { $1 }
    }

    /// The steps before the last one are well, and the last one is what is to be fixed.
    private func expect(
        _ lines: [DiagnosisLine], endsAt step: String, with next: String, after passed: [String],
        location: SourceLocation = #_sourceLocation
    ) {
        let last = lines.last
        #expect(
            last?.verdict == .critical && last?.what.hasPrefix("\(step): ") == true, "\(lines)",
            sourceLocation: location)
        #expect(last?.nextStep?.contains(next) == true, "\(lines)", sourceLocation: location)
        let before = lines.dropLast().map { $0.what.prefix { $0 != ":" } }
        #expect(before.map(String.init) == passed, "\(lines)", sourceLocation: location)
        #expect(lines.dropLast().allSatisfy { $0.verdict == .ok }, "\(lines)", sourceLocation: location)
    }

    @Test func `a name without an address ends at the name`() async throws {
        let lines = try await lines(database(["DB_HOST": "nowhere.invalid"]))
        expect(lines, endsAt: "name", with: "getent hosts nowhere.invalid", after: [])
    }

    @Test func `a port that nothing listens on ends at TCP, a socket that is not there at the socket`() async throws {
        expect(try await lines(database(["DB_PORT": "1"])), endsAt: "TCP", with: "database.port", after: [])
        let named = try await lines(database(["DB_HOST": "localhost", "DB_PORT": "1"]))
        expect(named, endsAt: "TCP", with: "database.port", after: ["name"])
        let socket = try await lines(database(["DB_HOST": "/nonexistent"]))
        expect(socket, endsAt: "socket", with: "Start PostgreSQL on this machine", after: [])
    }

    @Test func `a server of another kind ends at TCP`() async throws {
        let redis = try await TestCluster.shared.state.redisPort
        expect(
            try await lines(database(["DB_PORT": "\(redis)"])), endsAt: "TCP", with: "Correct database.port", after: [])
    }

    @Test func `a server without TLS ends at TLS where it is asked for`() async throws {
        let lines = try await lines(database(["PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/etc/passwd"]))
        expect(lines, endsAt: "TLS", with: "ssl = on", after: ["TCP"])
    }

    @Test func `a wrong password, none and a role that may not log in end at the login`() async throws {
        let wrong = try await lines(database(["DB_PASSWORD": "wrong"]))
        expect(wrong, endsAt: "login", with: "rssctl config show", after: ["TCP"])
        let none = try await lines(database(["DB_PASSWORD": "", "PGPASSFILE": "/nonexistent"]))
        expect(none, endsAt: "login", with: "database.password_file", after: ["TCP"])
    }

    @Test func `a database that does not exist ends at the database, with the command that makes it`() async throws {
        let lines = try await lines(database(["DB_NAME": "no such one"]))
        expect(lines, endsAt: "database", with: "createdb 'no such one'", after: ["TCP"])
    }

    @Test func `a role without CONNECT ends at the database, with its GRANT`() async throws {
        try await withDatabase(migrated: false) { options in
            let name = options.keywords["dbname"] ?? ""
            let admin = try await PostgresConnection.connect(options)
            let role = "doctor_\(UInt32.random(in: 0...UInt32.max))"
            try await admin.execute("CREATE ROLE \(role) LOGIN PASSWORD 'x'")
            try await admin.execute("REVOKE CONNECT ON DATABASE \(name) FROM PUBLIC")
            let refused = try await lines(database(["DB_NAME": name, "DB_USER": role, "DB_PASSWORD": "x"]))
            expect(
                refused, endsAt: "database", with: "GRANT CONNECT ON DATABASE \(name) TO \(role)", after: ["TCP"])
            // The next step is the one that helps.
            try await admin.execute(try #require(refused.last?.nextStep))
            let granted = try await lines(database(["DB_NAME": name, "DB_USER": role, "DB_PASSWORD": "x"]))
            #expect(granted.contains { $0.what == "database: \(name)" && $0.verdict == .ok }, "\(granted)")
            await admin.close()
        }
    }

    @Test func `missing rights come with the GRANT for each`() async throws {
        try await withDatabase(migrated: true) { options in
            let name = options.keywords["dbname"] ?? ""
            let admin = try await PostgresConnection.connect(options)
            let role = "doctor_\(UInt32.random(in: 0...UInt32.max))"
            try await admin.execute("CREATE ROLE \(role) LOGIN PASSWORD 'x'")
            let environment = try await database(["DB_NAME": name, "DB_USER": role, "DB_PASSWORD": "x"])
            let before = try #require(try await lines(environment, area: "rights").first)
            #expect(before.verdict == .warning)
            let grants = try #require(before.nextStep?.split(separator: ": ", maxSplits: 1).last)
            for grant in grants.split(separator: "; ") { try await admin.execute(String(grant)) }
            #expect(try await lines(environment, area: "rights").map(\.verdict) == [.ok])
            await admin.close()
        }
    }

    @Test func `a connection that succeeds has a line for each step`() async throws {
        let lines = try await lines(database())
        let steps = lines.map { String($0.what.prefix { $0 != ":" }) }
        #expect(steps == ["TCP", "login", "database", "version", "pooler"] && lines.allSatisfy { $0.verdict == .ok })
    }

    // MARK: Redis

    private func redis(_ change: [String: String] = [:]) async throws -> [String: String] {
        guard case .tcp(let host, let port) = try await redisOverTCP().address else { return [:] }
        return [
            "REDIS_HOST": host, "REDIS_PORT": "\(port)", "REDIS_PASSWORD": try await redisOverTCP().password ?? "",
        ].merging(change) { $1 }
    }

    private func redisOverTCP() async throws -> RedisConfiguration {
        let state = try await TestCluster.shared.state
        var configuration = state.redis
        configuration.address = .tcp(host: "127.0.0.1", port: UInt16(state.redisPort))
        return configuration
    }

    @Test func `Redis: a port that nothing listens on, a server that is not Redis, a wrong password`() async throws {
        expect(
            try await lines(redis(["REDIS_PORT": "1"]), area: "Redis"), endsAt: "TCP", with: "redis.port", after: [])
        expect(
            try await lines(redis(["REDIS_HOST": "nowhere.invalid"]), area: "Redis"), endsAt: "name",
            with: "redis.host", after: [])
        expect(
            try await lines(redis(["REDIS_PASSWORD": "wrong"]), area: "Redis"), endsAt: "login",
            with: "Check redis.user and the password", after: ["TCP"])
        expect(
            try await lines(redis(["REDIS_PASSWORD": ""]), area: "Redis"), endsAt: "login",
            with: "redis.password_file", after: ["TCP"])
        expect(
            try await lines(redis(["RSSCTL_REDIS_TLS": "true", "RSSCTL_REDIS_CONNECT_TIMEOUT": "2s"]), area: "Redis"),
            endsAt: "TLS", with: "redis.tls to false", after: ["TCP"])
    }

    @Test func `Redis: missing rights come with the ACL that grants them`() async throws {
        let admin = try await RedisConnection.connect(try await redisOverTCP())
        let user = "doctor\(UInt32.random(in: 0...UInt32.max))"
        func acl(_ words: [String]) async throws {
            _ = try await admin.send(RedisCommand(words.map { RedisArgument($0) }))
        }
        try await acl([
            "ACL", "SETUSER", user, "on", ">x", "+info", "+multi", "+discard", "+client", "+hello", "+select", "+ping",
        ])
        let environment = try await redis(["RSSCTL_REDIS_USER": user, "REDIS_PASSWORD": "x"])
        let before = try await lines(environment, area: "Redis")
        let line = try #require(before.last)
        #expect(line.verdict == .warning && line.what.contains("set, pttl, eval"), "\(before)")
        #expect(before.contains { $0.what == "role: primary" })
        // As redis-cli takes it, and typed so it helps.
        let command = try #require(line.nextStep).split(separator: " ").map { $0.replacing("'", with: "") }
        try await acl(command.map(String.init))
        let after = try await lines(environment, area: "Redis")
        #expect(after.last?.what == "rights: enough for cache warm", "\(after)")
        try await acl(["ACL", "DELUSER", user])
        await admin.close()
    }
}
