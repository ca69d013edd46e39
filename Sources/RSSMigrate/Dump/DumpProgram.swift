import Foundation
import Glibc
import RSSCore

/// An installed pg_dump.
struct DumpProgram: Sendable, Equatable {
    /// Its full path.
    let path: String
    /// Major version of the PostgreSQL that it belongs to.
    let version: Int

    /// The places to look in.
    static func candidates(serverMajor: Int) -> [String] {
        PostgresPrograms.folders(serverMajor: serverMajor).map { "\($0)/pg_dump" }
            + [Subprocess.find("pg_dump")].compactMap { $0 }
    }

    /// The first pg_dump that can read a server.
    ///
    /// - Throws: ``StructureError/dumpProgramMissing``,
    ///   ``StructureError/dumpProgramTooOld(path:version:server:)``.
    static func find(serverMajor: Int, candidates: [String]? = nil) async throws -> DumpProgram {
        var newest: DumpProgram?
        for path in candidates ?? Self.candidates(serverMajor: serverMajor) where access(path, X_OK) == 0 {
            guard let version = try await version(of: path) else { continue }
            if version >= serverMajor { return DumpProgram(path: path, version: version) }
            if version > newest?.version ?? 0 { newest = DumpProgram(path: path, version: version) }
        }
        guard let newest else { throw StructureError.dumpProgramMissing }
        throw StructureError.dumpProgramTooOld(path: newest.path, version: newest.version, server: serverMajor)
    }

    /// The number in `pg_dump (PostgreSQL) 15.18`; nil for a program that cannot be run or says something else, which
    /// is then no candidate.
    private static func version(of path: String) async throws -> Int? {
        let program = Subprocess(executable: path, arguments: ["--version"], environment: ["LC_ALL": "C"])
        let words: String
        do {
            words = try await program.runSuccessfully(timeout: .seconds(10))
        } catch let error as SubprocessError {
            // That says nothing of the program.
            if case .noTemporaryFile = error { throw error }
            return nil
        }
        return words.firstMatch(of: /\(PostgreSQL\) (?<major>[0-9]+)/).flatMap { Int($0.major) }
    }
}
