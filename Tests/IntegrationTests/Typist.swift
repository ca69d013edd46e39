import Foundation
import RSSCore
import TestSupport
import Testing

/// Types lines into a shell as a user does, with the built rssctl as `rssctl`.
struct Typist {
    /// The folder of its state, which is its home and where it works.
    let state: String
    /// Variables besides those of every user.
    var environment: [String: String] = [:]

    struct Answer {
        let status: Int32
        let output: String
        let errors: String
    }

    init(state: String, environment: [String: String] = [:]) throws {
        self.state = state
        self.environment = environment
        let bin = "\(state)/bin"
        if FileManager.default.fileExists(atPath: bin) { return }
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: "\(bin)/rssctl", withDestinationPath: Binary.path)
    }

    /// Types a line and waits for its end, for no longer than a limit.
    func type(
        _ line: String, in shell: [String] = ["bash"], within limit: Duration = .seconds(120)
    ) async throws -> Answer {
        let stem = "\(state)/typed-\(UUID().uuidString)"
        let variables = [
            "PATH": "\(state)/bin:/usr/bin:/bin", "HOME": state, "RSSCTL_STATE": "\(state)", "RSSCTL_PAGER": "",
            "LANG": "C.UTF-8", "TERM": "dumb",
        ].merging(environment) { $1 }
        for end in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: "\(stem).\(end)")) }
        let pid = try Subprocess(
            executable: "/usr/bin/env", arguments: ["--chdir=\(state)"] + shell + ["-c", line], environment: variables,
            inheritsEnvironment: false
        ).start(output: "\(stem).out", errors: "\(stem).err")
        var status: Int32?
        _ = try await eventually(within: limit) {
            status = Subprocess.status(of: pid)
            return status != nil
        }
        return Answer(
            status: try #require(status, "did not end: \(line)"),
            output: try String(contentsOfFile: "\(stem).out", encoding: .utf8),
            errors: try String(contentsOfFile: "\(stem).err", encoding: .utf8))
    }
}
