import ArgumentParser
import RSSCore
import RSSModel
import RSSSetup

/// `rssctl sandbox reset`
package struct SandboxReset: Verb {
    package static let declaration = Declaration(
        "sandbox reset", "Empty the private database and Redis", effect: .destroys, needs: [.settings],
        examples: [.init("An empty database, without asking", "rssctl sandbox reset --yes")],
        exits: [.unavailable, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        "Drop all data of the sandbox in \(context.sandbox.folder)?"
    }

    package func execute(_ context: Context) async throws -> SandboxReport {
        if context.isDryRun {
            context.progress(
                .note("Would drop and re-create the database of \(context.sandbox.folder), and flush its Redis."))
        } else {
            try await context.sandbox.reset()
        }
        return SandboxReport(context.sandbox, try await context.sandbox.status(), expectsUp: true)
    }
}
