import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

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

    @Test func `runs are undone in turn, each to what was before it`() async throws {
        try await BulkScenario.run { scenario in
            var contents = [try await scenario.content()]
            var runs: [String?] = []
            for name in ["a", "b", "c", "d"] {
                runs.append(try await scenario.load(try scenario.file(BulkScenario.rows(1...30, name: name))).run)
                contents.append(try await scenario.content())
            }
            // One is undone and another loaded in its place; both are after the one that comes first.
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
            // A deleted one of the new rows needs no undo; a deleted one of the changed rows is not inserted again.
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

    @Test func `an undo that was killed resumes where it was`() async throws {
        struct Killed: Error {}
        try await BulkScenario.run { scenario in
            // Two batches: where the table has rows, those without a key are not copied directly with the others.
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

    @Test func `what cannot be undone any more is removed by the next import`() async throws {
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

extension BulkUndoTests {
    private func values(_ scenario: BulkScenario) async throws -> [String?] {
        try await scenario.texts(
            "SELECT concat_ws(' ', serial_number, asset_tag, device_name) FROM hardware_inventory ORDER BY asset_tag")
    }

    @Test func `what an undo kept can be undone later, by force or by itself`() async throws {
        try await BulkScenario.run { scenario in
            let first = try await scenario.load(try scenario.file(BulkScenario.rows(1...3)))
            try await scenario.connection.execute(
                "UPDATE hardware_inventory SET device_name = 'mine' WHERE serial_number = 'S2'")
            let kept = try await scenario.undo(first.run)
            #expect((kept.removed, kept.keptCount) == (2, 1))
            let forced = try await scenario.undo(first.run, force: true)
            #expect((forced.removed, forced.keptCount) == (1, 0))
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 0)
            await #expect(throws: RunUndoError.self) { try await scenario.undo(first.run) }
        }
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...4)))
            let before = try await scenario.content()
            let one = try await scenario.load(try scenario.file(BulkScenario.rows(1...4, name: "one")))
            let two = try await scenario.load(try scenario.file(BulkScenario.rows(3...4, name: "two")))
            // In the wrong order: what the second run changed is kept until that run is undone.
            let kept = try await scenario.undo(one.run)
            #expect((kept.restored, kept.keptCount) == (2, 2))
            try await scenario.undo(two.run)
            let rest = try await scenario.undo(one.run)
            #expect((rest.restored, rest.keptCount) == (2, 0))
            #expect(try await scenario.content() == before)
        }
    }

    @Test func `a row that cannot be restored keeps no other from it`() async throws {
        try await BulkScenario.run { scenario in
            let header = "category,name,serial,tag\n"
            try await scenario.load(
                try scenario.file(header + (1...5).map { "Laptop,d,F-\($0),T\($0)\n" }.joined()))
            let renamed = try await scenario.load(
                try scenario.file(header + (1...5).map { "Laptop,d,N-\($0),T\($0)\n" }.joined())
            ) { $0.key = "asset_tag" }
            try await scenario.load(try scenario.file(header + "Laptop,other,F-3,T9\n"))
            let outcome = try await scenario.undo(renamed.run)
            #expect((outcome.restored, outcome.keptCount) == (4, 1))
            #expect(outcome.kept.first?.reason.contains("cannot be restored") == true)
            #expect(
                try await values(scenario) == [
                    "F-1 T1 d", "F-2 T2 d", "N-3 T3 d", "F-4 T4 d", "F-5 T5 d", "F-3 T9 other",
                ])
        }
    }

    @Test func `rows that took each other's keys are restored in turn, and a column that was added since is left`()
        async throws
    {
        try await BulkScenario.run { scenario in
            let header = "category,name,serial,tag\n"
            try await scenario.load(try scenario.file(header + "Laptop,d,E-1,T1\nLaptop,d,E-2,T2\nLaptop,d,E-3,T3\n"))
            let before = try await values(scenario)
            let shifted = try await scenario.load(
                try scenario.file(header + "Laptop,d,E-4,T3\nLaptop,d,E-3,T2\nLaptop,d,E-2,T1\n")
            ) { $0.key = "asset_tag" }
            let rows = shifted.updated
            #expect(rows > 0)
            try await scenario.connection.execute(
                "ALTER TABLE hardware_inventory ADD COLUMN cost int NOT NULL DEFAULT 7")
            let outcome = try await scenario.undo(shifted.run)
            #expect((outcome.restored, outcome.keptCount) == (rows, 0))
            #expect(try await values(scenario) == before)
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory WHERE cost = 7") == 3)
        }
    }
}
