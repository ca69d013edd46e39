import ArgumentParser
import RSSCore
import RSSModel
import RSSSetup

/// `rssctl sandbox env`
package struct SandboxEnv: Verb {
    package static let declaration = Declaration(
        "sandbox env", "Print the variables with which psql, redis-cli and the backend connect to the sandbox",
        needs: [.settings], journaled: false,
        examples: [.init("Into the shell of this terminal: eval \"$(rssctl sandbox env)\"", "rssctl sandbox env")],
        exits: [.unavailable, .permission])

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func execute(_ context: Context) async throws -> SandboxVariables {
        let folder = context.sandbox.folder
        guard let state = try SandboxState.load(from: folder) else { throw SandboxError.notRunning(folder: folder) }
        return SandboxVariables(state.environment)
    }
}

/// The result of `sandbox env`; without a format it is what a shell reads.
package struct SandboxVariables: CommandResult {
    let variables: [Variable]

    struct Variable: Encodable {
        let name: String
        let value: String
    }

    init(_ variables: [(name: String, value: String)]) {
        self.variables = variables.map { Variable(name: $0.name, value: $0.value) }
    }

    package var document: String? {
        let lines = variables.map { "export \($0.name)='\($0.value.replacing("'", with: "'\\''"))'\n" }
        return "# eval \"$(rssctl sandbox env)\"\n" + lines.joined()
    }

    package var tables: [Table] {
        [
            Table(
                columns: [Column("name"), Column("value", isFlexible: true)],
                rows: variables.map { [.text($0.name), .text($0.value)] })
        ]
    }
}
