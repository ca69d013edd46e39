import PostgresClient
import RSSModel
import Testing

@testable import RSSCore

@Suite struct BulkUndoTests {
    @Test func `an undo leaves the table as it was, to the last bit`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...100)))
            let before = try await scenario.content()
            let second = try await scenario.load(
                try scenario.file(
                    BulkScenario.rows(1...50) + "Laptop,new,T1,\nLaptop,changed,S60,\nMonitor,keyless,,\n"))
            #expect(second.numbers == [2, 1, 50, 0])
            #expect(try await scenario.content() != before)
            let look = try await scenario.undo(second.run, isDryRun: true)
            #expect((look.removed, look.restored, look.keptCount) == (2, 1, 0))
            #expect(try await scenario.number("SELECT count(*) FROM rssctl.bulk_undo") == 0)
            let outcome = try await scenario.undo(second.run)
            #expect((outcome.removed, outcome.restored, outcome.keptCount) == (2, 1, 0))
            #expect(try await scenario.content() == before)
            let error = await #expect(throws: RunUndoError.self) { try await scenario.undo(second.run) }
            #expect(error?.report.code == "RSS-IMPORT-019")
        }
    }

    @Test func `runs are taken back in turn, each to what was before it`() async throws {
        try await BulkScenario.run { scenario in
            var contents = [try await scenario.content()]
            var runs: [String?] = []
            for name in ["a", "b", "c", "d"] {
                runs.append(try await scenario.load(try scenario.file(BulkScenario.rows(1...30, name: name))).run)
                contents.append(try await scenario.content())
            }
            // One is taken back and another loaded in its place; both are behind the one that comes first.
            try await scenario.undo(runs.removeLast())
            contents.removeLast()
            #expect(try await scenario.content() == contents.last)
            runs.append(try await scenario.load(try scenario.file(BulkScenario.rows(1...30, name: "e"))).run)
            contents.append(try await scenario.content())
            for run in runs.reversed() {
                contents.removeLast()
                let outcome = try await scenario.undo(run)
                #expect(outcome.keptCount == 0)
                #expect(try await scenario.content() == contents.last)
            }
        }
    }

    @Test func `rows that were changed since are kept and listed, unless force is used`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...3)))
            let second = try await scenario.load(
                try scenario.file(BulkScenario.rows(1...3, name: "x") + "Laptop,n,S4,\nLaptop,n,S5,\nLaptop,n,S6,\n"))
            #expect(second.numbers == [3, 3, 0, 0])
            try await scenario.connection.executeScript(
                """
                UPDATE hardware_inventory SET device_name = 'mine' WHERE serial_number IN ('S1', 'S4');
                DELETE FROM hardware_inventory WHERE serial_number IN ('S2', 'S5');
                SELECT * FROM hardware_inventory FOR UPDATE;
                """)
            let outcome = try await scenario.undo(second.run)
            // A deleted one of the new rows is as it is to be; a deleted one of the changed rows is not made again.
            #expect((outcome.removed, outcome.restored, outcome.keptCount) == (1, 1, 3))
            #expect(
                Set(outcome.kept.map(\.reason)) == [
                    "changed since it was inserted", "changed since it was updated", "deleted since it was updated",
                ])
            #expect(
                try await scenario.texts("SELECT serial_number || device_name FROM hardware_inventory ORDER BY 1")
                    == ["S1mine", "S3d3", "S4mine"])
        }
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...2)))
            let before = try await scenario.content()
            let second = try await scenario.load(try scenario.file(BulkScenario.rows(1...4, name: "x")))
            try await scenario.connection.execute("UPDATE hardware_inventory SET device_name = 'mine'")
            #expect(try await scenario.undo(second.run, force: true).keptCount == 0)
            #expect(try await scenario.content() == before)
        }
    }

    @Test func `an undo that was killed goes on where it was`() async throws {
        struct Killed: Error {}
        try await BulkScenario.run { scenario in
            // Two batches: where the table has rows, those without a key do not go straight in with the others.
            try await scenario.load(try scenario.file(BulkScenario.rows(9001...9001), "first.csv"))
            let text = BulkScenario.rows(1...2000) + (1...500).map { "Monitor,m\($0),,\n" }.joined()
            let loaded = try await scenario.load(try scenario.file(text))
            let batches = try await scenario.number(
                "SELECT count(*) FROM rssctl.bulk_batch WHERE run_id::text = '\(loaded.run ?? "")'")
            #expect(batches > 1)
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "bulk.undone" { throw Killed() } }) {
                    try await scenario.undo(loaded.run)
                }
            }
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 2501)
            try await scenario.undo(loaded.run)
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 1)
            #expect(try await scenario.number("SELECT count(*) FROM rssctl.bulk_undo") == batches)
        }
    }

    @Test func `a run is found by either end of its id, or as the last`() async throws {
        try await BulkScenario.run { scenario in
            await #expect(throws: RunUndoError.self) { try await scenario.undo("last") }
            let run = "01a22058-d64f-7d99-9e2a-2c5a01f29dc5"
            try await scenario.load(try scenario.file(BulkScenario.rows(1...3)), run: run)
            for name in ["2c5a01f29dc5", "01a22058", run, "last"] {
                #expect(try await scenario.undo(name, isDryRun: true).run == run)
            }
            for name in ["", "%", "2c5a01f2"] {
                await #expect(throws: RunUndoError.self) { try await scenario.undo(name) }
            }
        }
    }

    @Test func `what cannot be taken back any more is forgotten by the next import`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...3)))
            let old = try await scenario.load(try scenario.file(BulkScenario.rows(1...3, name: "x"))) {
                $0.undoDays = 0
            }
            await #expect(throws: RunUndoError.self) { try await scenario.undo(old.run) }
            try await scenario.load(try scenario.file(BulkScenario.rows(4...5)))
            #expect(try await scenario.number("SELECT count(*) FROM rssctl.bulk_before") == 0)
            #expect(try await RunHistory.list(scenario.connection, limit: 10).map(\.inserted) == [2, 3])
        }
    }
}
