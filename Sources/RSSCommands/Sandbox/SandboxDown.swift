import RSSModel
import ArgumentParser
import RSSCore

/// `rssctl sandbox down`
public struct SandboxDown: Verb {
    public static let declaration = Declaration(
        "sandbox down", "Stop the private servers and keep their data", needs: [.settings],
        examples: [.init("Stop both servers", "rssctl sandbox down")],
        exits: [.tryAgain, .permission])

    @OptionGroup public var global: GlobalOptions

    public var isSilentWhenDone: Bool { true }

    public init() {}

    public func execute(_ context: Context) async throws -> SandboxReport {
        try await context.sandbox.down()
        return SandboxReport(context.sandbox, try await context.sandbox.status(), expectsUp: false)
    }
}
