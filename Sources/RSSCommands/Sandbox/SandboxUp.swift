import ArgumentParser
import RSSCore
import RSSModel
import RSSSetup

/// `rssctl sandbox up`
package struct SandboxUp: Verb {
    package static let declaration = Declaration(
        "sandbox up", "Start the private PostgreSQL and Redis; create them the first time", needs: [.settings],
        examples: [.init("Ready in seconds; instant when it is up already", "rssctl sandbox up")],
        exits: [.unavailable, .cannotWrite, .tryAgain, .permission, .configuration])

    @OptionGroup package var global: GlobalOptions

    package var isSilentWhenDone: Bool { true }

    package init() {}

    package func execute(_ context: Context) async throws -> SandboxReport {
        _ = try await context.sandbox.up(context.progress)
        return SandboxReport(context.sandbox, try await context.sandbox.status(), expectsUp: true)
    }
}
