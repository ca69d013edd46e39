import ArgumentParser
import Console
import Foundation
import Glibc
import RSSCore
import RSSModel
import RSSSetup
import RSSSystem

/// `rssctl sandbox psql`
package struct SandboxPsql: Verb {
    package static let declaration = Declaration(
        "sandbox psql", "Open psql on the sandbox's database",
        discussion: "The exit status is psql's own. With --timeout psql is terminated after that time, with status 75.",
        needs: [.settings], journaled: false,
        examples: [.init("One statement; arguments after -- go to psql", "rssctl sandbox psql -- -c 'SELECT 1'")],
        exits: [.findings, .pending, .unavailable, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions

    @Argument(parsing: .postTerminator, help: "Arguments for psql, after --.")
    var arguments: [String] = []

    package init() {}

    package func validate() throws {
        if global.output != .table {
            throw ValidationError("psql has formats of its own: rssctl sandbox psql -- --csv -c 'SELECT 1'")
        }
    }

    /// Becomes psql, or with a timeout waits for it.
    package func execute(_ context: Context) async throws -> PsqlResult {
        let folder = context.sandbox.folder
        guard let state = try SandboxState.load(from: folder), try await context.sandbox.status().postgres else {
            throw SandboxError.notRunning(folder: folder)
        }
        guard let program = Subprocess.find("psql") else {
            throw SandboxError.programMissing("psql", package: "postgresql-client")
        }
        var variables = ChildEnvironment.of(context.world.environment) { name in
            name.hasPrefix("PSQL") || ["EDITOR", "VISUAL"].contains(name) || ChildEnvironment.isPaging(name)
        }
        for (name, value) in state.environment where name.hasPrefix("PG") { variables[name] = value }
        guard global.timeout == nil else {
            let psql = Subprocess(
                executable: program, arguments: arguments, environment: variables, inheritsEnvironment: false)
            // The timeout cancels this task, which ends psql.
            return PsqlResult(status: try await psql.finish(try psql.startOnTerminal(), within: .seconds(31_536_000)))
        }
        // psql expects the signals as a shell leaves them; threads of dispatch block most of them. A timer would outlast this process
        // and kill it.
        ProcessEnd.removeDeadline()
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGALRM] { signal(number, SIG_DFL) }
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var argv = ([program] + arguments).map { (word: String) in strdup(word) } + [nil]
        var envp = variables.map { (name: String, value: String) in strdup("\(name)=\(value)") } + [nil]
        execve(program, &argv, &envp)
        (argv + envp).forEach { free($0) }
        throw SandboxError.programMissing("psql", package: "postgresql-client")
    }
}

/// The result of `sandbox psql`, which printed its own.
package struct PsqlResult: CommandResult {
    let status: Int32

    package var document: String? { "" }
    package var tables: [Table] { [] }
    package var exitStatus: ExitStatus { ExitStatus(rawValue: status) ?? .failed }
}
