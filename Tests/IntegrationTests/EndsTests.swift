import Foundation
import Glibc
import Journal
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// Nothing answers, or there is no memory, no thread and no writer, and the run still ends in time.
///
/// `Tests/Support/Scripts/attack-ends` does the same to the release binary, twenty times each.
@Suite(.serialized) struct EndsTests {
    /// One run through a proxy that goes wrong.
    private struct Attack: Sendable {
        let fault: FaultyProxy.Fault
        let isRedis: Bool
        let trigger: String
        var grace = 0
        let command: [String]

        /// Runs it against a database of its own. On a machine so busy that the run ends before the fault begins, it is run again with more
        /// time.
        func run(number: Int) async throws {
            for timeout in [3, 10, 30] {
                if try await run(number: number, timeout: timeout) { return }
            }
            Issue.record("the fault did not begin within 30 s: \(fault) \(command)")
        }

        /// - Returns: whether the fault began.
        private func run(number: Int, timeout: Int) async throws -> Bool {
            try await withDatabase(migrated: true) { options in
                let connection = try await PostgresConnection.connect(options)
                try await VisitScenario.make(connection)
                await connection.close()
                return try await withState { state in
                    let servers = try await TestCluster.shared.state
                    let proxy = try FaultyProxy(
                        to: isRedis ? servers.redisPort : servers.postgresPort, fault, at: trigger, after: grace)
                    defer { proxy.stop() }
                    var environment = try await target(options)
                    environment["REDIS_DB"] = "\(number)"
                    if isRedis {
                        environment["REDIS_PORT"] = "\(proxy.port)"
                    } else {
                        environment["PGHOST"] = "127.0.0.1"
                        environment["PGPORT"] = "\(proxy.port)"
                        environment["PGPASSWORD"] = servers.password
                    }
                    try inventory(rows: 400).write(
                        toFile: "\(state)/big.csv", atomically: true, encoding: .utf8)
                    let began = ContinuousClock.now
                    let result = try await Binary(state: state, environment: environment).run(
                        command + ["--timeout", "\(timeout)s"], directory: state)
                    let took = began.duration(to: .now)
                    let what: Comment = "\(fault) \(command): \(result.errors)"
                    #expect(result.status == 75, what)
                    #expect(took < patience, what)
                    #expect(try Journal(path: "\(state)/journal.sqlite").runs().first?.exitCode == 75, what)
                    return proxy.isFaulty
                }
            }
        }

        private func inventory(rows: Int) -> String {
            let filling = String(repeating: "x", count: 500)
            return (0..<rows).reduce(into: "category,device_name,serial_number,specifications\n") {
                $0 += "Monitor,monitor-\($1),ENDS-\($1),\"{\"\"a\"\":\"\"\(filling)\"\"}\"\n"
            }
        }
    }

    @Test func `a way to a server that freezes or drips ends a run within --timeout and two seconds`() async throws {
        let status = ["partition", "status"]
        let load = ["bulk", "import", "hardware", "big.csv", "--visit", "latest"]
        let archive = ["partition", "archive", VisitScenario.partition, "--to", "archive"]
        let warm = ["cache", "warm"]
        let attacks = [
            Attack(fault: .frozen, isRedis: false, trigger: "", command: status),
            Attack(fault: .dripping, isRedis: false, trigger: "", command: status),
            Attack(fault: .dripping, isRedis: false, trigger: "rssctl/", command: status),
            Attack(fault: .frozen, isRedis: false, trigger: "FROM STDIN", grace: 20_000, command: load),
            Attack(fault: .frozen, isRedis: false, trigger: "TO STDOUT", command: archive),
            Attack(fault: .frozen, isRedis: true, trigger: "reports:summary", command: warm),
            Attack(fault: .dripping, isRedis: true, trigger: "reports:summary", command: warm),
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, attack) in attacks.enumerated() { group.addTask { try await attack.run(number: 8 + index) } }
            try await group.waitForAll()
        }
    }

    /// A sanitizer reserves more address space than that, and creates threads its own way.
    private static let hasSanitizer = Binary.path.contains(".build-tsan") || Binary.path.contains(".build-asan")

    @Test(.enabled(if: !EndsTests.hasSanitizer), arguments: [256, 1024])
    func `a limit on memory neither blocks a run nor disables its --timeout`(megabytes: Int) async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                var environment = try await target(options)
                environment.merge(["RSSCTL_STATE": state, "RSSCTL_CONFIG": "", "HOME": state]) { $1 }
                for command in ["migrate status", "partition status"] {
                    let began = ContinuousClock.now
                    let status = try await shell(
                        "ulimit -v \(megabytes * 1024) && exec '\(Binary.path)' \(command) --timeout 2s", environment)
                    #expect(began.duration(to: .now) < patience)
                    // With a gigabyte it does its work.
                    let end = try #require(status)
                    #expect([0, 3].contains(end) || megabytes < 1024 && end < 128, "\(command): \(end)")
                }
            }
        }
    }

    @Test(.enabled(if: !EndsTests.hasSanitizer))
    func `a run that can create no thread says so within seconds`() async throws {
        try await withState { state in
            // The limit counts the processes of a user, and does not hold for root.
            var user = ""
            if geteuid() == 0 {
                try FileManager.default.copyItem(atPath: Binary.path, toPath: "\(state)/rssctl")
                user = "setpriv --reuid=65534 --regid=65534 --clear-groups"
            }
            let program = user.isEmpty ? Binary.path : "\(state)/rssctl"
            let began = ContinuousClock.now
            let status = try await shell(
                "exec 2> '\(state)/errors'; \(user) bash -c \"ulimit -u 1; exec '\(program)' config check\"",
                ["RSSCTL_STATE": state, "RSSCTL_CONFIG": "", "HOME": state])
            let errors = try String(contentsOfFile: "\(state)/errors", encoding: .utf8)
            #expect(status == 75 && errors.contains("RSS-RUN-005"), "\(errors)")
            #expect(began.duration(to: .now) < patience)
        }
    }

    @Test func `a file whose opening blocks ends with --timeout`() async throws {
        try await withState { state in
            let fifo = "\(state)/authorities.pem"
            #expect(mkfifo(fifo, 0o600) == 0)
            let binary = Binary(
                state: state, environment: ["REDIS_URL": "rediss://127.0.0.1:1/0", "RSSCTL_REDIS_TLS_CA": fifo])
            let began = ContinuousClock.now
            let result = try await binary.run("doctor", "--timeout", "500ms", "--output", "json")
            #expect(result.status == 75 && result.errors.contains(#""code":"RSS-RUN-004""#), "\(result.errors)")
            #expect(began.duration(to: .now) < patience)
        }
    }

    @Test(arguments: [SIGTERM, SIGHUP])
    func `a signal ends a run whose server is frozen, and the journal says so`(signal: Int32) async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let servers = try await TestCluster.shared.state
                let proxy = try FaultyProxy(to: servers.postgresPort, .frozen, at: "rssctl/")
                defer { proxy.stop() }
                let environment = try await target(options).merging([
                    "PGHOST": "127.0.0.1", "PGPORT": "\(proxy.port)", "PGPASSWORD": servers.password,
                ]) { $1 }
                let run = try Binary(state: state, environment: environment).start(["partition", "status"])
                let isFrozen = try await eventually { proxy.isFaulty }
                #expect(isFrozen)
                let began = ContinuousClock.now
                run.signal(signal)
                let result = try await run.result()
                #expect(result.status == 128 + signal, "\(result.errors)")
                #expect(began.duration(to: .now) < patience)
                let recorded = try Journal(path: "\(state)/journal.sqlite").runs().first
                #expect(recorded?.outcome == .interrupted && recorded?.exitCode == 128 + signal)
            }
        }
    }
}
