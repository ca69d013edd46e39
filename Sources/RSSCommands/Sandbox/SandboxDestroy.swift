import ArgumentParser
import Console
import RSSCore
import RSSModel
import RSSSetup

/// `rssctl sandbox destroy`
package struct SandboxDestroy: Verb {
    package static let declaration = Declaration(
        "sandbox destroy", "Stop the private servers and remove all their files",
        discussion: """
            Only what sandbox up made is removed, and only by the user who made it. A folder that sandbox up did not make is \
            refused; files that were put beside a sandbox stay, and are named.
            """,
        effect: .destroys, needs: [.settings],
        examples: [.init("What would be removed", "rssctl sandbox destroy --dry-run")],
        exits: [.cannotWrite, .tryAgain, .permission, .configuration])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        let sandbox = context.sandbox
        guard try sandbox.isMade() else { return nil }
        return "Remove the sandbox in \(sandbox.folder) with all its data (\(Quantity.bytes(sandbox.bytes())))?"
    }

    package func execute(_ context: Context) async throws -> SandboxReport {
        let sandbox = context.sandbox
        if context.isDryRun {
            context.progress(
                .note(
                    try sandbox.isMade()
                        ? "Would stop both servers and remove \(sandbox.folder) (\(Quantity.bytes(sandbox.bytes())))."
                        : "No sandbox in \(sandbox.folder)."))
        } else {
            let left = try await sandbox.destroy()
            if !left.isEmpty {
                context.progress(
                    .warning("left in \(sandbox.folder), not made by sandbox up: \(left.joined(separator: ", "))"))
            }
        }
        return SandboxReport(sandbox, try await sandbox.status(), expectsUp: false)
    }
}
