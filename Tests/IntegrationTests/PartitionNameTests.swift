import Foundation
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// Any table can be named, and commands that are printed can be run unchanged.
@Suite struct PartitionNameTests {
    @Test(arguments: [#""My Schema"."Ev.1""#, #"public."a""b 'c'""#, #"app.t"#])
    func `each verb takes a name as messages print it`(name: String) async throws {
        try await withDatabase { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let admin = try await PostgresConnection.connect(options)
                try await admin.executeScript(
                    """
                    CREATE SCHEMA "My Schema"; CREATE SCHEMA app;
                    CREATE TABLE \(name) (id int, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
                    """)
                let set = try await binary.run("partition", "policy", "set", name, "--interval", "month")
                #expect(set.status == 0 && set.output.contains(name), "\(set.output)\(set.errors)")
                #expect(try await binary.run("partition", "maintain", name).status == 0)
                #expect(try await binary.run("partition", "status", name).status == 0)
                for verb in ["plan", "check", "maintain"] {
                    let run = try await binary.run("partition", verb, name)
                    #expect(run.status == 0 && run.output.contains(name), "\(verb): \(run.output)\(run.errors)")
                }
                let partition =
                    try await admin.value(
                        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relispartition AND relkind = 'r' ORDER BY c.oid DESC LIMIT 1"
                    ) ?? ""
                let split = try await binary.run("partition", "split", partition, "--into", "week", "--dry-run")
                #expect(split.status == 0, "\(split.errors)")
                #expect(try await binary.run("partition", "retire", partition).status == 0)
                let undone = try await binary.run("partition", "undo", name)
                #expect(undone.status == 0 && undone.output.contains(partition), "\(undone.output)\(undone.errors)")
                #expect(try await binary.run("partition", "policy", "remove", name, "--yes").status == 0)
                await admin.close()
            }
        }
    }

    @Test func `a command in a hint runs unchanged, whatever is in the name`() async throws {
        try await withDatabase { options in
            try await withState { state in
                let environment = try await target(options)
                let binary = Binary(state: state, environment: environment)
                let admin = try await PostgresConnection.connect(options)
                try await admin.execute(
                    #"CREATE TABLE "it's $HOME" (d timestamp NOT NULL) PARTITION BY RANGE (d)"#)
                let refused = try await binary.run("partition", "plan", "it's $HOME")
                let hint = try #require(refused.errors.firstMatch(of: /rssctl (partition policy adopt .*)/)?.1)
                #expect(hint == #"partition policy adopt 'public."it'\''s $HOME"'"#)
                let status = try await shell(
                    "'\(Binary.path)' \(hint) --interval day", environment.merging(["RSSCTL_STATE": state]) { $1 })
                #expect(status == 0)
                #expect(try await admin.value("SELECT table_name FROM rssctl.partition_policy") == "it's $HOME")
                await admin.close()
            }
        }
    }

    @Test func `a name without a schema follows database.search_path`() async throws {
        try await withDatabase { options in
            try await withState { state in
                var environment = try await target(options)
                environment["RSSCTL_SEARCH_PATH"] = "app, public"
                let binary = Binary(state: state, environment: environment)
                let admin = try await PostgresConnection.connect(options)
                try await admin.executeScript(
                    """
                    CREATE SCHEMA app;
                    CREATE TABLE app.t (d date NOT NULL) PARTITION BY RANGE (d);
                    CREATE TABLE public.t (d date NOT NULL) PARTITION BY RANGE (d);
                    CREATE TABLE public.u (d date NOT NULL) PARTITION BY RANGE (d);
                    """)
                for table in ["t", "u"] {
                    #expect(try await binary.run("partition", "policy", "set", table).status == 0)
                }
                let kept =
                    "SELECT string_agg(schema_name || '.' || table_name, ' ' ORDER BY 1) FROM rssctl.partition_policy"
                #expect(try await admin.value(kept) == "app.t public.u")
                await admin.close()
            }
        }
    }
}

/// A database in which nothing is maintained.
@Suite struct NoPoliciesTests {
    @Test func `cron is silent and succeeds, and a person is shown that there are no policies`() async throws {
        try await withDatabase { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                for verb in ["maintain", "plan", "status", "check"] {
                    let run = try await binary.run("partition", verb)
                    #expect(run.output.contains("No policies"), "\(verb): \(run.output)\(run.errors)")
                    #expect(run.status == 0 || verb == "check", "\(verb): \(run.errors)")
                }
                let quiet = try await binary.run("partition", "maintain", "--quiet")
                #expect(quiet.status == 0 && quiet.output.isEmpty && quiet.errors.isEmpty, "\(quiet)")
                let named = try await binary.run("partition", "status", "visit_reports")
                #expect(named.status == 1 && named.errors.contains("RSS-PARTITION-001"), "\(named.errors)")
            }
        }
    }
}
