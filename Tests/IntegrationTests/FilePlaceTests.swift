import Foundation
import Glibc
import TestSupport
import Testing

/// Paths that lead to something else than is meant: errors of the user's, never of rssctl.
@Suite struct FilePlaceTests {
    @Test func `what is in the way of a new migration is named, and nothing is written`() async throws {
        try await withState { state in
            let binary = Binary(state: state)
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(state)/file"))
            #expect(mkdir("\(state)/m", 0o755) == 0)
            let first = ["migrate", "new", "report note", "--repeatable", "--directory", "\(state)/m"]
            #expect(try await binary.run(first).status == 0)
            let cases: [(arguments: [String], status: Int32, words: String)] = [
                (first, 73, "RSS-FILE-009"),
                (["migrate", "new", "x", "--directory", "\(state)/file"], 73, "is not a folder"),
                (["migrate", "new", "x", "--directory", "/dev/null"], 73, "is not a folder"),
                (["migrate", "new", "x", "--directory", "\(state)/file/below"], 73, "RSS-FILE-003"),
                (["migrate", "new", String(repeating: "a", count: 300), "--directory", "\(state)/m"], 73, "too long"),
                (["migrate", "new", "x", "--directory", ""], 64, "--directory"),
                (["config", "init", "\(state)/file/g"], 73, "is not a folder"),
            ]
            for (arguments, status, words) in cases {
                let result = try await binary.run(arguments)
                #expect(result.status == status && result.errors.contains(words), "\(arguments): \(result.errors)")
                #expect(!result.errors.contains("RSS-INTERNAL"))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(state)/m") == ["R__report_note.sql"])
            try Data().write(to: URL(fileURLWithPath: "\(state)/m/V999999999999999999__last.sql"))
            let last = try await binary.run("migrate", "new", "x", "--directory", "\(state)/m")
            #expect(last.status == 73 && last.errors.contains("18 digits"), "\(last.errors)")
        }
    }

    @Test func `a temporary folder that is missing is named, and not a program that is there`() async throws {
        try await withDatabase { options in
            try await withState { state in
                let environment = try await target(options).merging(["TMPDIR": "\(state)/none"]) { $1 }
                let result = try await Binary(state: state, environment: environment).run("migrate", "dump")
                #expect(result.status == 73 && result.errors.contains("RSS-FILE-010"), "\(result.errors)")
                #expect(result.errors.contains("\(state)/none"))
            }
        }
    }

    @Test func `a pipe without a writer is waited for until the timeout`() async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let pipe = "\(state)/pipe.csv"
                #expect(mkfifo(pipe, 0o600) == 0)
                let binary = Binary(state: state, environment: try await target(options))
                let began = ContinuousClock.now
                let result = try await binary.run("bulk", "import", "hardware", pipe, "--dry-run", "--timeout", "500ms")
                #expect(result.status == 75, "\(result.errors)")
                #expect(began.duration(to: .now) < patience)
            }
        }
    }
}
