import Console
import Foundation
import Journal
import PostgresClient

/// Everything outside the process that a command can touch, in one place, so that every command runs in a test.
package struct World: Sendable {
    /// The variables the process was started with.
    package var environment: [String: String]
    /// Makes the console for the colour and verbosity asked for.
    package var makeConsole: @Sendable (ColorChoice, Verbosity) -> Console
    /// The arguments as typed, for the journal.
    package var arguments: [String]
    /// Whether signals are caught and the process may be ended; not in tests.
    package var ownsProcess: Bool
    /// The moment that counts as now.
    package var now: @Sendable () -> Date

    /// Makes a world.
    package init(
        environment: [String: String], arguments: [String], ownsProcess: Bool = false,
        now: @escaping @Sendable () -> Date = { Date() },
        makeConsole: @escaping @Sendable (ColorChoice, Verbosity) -> Console
    ) {
        self.environment = environment
        self.arguments = arguments
        self.ownsProcess = ownsProcess
        self.now = now
        self.makeConsole = makeConsole
    }

    /// The world of this task: the real one, unless a test put another in its place.
    @TaskLocal package static var current = World.real

    /// The world of this process.
    package static var real: World {
        let environment = ProcessInfo.processInfo.environment.merging(InheritedVariables.withdrawn) { $1 }
        return World(
            environment: environment, arguments: Array(CommandLine.arguments.dropFirst()), ownsProcess: true
        ) { .standard(color: $0, verbosity: $1, environment: environment) }
    }

    /// The state folder of rssctl on this machine.
    package var stateFolder: String {
        environment["RSSCTL_STATE"].flatMap { $0.isEmpty ? nil : $0 } ?? Journal.stateFolder(environment: environment)
    }

    /// The journal's file.
    package var journalPath: String {
        environment["RSSCTL_JOURNAL"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(stateFolder)/journal.sqlite"
    }
}
