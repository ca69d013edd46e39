import Foundation
import Glibc
import RSSSystem

/// Runs a program to its end and returns what it printed.
///
/// The output goes through files, not pipes: a program that starts a daemon would keep a pipe open indefinitely.
package struct Subprocess: Sendable {
    /// How a program ended.
    package struct Result: Sendable {
        package let status: Int32
        package let output: String
        package let errors: String
    }

    package let executable: String
    package let arguments: [String]
    /// Variables set besides those that are passed on of this process (`ChildEnvironment`), or in their place.
    package let environment: [String: String]
    private let inheritsEnvironment: Bool

    package init(
        executable: String, arguments: [String], environment: [String: String] = [:], inheritsEnvironment: Bool = true
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.inheritsEnvironment = inheritsEnvironment
    }

    /// Runs the program.
    ///
    /// - Throws: ``SubprocessError`` when it cannot be started or does not end in time (it is killed then).
    package func run(timeout: Duration = .seconds(120)) async throws -> Result {
        let files = try ["out", "err"].map { try Self.temporaryFile($0) }
        defer { files.forEach { try? FileManager.default.removeItem(at: $0) } }
        let status = try await finish(try start(output: files[0].path, errors: files[1].path), within: timeout)
        let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Result(status: status, output: texts[0], errors: texts[1])
    }

    /// Waits for the end of a program that was started, and returns its status.
    ///
    /// - Throws: ``SubprocessError/tookTooLong(_:limit:)``, `CancellationError`; the program is killed then.
    package func finish(_ pid: pid_t, within timeout: Duration) async throws -> Int32 {
        let deadline = ContinuousClock.now + timeout
        while true {
            if let status = Self.status(of: pid) { return status }
            if ContinuousClock.now > deadline || Task.isCancelled {
                kill(pid, SIGKILL)
                _ = Self.status(of: pid, waiting: true)
                try Task.checkCancellation()
                throw SubprocessError.tookTooLong(executable, limit: timeout)
            }
            // A cancelled sleep is noticed at the head of the loop.
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The exit status of a program that was started, or 128 and the number of the signal that ended it; nil while it
    /// runs. To be asked until it answers, and not again.
    package static func status(of pid: pid_t, waiting: Bool = false) -> Int32? {
        var status: Int32 = 0
        while true {
            let ended = waitpid(pid, &status, waiting ? 0 : WNOHANG)
            if ended == 0 { return nil }
            if ended < 0, errno == EINTR { continue }
            // WIFEXITED, WEXITSTATUS and WTERMSIG; the macros are not imported.
            return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        }
    }

    /// Starts the program with its streams in files. Foundation's Process waits until every
    /// descendant has closed what it inherited, which a daemon never does.
    ///
    /// - Parameter descriptors: what the program gets besides, under the same numbers.
    package func start(
        input: String = "/dev/null", output: String, errors: String, passing descriptors: [Int32] = []
    ) throws -> pid_t {
        // In a group of its own, it does not get a Ctrl-C on our terminal.
        try spawn(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP) { actions in
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY, 0)
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY, 0)
            // Onto itself: it loses the mark by which it would be closed.
            for descriptor in descriptors { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }
        }
    }

    /// Starts the program with our own streams, on our terminal.
    package func startOnTerminal() throws -> pid_t { try spawn(POSIX_SPAWN_SETSIGDEF) { _ in } }

    private func spawn(
        _ flags: Int32, _ streams: (inout posix_spawn_file_actions_t) -> Void
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        streams(&actions)
        // Our own handling of signals must not be inherited: a server with SIGTERM ignored could not be stopped.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        // Threads of dispatch block nearly all signals, and so would the program.
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(flags) | Int16(POSIX_SPAWN_SETSIGMASK))

        let inherited = inheritsEnvironment ? ChildEnvironment.of(ProcessInfo.processInfo.environment) : [:]
        let variables = inherited.merging(environment) { $1 }
        var argv = ([executable] + arguments).map { (word: String) in strdup(word) } + [nil]
        var envp = variables.map { (name: String, value: String) in strdup("\(name)=\(value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, executable, &actions, &attributes, &argv, &envp)
        if result != 0 { throw SubprocessError.cannotStart(executable, reason: String(cString: strerror(result))) }
        return pid
    }

    /// Runs the program and returns what it printed; a status other than 0 is an error that quotes its messages.
    @discardableResult
    package func runSuccessfully(timeout: Duration = .seconds(120)) async throws -> String {
        let result = try await run(timeout: timeout)
        guard result.status == 0 else {
            let words = result.errors.isEmpty ? result.output : result.errors
            throw SubprocessError.failed(
                executable, status: result.status,
                words: String(words.suffix(2000)).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return result.output
    }

    /// An empty file of this run, readable by its owner alone.
    package static func temporaryFile(_ kind: String) throws -> URL {
        let url = URL(fileURLWithPath: "\(TemporaryPlace.folder)/rssctl-\(UUID().uuidString).\(kind)")
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600 as mode_t)
        guard descriptor >= 0 else {
            throw SubprocessError.noTemporaryFile(url.path, reason: String(cString: strerror(errno)))
        }
        close(descriptor)
        return url
    }

    /// The full path of a program, looked up in further folders first, then as the shell would.
    package static func find(_ name: String, in further: [String] = []) -> String? {
        let path = ChildEnvironment.searchPath(ProcessInfo.processInfo.environment["PATH"])
        return (further + path + ["/usr/sbin", "/sbin"])
            .map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
