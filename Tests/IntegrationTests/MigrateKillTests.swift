import Foundation
import Glibc
import PostgresClient
import TestSupport
import Testing

/// `rssctl migrate` killed, and many of them at once.
@Suite(.serialized) struct MigrateKillTests {
    private func folder(_ files: [String: String], in state: String) throws -> String {
        let path = "\(state)/migrations-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
        return path
    }

    private func ended(_ options: ConnectionOptions) async throws -> String? {
        let connection = try await PostgresConnection.connect(options)
        defer { Task { await connection.close() } }
        return try await MigrationScenario.state(connection)
    }

    @Test func `kill -9 at any point leaves nothing that the next run does not bring to its end`() async throws {
        try await withState { state in
            let folder = try folder(MigrationScenario.files, in: state)
            let wanted = try await withDatabase { options in
                let run = try await Binary(state: state, environment: try await target(options)).run(
                    "migrate", "--directory", folder)
                #expect(run.status == 0, "\(run.errors)")
                return try await ended(options)
            }
            var kills = FaultPoints.first
            // Until a run is so short that it comes by no further point.
            while kills < 200 {
                let isOver = try await withDatabase { options in
                    var environment = try await target(options)
                    let binary = Binary(state: state, environment: environment)
                    environment["RSSCTL_FAULT"] = "\(kills + 1)"
                    let killed = try await Binary(state: state, environment: environment).run(
                        "migrate", "--directory", folder)
                    if killed.status == 0 { return true }
                    #expect(killed.status == 128 + SIGKILL, "\(killed.errors)")
                    let again = try await binary.run("migrate", "--directory", folder)
                    #expect(again.status == 0, "point \(kills + 1): \(again.errors)")
                    let state = try await ended(options)
                    #expect(state == wanted, "point \(kills + 1)")
                    return false
                }
                if isOver { break }
                kills += FaultPoints.stride
            }
            #expect(kills >= 40)
        }
    }

    @Test func `many at once apply everything once, and all end well`() async throws {
        try await withState { state in
            let folder = try folder(MigrationScenario.files, in: state)
            for _ in 1...3 {
                try await withDatabase { options in
                    let binary = Binary(state: state, environment: try await target(options))
                    let runs = try (1...8).map { _ in try binary.start(["migrate", "--directory", folder]) }
                    for run in runs {
                        let result = try await run.result()
                        #expect(result.status == 0, "\(result.errors)")
                    }
                    let connection = try await PostgresConnection.connect(options)
                    let applied = try await connection.query("SELECT count(*), min(n), max(n) FROM rssctl.migration, a")
                    #expect(try applied.first?.decode(Int64.self, at: 0) == 3 * 201)
                    #expect(try applied.first?.decode(Int32.self, at: 1) == 107)
                    await connection.close()
                }
            }
        }
    }
}
