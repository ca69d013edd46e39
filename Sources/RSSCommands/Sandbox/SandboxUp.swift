import ArgumentParser
import RSSCore
import RSSModel

/// `rssctl sandbox up`
public struct SandboxUp: Verb {
    public static let declaration = Declaration(
        "sandbox up", "Start the private PostgreSQL and Redis, making them the first time", needs: [.settings],
        examples: [.init("Ready in seconds; instant when it is up already", "rssctl sandbox up")],
        exits: [.unavailable, .cannotWrite, .tryAgain, .permission, .configuration])

    @OptionGroup public var global: GlobalOptions

    public var isSilentWhenDone: Bool { true }

    public init() {}

    public func execute(_ context: Context) async throws -> SandboxReport {
        _ = try await context.sandbox.up(context.progress)
        return SandboxReport(context.sandbox, try await context.sandbox.status(), expectsUp: true)
    }
}
