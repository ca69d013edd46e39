import Foundation
import Glibc

/// The built rssctl, run as a user would run it.
public struct Binary: Sendable {
    /// How a run ended.
    public struct Result: Sendable {
        /// Exit status; 128 and the signal's number for a run that a signal ended.
        public let status: Int32
        /// What it printed.
        public let output: String
        /// What it told.
        public let errors: String
    }

    /// Variables besides those of the test.
    public var environment: [String: String]

    /// A binary that keeps its state in a folder, and knows no other configuration.
    public init(state: String, environment: [String: String] = [:]) {
        self.environment = ["RSSCTL_STATE": state, "RSSCTL_CONFIG": "", "XDG_CONFIG_HOME": "\(state)/config"]
            .merging(environment) { $1 }
    }

    /// The executable: it lies beside the test bundle.
    public static var path: String {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        var folder = bundle
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("rssctl").path
            if access(candidate, X_OK) == 0, !isFolder(candidate) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return bundle.appendingPathComponent("rssctl").path
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    /// Starts a run; its outputs go to files.
    public func start(_ arguments: [String], input: String? = nil, directory: String? = nil) throws -> Running {
        try Running(arguments, environment: environment, input: input, directory: directory)
    }

    /// Runs to the end.
    public func run(_ arguments: String..., input: String? = nil, directory: String? = nil) async throws -> Result {
        try await start(arguments, input: input, directory: directory).result()
    }

    /// Runs to the end.
    public func run(_ arguments: [String], input: String? = nil, directory: String? = nil) async throws -> Result {
        try await start(arguments, input: input, directory: directory).result()
    }

    /// A run that goes on.
    public final class Running: @unchecked Sendable {  // the process is started in init and only waited for afterwards
        private let process = Process()
        private let folder: URL

        /// Its process id.
        public var pid: Int32 { process.processIdentifier }

        init(_ arguments: [String], environment: [String: String], input: String?, directory: String?) throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("rssctl-run-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["out", "err", "in"] {
                let data = name == "in" ? Data((input ?? "").utf8) : Data()
                try data.write(to: folder.appendingPathComponent(name))
            }
            process.executableURL = URL(fileURLWithPath: Binary.path)
            process.arguments = arguments
            process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path, "LANG": "C.UTF-8"]
                .merging(environment) { $1 }
            if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
            process.standardInput = try FileHandle(forReadingFrom: folder.appendingPathComponent("in"))
            process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("out"))
            process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("err"))
            try process.run()
        }

        /// Sends a signal.
        public func signal(_ number: Int32) { kill(pid, number) }

        /// What it has told so far.
        public var errorsSoFar: String { text("err") }

        private func text(_ name: String) -> String {
            (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
        }

        /// Waits for its end, at most for so long; then it is killed.
        public func result(within limit: Duration = .seconds(120)) async throws -> Result {
            let ended = try await eventually(within: limit) { Self.isGone(process) }
            if !ended { kill(pid, SIGKILL) }
            process.waitUntilExit()
            defer { try? FileManager.default.removeItem(at: folder) }
            let signalled = process.terminationReason == .uncaughtSignal
            return Result(
                status: signalled ? 128 + process.terminationStatus : process.terminationStatus, output: text("out"),
                errors: text("err"))
        }

        private static func isGone(_ process: Process) -> Bool {
            if !process.isRunning { return true }
            // Foundation notices an end only when every descendant has closed what it inherited; a sandbox's servers do not.
            let stat = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
            return stat.isEmpty || stat.contains(") Z ")
        }
    }
}
