import RSSModel
import PostgresClient
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Names as people type them, and which relation they mean.
@Suite struct RelationNameTests {
    @Test(
        arguments: [
            ("t", nil, "t"), ("app.t", "app", "t"), ("My Schema.Ev", "My Schema", "Ev"),
            (#""My Schema"."Ev""#, "My Schema", "Ev"), (#""a.b""#, nil, "a.b"), (#"public."a""b""#, "public", "a\"b"),
            (#""a.b"."c.d""#, "a.b", "c.d"), (#"a"b"#, nil, #"a"b"#), ("Ä.ö", "Ä", "ö"), ("T", nil, "T"),
        ] as [(String, String?, String)])
    func `a name is read as SQL writes it, and without quotes as it is typed`(
        text: String, schema: String?, name: String
    ) {
        let read = RelationName(text: text)
        #expect(read == RelationName(schema: schema, name: name))
        // What messages print is read back as the same name.
        #expect(read.flatMap { RelationName(text: $0.quoted) } == read)
    }

    @Test(arguments: ["", ".", "a.", ".a", "a.b.c", #""a"#, #""a"b"#, #""""#, #"a."""#, #""a"."b"."c""#])
    func `what is not a name of one or two parts is refused`(text: String) {
        #expect(RelationName(text: text) == nil)
    }

    @Test func `a name without a schema is the first along the path, and names none are looked for in the first`()
        async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE SCHEMA app; CREATE SCHEMA "My Schema"; CREATE TABLE app.t (); CREATE TABLE public.t ();
                CREATE TABLE "My Schema"."a.b" (); CREATE TABLE public.u ();
                """)
            let path = #"app, "My Schema", public"#
            for (typed, found) in [
                ("t", "app.t"), ("u", "public.u"), (#""a.b""#, #""My Schema"."a.b""#), ("public.t", "public.t"),
                ("nothing", "app.nothing"),
            ] {
                let name = try #require(RelationName(text: typed))
                #expect(try await connection.qualify(name, along: path).quoted == found)
            }
        }
    }

    @Test func `an error for a name says what it means, or which was meant`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE SCHEMA app;
                CREATE TABLE app."Events" (d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE app.events_2026 PARTITION OF app."Events" FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
                CREATE TABLE app.plain (); CREATE VIEW app.seen AS SELECT 1 AS x;
                """)
            let catalog = PartitionCatalog(connection)
            for (name, message, hint) in [
                ("app.events", "table app.events does not exist", #"Did you mean app."Events"?"#),
                ("public.Events", #"table public."Events" does not exist"#, #"Did you mean app."Events"?"#),
                ("app.Evnts", #"table app."Evnts" does not exist"#, #"Did you mean app."Events"?"#),
                ("app.other", "table app.other does not exist", #"The partitioned tables are app."Events"."#),
                ("app.events_2026", "app.events_2026 is a partition, not a partitioned table", #"app."Events""#),
                ("app.seen", "app.seen is a view, not a partitioned table", #"\d app.seen"#),
                ("app.plain", "app.plain is not partitioned", "rssctl partition convert app.plain"),
            ] {
                let asked = try #require(RelationName(text: name))
                let error = await #expect(throws: PartitionError.self) { try await catalog.table(asked) }
                let report = error?.report
                #expect(report?.code == "RSS-PARTITION-001" && report?.message == message)
                #expect(report?.hint?.contains(hint) == true, "\(report?.hint ?? "")")
            }
        }
    }
    @Test
    func `a partition that does not exist is refused with the nearest, and a table with where its partitions are`()
        async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE events (d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE "Events_2026" PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
                """)
            for (name, hint) in [
                ("Events_2062", #"Did you mean public."Events_2026"?"#),
                ("events", "rssctl partition status public.events"),
                ("nothing", "rssctl partition status"),
            ] {
                let error = await #expect(throws: ReshapeError.self) {
                    try await ReshapeScenario.reshape(connection).split(
                        ReshapeScenario.relation(name), ReshapeScenario.options(), progress: .silent)
                }
                #expect(error?.report.hint?.hasSuffix(hint) == true, "\(error?.report.hint ?? "")")
            }
        }
    }
}
