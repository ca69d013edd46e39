import Foundation

/// Runs a program to its end and keeps what it printed.
///
/// The output goes through files, not pipes: a program that leaves a daemon behind would keep a pipe open for ever.
struct Subprocess: Sendable {
    /// How a program ended.
    struct Result: Sendable {
        let status: Int32
        let output: String
        let errors: String
    }

    var executable: String
    var arguments: [String]
    /// Variables set besides those of this process.
    var environment: [String: String] = [:]
    var directory: String?

    /// Runs the program.
    ///
    /// - Throws: ``SubprocessError`` when it cannot be started or does not end in time (it is killed then).
    func run(timeout: Duration = .seconds(120)) async throws -> Result {
        let files = try ["out", "err"].map { try Self.temporaryFile($0) }
        defer { files.forEach { try? FileManager.default.removeItem(at: $0) } }
        let handles = try files.map { try FileHandle(forWritingTo: $0) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        do {
            try process.run()
        } catch {
            throw SubprocessError.cannotStart(executable, reason: "\(error)")
        }
        let deadline = ContinuousClock.now + timeout
        while process.isRunning {
            if ContinuousClock.now > deadline || Task.isCancelled {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                try Task.checkCancellation()
                throw SubprocessError.tookTooLong(executable, limit: timeout)
            }
            // A cancelled sleep is noticed at the head of the loop.
            try? await Task.sleep(for: .milliseconds(5))
        }
        for handle in handles { try handle.close() }
        let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Result(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    /// Runs the program and returns what it printed; a status other than 0 is an error that quotes its words.
    @discardableResult
    func runSuccessfully(timeout: Duration = .seconds(120)) async throws -> String {
        let result = try await run(timeout: timeout)
        guard result.status == 0 else {
            let words = result.errors.isEmpty ? result.output : result.errors
            throw SubprocessError.failed(
                executable, status: result.status, words: String(words.suffix(2000)).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return result.output
    }

    private static func temporaryFile(_ kind: String) throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("rssctl-\(UUID().uuidString).\(kind)")
        guard FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw SubprocessError.cannotStart(url.path, reason: "the temporary folder cannot be written") }
        return url
    }

    /// The full path of a program, looked up as the shell would, then in further folders.
    static func find(_ name: String, in further: [String] = []) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return (further + path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"])
            .map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}

/// A program that could not be run to its end.
enum SubprocessError: Error {
    case cannotStart(String, reason: String)
    case failed(String, status: Int32, words: String)
    case tookTooLong(String, limit: Duration)
}
