import ArgumentParser
import Console

/// `rssctl completion`
package struct CompletionVerb: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the completion script of a shell",
        discussion: "EXAMPLES:\n  # For this bash session\n  source <(rssctl completion bash)")

    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    package init() {}

    package func run() throws {
        let script = Root.completionScript(for: CompletionShell(rawValue: shell.rawValue) ?? .bash)
        try World.current.makeConsole(.never, .normal).withOutput { (output) throws(ConsoleError) in
            try output.writeLine(script)
        }
    }
}
