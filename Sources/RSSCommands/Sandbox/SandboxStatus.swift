import ArgumentParser
import RSSCore
import RSSModel
import RSSSetup

/// `rssctl sandbox status`
package struct SandboxStatus: Verb {
    package static let declaration = Declaration(
        "sandbox status", "Show whether the private servers run, and where", needs: [.settings], journaled: false,
        examples: [.init("Exit status 3 when it is down", "rssctl sandbox status")],
        exits: [.pending, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func execute(_ context: Context) async throws -> SandboxReport {
        SandboxReport(context.sandbox, try await context.sandbox.status(), expectsUp: true)
    }
}
