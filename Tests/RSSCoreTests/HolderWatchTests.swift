import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore

@Suite struct HolderWatchTests {
    private func holder(_ pid: Int32, hidden: String? = nil) -> HolderWatch.Holder {
        HolderWatch.Holder(
            session: BlockingSession(pid: pid, user: nil, application: "", state: nil, seconds: 0, query: ""),
            hiddenTransaction: hidden)
    }

    @Test func `a transaction whose age is hidden is old once it was there half a second ago`() {
        var watch = HolderWatch()
        let start = ContinuousClock.now
        func pids(_ holders: [HolderWatch.Holder], _ milliseconds: Int) -> [Int32] {
            watch.blockers(holders, at: start + .milliseconds(milliseconds)).map(\.pid)
        }
        #expect(pids([holder(1), holder(2, hidden: "3/1")], 0) == [1, 2])
        #expect(pids([holder(2, hidden: "3/1"), holder(3, hidden: "4/1")], 300) == [2, 3])
        // Half a second after the first look only what was seen then counts, and not a newer transaction.
        #expect(pids([holder(2, hidden: "3/1"), holder(3, hidden: "4/1"), holder(4, hidden: "5/1")], 600) == [2])
        #expect(pids([holder(2, hidden: "3/2"), holder(3, hidden: "4/1")], 900) == [3])
        #expect(pids([holder(2, hidden: "3/2")], 1500) == [2])
        #expect(pids([], 1600).isEmpty)
    }

    @Test func `a role that may not see others' transactions waits for them all the same, and names them`() async throws
    {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(
                """
                DO $$ BEGIN CREATE ROLE rssctl_test_plain; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                CREATE TABLE t (id int); ALTER TABLE t OWNER TO rssctl_test_plain;
                """)
            var other = options
            other.session.applicationName = "hidden-writer"
            let writer = try await PostgresConnection.connect(other)
            try await writer.execute("BEGIN")
            try await writer.execute("INSERT INTO t VALUES (1)")
            try await connection.execute("SET SESSION AUTHORIZATION rssctl_test_plain")
            let lock = RelationLock(RelationName(schema: "public", name: "t"), .accessExclusive)
            let policy = LockPolicy(timeout: .milliseconds(50), budget: .milliseconds(1200))
            let error = await #expect(throws: LockBudgetSpent.self) {
                try await policy.run(on: connection, locks: [lock], progress: .silent) {
                    Issue.record("begun although a writer is in the way")
                }
            }
            #expect(error?.blockers.map(\.application) == ["hidden-writer"])
            try await writer.execute("COMMIT")
            let isDone = try await policy.run(on: connection, locks: [lock], progress: .silent) { true }
            #expect(isDone)
            await writer.close()
            await connection.close()
        }
    }
}
