import PostgresClient
import RSSCore
import RSSModel

extension Context {
    /// The time by the server's clock, which decides over data; never that of this machine, of which is said when it is
    /// more than a minute off.
    ///
    /// - Throws: `PostgresError`.
    func clock(_ connection: PostgresConnection) async throws -> ServerClock {
        heeding(try await ServerClock(connection))
    }

    /// Says of a clock that was read when this machine's is off.
    func heeding(_ clock: ServerClock) -> ServerClock {
        if let warning = clock.warning { progress(.warning(warning)) }
        return clock
    }
}
