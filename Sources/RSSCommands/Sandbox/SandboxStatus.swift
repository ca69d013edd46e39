import ArgumentParser
import RSSCore
import RSSModel

/// `rssctl sandbox status`
public struct SandboxStatus: Verb {
    public static let declaration = Declaration(
        "sandbox status", "Show whether the private servers run, and where", needs: [.settings], journaled: false,
        examples: [.init("Exit status 3 when it is down", "rssctl sandbox status")],
        exits: [.pending, .tryAgain, .permission])

    @OptionGroup public var global: GlobalOptions

    public init() {}

    public func execute(_ context: Context) async throws -> SandboxReport {
        SandboxReport(context.sandbox, try await context.sandbox.status(), expectsUp: true)
    }
}
