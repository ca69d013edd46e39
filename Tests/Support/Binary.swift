import Foundation
import Glibc
import RSSCore

/// The built rssctl, run as a user would run it.
package struct Binary: Sendable {
    /// How a run ended.
    package struct Result: Sendable {
        /// Exit status; 128 and the signal's number for a run that a signal ended.
        package let status: Int32
        /// What it printed.
        package let output: String
        /// What it printed.
        package let errors: String
    }

    /// Variables besides those of the test.
    package var environment: [String: String]

    /// A binary that keeps its state in a folder, and knows no other configuration.
    package init(state: String, environment: [String: String] = [:]) {
        self.environment = ["RSSCTL_STATE": state, "RSSCTL_CONFIG": "", "XDG_CONFIG_HOME": "\(state)/config"]
            .merging(environment) { $1 }
    }

    /// The executable: it lies beside the test bundle.
    package static var path: String {
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
    package func start(_ arguments: [String], input: String? = nil, directory: String? = nil) throws -> Running {
        try Running(arguments, environment: environment, input: input, directory: directory)
    }

    /// Runs to the end.
    package func run(_ arguments: String..., input: String? = nil, directory: String? = nil) async throws -> Result {
        try await start(arguments, input: input, directory: directory).result()
    }

    /// Runs to the end.
    package func run(_ arguments: [String], input: String? = nil, directory: String? = nil) async throws -> Result {
        try await start(arguments, input: input, directory: directory).result()
    }

    /// A run in progress.
    package struct Running: Sendable {
        private let folder: URL

        /// Its process id.
        package let pid: Int32

        init(_ arguments: [String], environment: [String: String], input: String?, directory: String?) throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("rssctl-run-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["out", "err", "in"] {
                try Data(name == "in" ? (input ?? "").utf8 : "".utf8).write(to: folder.appendingPathComponent(name))
            }
            let clean = [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path,
                "LANG": "C.UTF-8",
            ]
            // With them the run counts for the coverage too, is checked by a sanitizer as the tests are, and uses the same
            // servers.
            let observers = ProcessInfo.processInfo.environment.filter { name, _ in
                ["LLVM_PROFILE_FILE", "LSAN_OPTIONS", "ASAN_OPTIONS", "TSAN_OPTIONS", PostgresPrograms.variable]
                    .contains(name)
            }
            let program = Subprocess(
                executable: "/usr/bin/env", arguments: ["--chdir=\(directory ?? "/")", Binary.path] + arguments,
                environment: clean.merging(observers) { $1 }.merging(environment) { $1 }, inheritsEnvironment: false)
            pid = try program.start(
                input: folder.appendingPathComponent("in").path, output: folder.appendingPathComponent("out").path,
                errors: folder.appendingPathComponent("err").path)
        }

        /// Sends a signal.
        package func signal(_ number: Int32) { kill(pid, number) }

        private func text(_ name: String) -> String {
            (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
        }

        /// Waits for its end, at most for this time; then it is killed. To be called once.
        package func result(within limit: Duration = .seconds(120)) async throws -> Result {
            var status: Int32?
            _ = try await eventually(within: limit) {
                status = Subprocess.status(of: pid)
                return status != nil
            }
            if status == nil {
                kill(pid, SIGKILL)
                status = Subprocess.status(of: pid, waiting: true)
            }
            defer { try? FileManager.default.removeItem(at: folder) }
            return Result(status: status ?? -1, output: text("out"), errors: text("err"))
        }
    }
}
