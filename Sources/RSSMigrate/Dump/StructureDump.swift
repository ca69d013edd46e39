import Foundation
import Glibc
import PostgresClient
import RSSCore
import RSSSystem

/// The structure of a database as SQL that makes the same structure in an empty one: what `pg_dump --schema-only` writes,
/// without the schema `rssctl` and without what differs from run to run.
///
/// Two dumps of the same structure are the same bytes. A database made from one has the fingerprint of its origin.
package struct StructureDump: Sendable {
    /// What was written.
    package struct Summary: Sendable, Equatable {
        /// Size of the text in bytes.
        package let bytes: Int
        /// Number of lines.
        package let lines: Int
    }

    private let executable: String
    private let arguments: [String]
    private let environment: [String: String]
    private let password: String?

    /// Prepares the dump of the database that a session is connected with; the session itself is not used for it.
    ///
    /// - Parameter ownership: whether owners and grants are part of it. Without them it can be loaded where the roles
    ///   are other ones.
    /// - Throws: ``StructureError/dumpProgramMissing``, ``StructureError/dumpProgramTooOld(path:version:server:)``,
    ///   `PostgresError`.
    package init(_ connection: PostgresConnection, ownership: Bool = true) async throws {
        let found = try await DumpProgram.find(serverMajor: Int(await connection.serverVersion) / 10_000)
        var environment = try await connection.environment().compactMapValues { $0 }
        // The password goes into a file that only the program can open.
        password = environment.removeValue(forKey: "PGPASSWORD")
        environment["LC_ALL"] = "C.UTF-8"
        self.environment = environment
        executable = found.path
        arguments =
            [
                "--schema-only", "--exclude-schema=rssctl", "--encoding=UTF8", "--no-password",
                "--lock-wait-timeout=10000",
            ] + (ownership ? [] : ["--no-owner", "--no-privileges"])
    }

    /// The text.
    ///
    /// - Throws: ``StructureError/dumpFailed(words:)``, `CancellationError`.
    package func text() async throws -> String {
        var bytes: [UInt8] = []
        try await write { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes the text to a file. It is there as a whole or not at all, and one that was there before is replaced; only a
    /// device or a pipe, which cannot be replaced, is written to as the text comes.
    ///
    /// - Throws: ``StructureError/dumpFailed(words:)``, ``StructureError/dumpUnwritable(path:reason:)``,
    ///   `CancellationError`.
    @discardableResult
    package func write(toFile path: String) async throws -> Summary {
        var status = stat()
        let isSpecial =
            stat(path, &status) == 0 && ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
        if isSpecial { return try await write(toSpecial: path) }
        do {
            let draft = try FileDraft(path)
            let summary = try await write { try draft.write($0) }
            try draft.publish()
            return summary
        } catch let error as FileError {
            throw StructureError.dumpUnwritable(path: path, reason: error.reason)
        }
    }

    /// Writes to a device or a pipe as the text comes.
    private func write(toSpecial path: String) async throws -> Summary {
        func unwritable(_ reason: String) -> StructureError { .dumpUnwritable(path: path, reason: reason) }
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unwritable(String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        return try await write { bytes in
            do { try handle.write(contentsOf: bytes) } catch {
                throw unwritable((error as NSError).localizedDescription)
            }
        }
    }

    /// Runs pg_dump into a file of its own and hands the lines that stay over as they are read.
    @discardableResult
    private func write(_ sink: ([UInt8]) throws -> Void) async throws -> Summary {
        let raw = try Subprocess.temporaryFile("sql")
        let errors = try Subprocess.temporaryFile("err")
        defer { for file in [raw, errors] { try? FileManager.default.removeItem(at: file) } }
        let secret = try password.map { try PasswordFile($0) }
        // The program opens it after it was started.
        defer { withExtendedLifetime(secret) {} }
        var variables = environment
        if let secret { variables["PGPASSFILE"] = secret.path }
        let program = Subprocess(executable: executable, arguments: arguments, environment: variables)
        let pid = try program.start(
            output: raw.path, errors: errors.path, passing: secret.map { [$0.descriptor] } ?? [])
        guard try await program.finish(pid, within: .seconds(600)) == 0 else {
            let words = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
            throw StructureError.dumpFailed(
                words: Redaction.scrub(words.trimmingCharacters(in: .whitespacesAndNewlines)))
        }
        return try Self.copy(raw, sink)
    }

    /// Reads a file line by line, so that it is never in memory as a whole, and hands over what the filter leaves.
    private static func copy(_ file: URL, _ sink: ([UInt8]) throws -> Void) throws -> Summary {
        let input = try FileHandle(forReadingFrom: file)
        defer { try? input.close() }
        var filter = DumpFilter()
        var output = Array(DumpFilter.title.utf8)
        var summary = (bytes: 0, lines: 0)
        func flush() throws {
            summary.bytes += output.count
            summary.lines += output.count { $0 == UInt8(ascii: "\n") }
            try sink(output)
            output.removeAll(keepingCapacity: true)
        }
        func take(_ line: some Collection<UInt8>) {
            for line in filter.next(Array(line)) {
                output += line
                output.append(UInt8(ascii: "\n"))
            }
        }
        var rest: [UInt8] = []
        while let chunk = try input.read(upToCount: 1 << 16), !chunk.isEmpty {
            let parts = (rest + chunk).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for line in parts.dropLast() { take(line) }
            rest = Array(parts.last ?? [])
            try flush()
        }
        if !rest.isEmpty { take(rest) }
        try flush()
        return Summary(bytes: summary.bytes, lines: summary.lines)
    }
}
