import Foundation
import PostgresClient
import TestSupport
import Testing

/// Every verb that talks to a server, one after the other, on a machine whose clock is right, two years fast and two years slow: three
/// databases, one result.
@Suite struct EveryVerbClockTests {
    /// Verbs that decide nothing over data: they show this machine's journal and settings, make servers of their own, or report a wrong clock.
    private static let local = ["runs", "sandbox", "config", "completion", "doctor", "explain"]

    /// A file of each kind that the commands read, by the name that is in them.
    private static let files = [
        "NEW":
            "visit_report,category,device_name,serial_number,warranty_expiry\nlatest,Laptop,one,CLOCK-1,2031-01-31\nlatest,Laptop,two,CLOCK-2,\n",
        "CHANGED": "serial_number,device_name\nCLOCK-1,changed\n",
        "GONE": "serial_number\nCLOCK-2\n",
        "SCRIPT": "ALTER TABLE public.plain ADD COLUMN extra date DEFAULT now();\n",
    ]

    private static let commands: [[String]] = """
        setup roles --for reader --role clock_reader --dry-run
        migrate status
        migrate plan
        migrate lint
        migrate lint SCRIPT
        migrate up
        migrate verify
        migrate drift
        migrate dump
        migrate down --yes
        migrate up --yes
        migrate repair --accept 1 --reason clock --dry-run
        migrate baseline 1
        migrate new clock --directory FOLDER
        partition policy adopt visit_reports --dry-run
        partition policy set live --interval month --premake 3 --retention 12months --archive none
        partition policy list
        partition policy export --output json
        partition policy import POLICIES --dry-run
        partition plan live
        partition check live
        partition maintain live --dry-run
        partition maintain live --yes
        partition maintain live --yes
        partition status live
        partition drain live --yes
        partition split live_14 --into week --dry-run
        partition merge live_10 live_11 --yes
        partition index create CREATE~INDEX~live_id~ON~public.live~(id)
        partition index reindex live
        partition index drop live_id
        partition retire live_3 --yes
        partition undo live_3 --yes
        partition archive live_4 --to FOLDER
        partition verify-archive FOLDER/ARCHIVE
        partition restore FOLDER/ARCHIVE --as live_copy --yes
        partition convert plain --by d --dry-run
        partition convert plain --by d --yes
        partition abort plain
        partition policy remove live --yes
        partition status
        bulk validate hardware NEW
        bulk import hardware NEW --yes
        bulk update hardware CHANGED --yes
        bulk delete hardware GONE --yes
        bulk export hardware --since 7d
        bulk template hardware
        bulk columns hardware
        bulk mapping save clock hardware Device=device_name
        bulk mapping list
        bulk mapping remove clock
        bulk history
        bulk undo last --yes
        report query --from -30d
        report show CLOCK-1
        report summary --from -30d
        report check
        report install --yes
        report uninstall --dry-run
        cache warm all
        cache warm all --refresh-below 1s --also-tomorrow
        cache stats
        cache get org:4a8a08f0-9d37-b737-9564-9038408b5f33
        cache verify all
        cache doctor --fail-on none
        cache learn --for 1s --dry-run
        cache invalidate reports:* --dry-run
        cache invalidate --all --yes
        analyze performance --output json
        analyze statements --limit 3
        analyze indexes --limit 3
        analyze explain index.unused
        """.split(separator: "\n").map { line in line.split(separator: " ").map { String($0.replacing("~", with: " ")) }
        }

    /// What ends with this status and says this on a machine with a clock, in a state and a database of its own.
    private func diary(_ days: Int) async throws -> [String] {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let connection = try await PostgresConnection.connect(options)
                try await connection.executeScript(
                    """
                    CREATE TABLE public.live (id int, d date NOT NULL) PARTITION BY RANGE (d);
                    DO $$ DECLARE first date := date_trunc('month', now() AT TIME ZONE 'UTC')::date - interval '14 months'; BEGIN
                        FOR m IN 0..14 LOOP
                            EXECUTE format('CREATE TABLE public.live_%s PARTITION OF public.live FOR VALUES FROM (%L) TO (%L)', m,
                                (first + m * interval '1 month')::date, (first + (m + 1) * interval '1 month')::date);
                        END LOOP; END $$;
                    CREATE TABLE public.live_rest PARTITION OF public.live DEFAULT;
                    INSERT INTO public.live SELECT g, (now() AT TIME ZONE 'UTC')::date - g FROM generate_series(0, 399) g;
                    CREATE TABLE public.plain (id int PRIMARY KEY, d date NOT NULL);
                    INSERT INTO public.plain SELECT g, (now() AT TIME ZONE 'UTC')::date - g FROM generate_series(0, 99) g;
                    INSERT INTO public.organizations (id, name) VALUES (md5('c')::uuid, 'Clock');
                    INSERT INTO public.visit_reports (id, report_number, organization_id, visit_date)
                        SELECT md5('v')::uuid, 'CLOCK-1', md5('c')::uuid, current_date;
                    """)
                for (name, text) in Self.files {
                    try text.write(toFile: "\(state)/\(name)", atomically: true, encoding: .utf8)
                }
                let folder = "\(state)/folder"
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
                let binary = Binary(
                    state: state,
                    environment: try await target(options).merging(try await wrongClock(days: days)) { $1 }
                        .merging(["RSSCTL_CACHE_KEY_PREFIX": "\(options.keywords["dbname"] ?? ""):"]) { $1 })
                var entries: [String] = []
                for command in Self.commands {
                    let words = try command.map { word in
                        var word = word
                        if word.hasSuffix("/ARCHIVE") {
                            let archive = try FileManager.default.contentsOfDirectory(atPath: folder).first {
                                $0.hasPrefix("live_4")
                            }
                            word = "FOLDER/\(archive ?? "none")"
                        }
                        for name in Self.files.keys + ["POLICIES"] where word == name { word = "\(state)/\(name)" }
                        return word.replacing("FOLDER", with: folder)
                    }
                    let result = try await binary.run(words)
                    if command.starts(with: ["partition", "policy", "export"]) {
                        try result.output.write(toFile: "\(state)/POLICIES", atomically: true, encoding: .utf8)
                    }
                    let text =
                        command.starts(with: ["analyze", "performance"])
                        ? try analysis(result)
                        : [["analyze", "statements"], ["cache", "stats"], ["cache", "doctor"]].contains {
                            command.starts(with: $0)
                        }
                            // What the tests beside this one run, and the keys that they write.
                            ? ""
                            : plain(result, state: state, database: options.keywords["dbname"] ?? "")
                    entries.append("rssctl \(command.joined(separator: " ")): status \(result.status)\n\(text)")
                }
                await connection.close()
                return entries
            }
        }
    }

    /// The checks of an analysis with their verdicts and findings, without those that judge counters and sessions which the tests beside
    /// this one change at any moment: the checkpoints that `DROP DATABASE` requests count for the whole server.
    private func analysis(_ result: Binary.Result) throws -> String {
        let counters = [
            "cache.hit_ratio", "checkpoint.forced", "connections.near_max", "session.blocked", "statistics.stale",
            "temp_files.heavy",
            "transaction.rollback_ratio", "vacuum.behind", "locks.fastpath", "locks.table_full", "vacuum.horizon",
            "vacuum.catalog_behind", "connections.limit", "statement.evicted",
        ]
        let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let checks = try #require((report["result"] as? [String: Any])?["checks"] as? [[String: Any]])
        let structural = checks.filter { check in
            let name = check["check"] as? String ?? ""
            // Redis is another server, with the keys of the tests beside this one.
            return !counters.contains(name) && !name.hasPrefix("redis.")
        }
        #expect(structural.count > 20)
        let data = try JSONSerialization.data(withJSONObject: structural, options: [.sortedKeys, .prettyPrinted])
        return String(decoding: data, as: UTF8.self)
    }

    /// What a run prints, without what differs from one run to the next, and with today's times as one word: others stay visible.
    private func plain(_ result: Binary.Result, state: String, database: String) -> String {
        let now = Date()
        let today = [now - 86_400, now, now + 86_400].map { $0.formatted(.iso8601.year().month().day()) }.joined(
            separator: "|")
        var text = (result.output + result.errors).split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.contains("the clock of this machine") && !$0.contains("clock of the server") }.joined(
                separator: "\n")
        text = text.replacing(state, with: "STATE").replacing(database, with: "DATABASE")
        if let times = try? Regex("(\(today))[T ][0-9:.]+(Z|[+-][0-9:]+| UTC)?") {
            text = text.replacing(times, with: "NOW")
        }
        return text.replacing(
            /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{12}\b/, with: "ID"
        )
        .replacing(/[0-9]{2}:[0-9]{2} UTC/, with: "TIME").replacing(/\b[0-9.]+ ?(ms|s)\b|[0-9]+  done/, with: "…")
        .replacing(/[ ]+/, with: " ")
        // A summary has times, whose fractions of a second are as long as they happen to be.
        .replacing(/summaries 1 0 0 0 0 [0-9]+ B/, with: "summaries 1 0 0 0 0 SIZE")
    }

    @Test func `every verb does and says the same by a clock that is two years off`()
        async throws
    {
        async let right = diary(0)
        async let fast = diary(730)
        async let slow = diary(-730)
        for (days, wrong) in [(730, try await fast), (-730, try await slow)] {
            for (expected, found) in zip(try await right, wrong) {
                #expect(found == expected, "the clock is \(days) days off")
            }
        }
    }

    @Test func `the list has every verb`() async throws {
        try await withState { state in
            let binary = Binary(state: state)
            let reference = "\(state)/reference.md"
            #expect(try await binary.run("docs", "reference", reference).status == 0)
            let headings = try String(contentsOfFile: reference, encoding: .utf8).split(separator: "\n")
                .compactMap { $0.wholeMatch(of: /#+ `rssctl ([a-z -]+)`/)?.output.1 }
            let verbs: [[String]] = headings.map { $0.split(separator: " ").map(String.init) }
            #expect(verbs.count > 60)
            for verb in verbs where !Self.local.contains(verb[0]) {
                let isGroup = verbs.contains { $0.count > verb.count && $0.starts(with: verb) }
                let isListed = Self.commands.contains { $0.starts(with: verb) }
                #expect(isGroup || isListed, "rssctl \(verb.joined(separator: " "))")
            }
        }
    }
}
