import Foundation
import PostgresClient
import RSSCore
import RSSSetup
import TestSupport
import Testing

/// A PostgreSQL and a Redis on a machine whose clock shows a given moment: what depends on the date is the same in every run.
struct FixedServers: Sendable {
    /// A Tuesday in the middle of a month, long before midnight.
    static let moment = Date(timeIntervalSince1970: 1_773_739_800)  // 2026-03-17 09:30:00 UTC

    let state: SandboxState
    /// The folder of everything, the same number of characters in every run.
    let root: String
    /// What a shell on that machine has in its environment.
    let environment: [String: String]

    /// Starts them, and stops and removes them afterwards.
    static func with(
        isolation: isolated (any Actor)? = #isolation, _ body: (FixedServers) async throws -> Void
    ) async throws {
        let letters = String((0..<6).compactMap { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() })
        // Not in the folder for temporary files, whose name is longer on some machines: tables are as wide as their values.
        let root = "/tmp/rssctl-golden-\(letters)"
        try FileManager.default.createDirectory(
            atPath: root, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
        defer { try? FileManager.default.removeItem(atPath: root) }
        let fixed = try await clock(at: moment)
        try wrapPrograms(fixed, in: "\(root)/programs")
        let variables = fixed.merging([
            "RSSCTL_SANDBOX": "\(root)/sandbox", "TZ": "UTC", PostgresPrograms.variable: "\(root)/programs",
        ]) { $1 }
        let binary = Binary(state: root, environment: variables)
        do {
            for arguments in [["sandbox", "up"], ["migrate"], ["sandbox", "seed", "--visits", "100"]] {
                let result = try await binary.run(arguments)
                try #require(result.status == 0, "\(arguments): \(result.errors)")
            }
            let state = try #require(try SandboxState.load(from: "\(root)/sandbox"))
            var environment = Dictionary(state.environment.map { ($0.name, $0.value) }) { first, _ in first }
            environment["PGHOST"] = "127.0.0.1"
            try await body(
                FixedServers(state: state, root: root, environment: environment.merging(variables) { $1 }))
        } catch {
            _ = try? await binary.run("sandbox", "destroy", "--yes")
            throw error
        }
        _ = try await binary.run("sandbox", "destroy", "--yes")
    }

    /// The server's programs by that clock: rssctl gives them no variables of its own environment.
    private static func wrapPrograms(_ clock: [String: String], in folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        var clock = clock
        // The user who runs the servers for root reads it too.
        if let library = clock["LD_PRELOAD"] {
            try FileManager.default.copyItem(atPath: library, toPath: "\(folder)/clock.so")
            clock["LD_PRELOAD"] = "\(folder)/clock.so"
        }
        let exports = clock.map { "export \($0)='\($1)'" }.sorted().joined(separator: "\n")
        for program in ["initdb", "pg_ctl"] {
            let path = try #require(
                PostgresPrograms.folders.map { "\($0)/\(program)" }.first {
                    FileManager.default.isExecutableFile(atPath: $0)
                })
            try "#!/bin/sh\n\(exports)\nexec '\(path)' \"$@\"\n".write(
                toFile: "\(folder)/\(program)", atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(program)")
        }
    }

    /// Makes a database, as a copy of the seeded one or an empty one.
    func make(_ database: String, isEmpty: Bool) async throws {
        var keywords = state.postgresKeywords
        keywords["dbname"] = "postgres"
        let connection = try await PostgresConnection.connect(
            ConnectionOptions(keywords: keywords, session: SessionSettings(applicationName: "golden")))
        try await connection.execute(
            "CREATE DATABASE \(database) TEMPLATE \(isEmpty ? "template0" : state.database)")
        await connection.close()
    }
}
