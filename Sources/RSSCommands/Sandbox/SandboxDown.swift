import RSSModel
import ArgumentParser
import RSSCore
import RSSSetup

/// `rssctl sandbox down`
package struct SandboxDown: Verb {
    package static let declaration = Declaration(
        "sandbox down", "Stop the private servers and keep their data", needs: [.settings],
        examples: [.init("Stop both servers", "rssctl sandbox down")],
        exits: [.tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions

    package var isSilentWhenDone: Bool { true }

    package init() {}

    package func execute(_ context: Context) async throws -> SandboxReport {
        try await context.sandbox.down()
        return SandboxReport(context.sandbox, try await context.sandbox.status(), expectsUp: false)
    }
}
