import ArgumentParser
import Foundation
import Glibc
import RSSCore
import RSSModel

/// `rssctl sandbox psql`
public struct SandboxPsql: Verb {
    public static let declaration = Declaration(
        "sandbox psql", "Open psql on the sandbox's database", needs: [.settings], journaled: false,
        examples: [.init("One statement; what stands behind -- goes to psql", "rssctl sandbox psql -- -c 'SELECT 1'")],
        exits: [.unavailable])

    @OptionGroup public var global: GlobalOptions

    @Argument(parsing: .postTerminator, help: "Arguments for psql, behind --.")
    var arguments: [String] = []

    public init() {}

    /// Becomes psql; returns only when that fails.
    public func execute(_ context: Context) async throws -> SandboxVariables {
        let folder = context.sandbox.folder
        guard let state = try SandboxState.load(from: folder), try await context.sandbox.status().postgres else {
            throw SandboxError.notRunning(folder: folder)
        }
        for (name, value) in state.environment { setenv(name, value, 1) }
        // psql expects the signals as a shell leaves them; threads of dispatch block most of them. A timer would outlast us
        // and kill it.
        ProcessEnd.removeDeadline()
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGALRM] { signal(number, SIG_DFL) }
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var argv: [UnsafeMutablePointer<CChar>?] = (["psql"] + arguments).map { (word: String) in strdup(word) }
        argv.append(nil)
        execvp("psql", argv)
        argv.forEach { free($0) }
        throw SandboxError.programMissing("psql", package: "postgresql-client")
    }
}
