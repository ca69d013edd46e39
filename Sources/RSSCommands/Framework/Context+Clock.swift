import PostgresClient
import RSSCore
import RSSModel

extension Context {
    /// The time by the server's clock, which decides over data; never that of this machine, which is reported when it is
    /// more than a minute off.
    ///
    /// - Throws: `PostgresError`.
    func clock(_ connection: PostgresConnection) async throws -> ServerClock {
        heeding(try await ServerClock(connection))
    }

    /// Warns when this machine's clock differs from a server's clock that was read.
    func heeding(_ clock: ServerClock) -> ServerClock {
        if let warning = clock.warning { progress(.warning(warning)) }
        return clock
    }
}
