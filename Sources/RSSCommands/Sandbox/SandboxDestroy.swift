import ArgumentParser
import RSSCore
import RSSModel

/// `rssctl sandbox destroy`
public struct SandboxDestroy: Verb {
    public static let declaration = Declaration(
        "sandbox destroy", "Stop the private servers and remove all their files", effect: .destroys, needs: [.settings],
        examples: [.init("What would be removed", "rssctl sandbox destroy --dry-run")])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    public var change: ChangeOptions? { changes }

    public init() {}

    public func question(_ context: Context) async throws -> String? {
        "Remove the sandbox in \(context.sandbox.folder) with all its data?"
    }

    public func execute(_ context: Context) async throws -> SandboxReport {
        if context.isDryRun {
            context.progress(.note("Would stop both servers and remove \(context.sandbox.folder)."))
        } else {
            try await context.sandbox.destroy()
        }
        return SandboxReport(context.sandbox, try await context.sandbox.status(), expectsUp: false)
    }
}
