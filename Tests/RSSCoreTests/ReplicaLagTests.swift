import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore

@Suite struct ReplicaLagTests {
    /// Collects notes.
    private final class Notes: Sendable {
        private let texts = Mutex<[String]>([])

        var all: [String] { texts.withLock { $0 } }

        var reporter: ProgressReporter {
            ProgressReporter { event in
                if case .note(let text) = event { self.texts.withLock { $0.append(text) } }
            }
        }
    }

    private func standby(_ seconds: Double) -> ReplicaLag.Standby {
        ReplicaLag.Standby(name: "s1", address: "10.0.0.5", seconds: seconds)
    }

    @Test func `no standby, and one that follows closely, are not waited for`() async throws {
        let notes = Notes()
        for found in [nil, standby(10)] {
            try await ReplicaLag(pause: .seconds(60)).wait(notes.reporter) { found }
        }
        #expect(notes.all.isEmpty)
    }

    @Test func `a standby that lags is named at once, again after a while, and waited for until it has caught up`()
        async throws
    {
        let notes = Notes()
        var lags = [34.4, 33, 32, 9]
        let lag = ReplicaLag(pause: .milliseconds(1), reminder: .zero)
        try await lag.wait(notes.reporter) { standby(lags.removeFirst()) }
        #expect(lags.isEmpty)
        #expect(notes.all.count == 3)
        #expect(notes.all.first == "Waiting for a replica: standby s1 (10.0.0.5) is 34 s behind")
        #expect(
            notes.all.last?.hasPrefix("Waiting for a replica: standby s1 (10.0.0.5) is 32 s behind, waiting") == true)
    }

    @Test func `a standby that never catches up ends the wait with status 75`() async throws {
        let notes = Notes()
        let error = await #expect(throws: ReplicaLagError.self) {
            try await ReplicaLag(budget: .milliseconds(50), pause: .milliseconds(5)).wait(notes.reporter) {
                standby(600)
            }
        }
        #expect(error?.report.exit == .tryAgain)
        #expect(error?.report.code == "RSS-PG-018")
        #expect(error?.report.message.contains("standby s1 (10.0.0.5) is 600 s behind") == true)
        #expect(notes.all.count == 1)
    }

    @Test func `without a standby the server names none`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await ReplicaLag(budget: .zero).wait(connection, .silent)
            await connection.close()
        }
    }
}
