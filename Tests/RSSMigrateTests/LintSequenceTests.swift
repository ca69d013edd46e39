import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// Which files are judged, against what, and what is wrong between them.
@Suite struct LintSequenceTests {
    private static let files = [
        "d/V0001__a.sql":
            "CREATE TABLE t (id bigint PRIMARY KEY, x int, s text);\nCREATE TABLE u (id bigint PRIMARY KEY);",
        "d/V0002__b.sql": """
        CREATE INDEX ti ON t (x);
        ALTER TABLE t ALTER COLUMN x TYPE text;
        ALTER TABLE t ALTER COLUMN s SET NOT NULL;
        ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES u;
        UPDATE t SET s = '';
        ALTER TABLE t DROP COLUMN x;
        DROP TABLE u CASCADE;
        TRUNCATE t;
        """,
    ]

    private func source(_ files: [String: String]) -> LintSource {
        LintSource(files: files.sorted { $0.key < $1.key }.map { (name: $0.key, bytes: Array($0.value.utf8)) })
    }

    private func rules(_ selection: LintSelection, in catalog: CatalogSnapshot = .unknown) -> [String] {
        selection.lint(in: catalog).findings.filter { $0.severity > .info }.map(\.rule)
    }

    @Test(arguments: [true, false])
    func `each file is judged as if those before it had been applied and filled`(hasDatabase: Bool) throws {
        let catalog = hasDatabase ? CatalogSnapshot(.init()) : .unknown
        let found = rules(LintSelection(source(Self.files), origin: .directory("d")), in: catalog)
        for rule in [
            "index-not-concurrent", "change-column-type", "set-not-null", "foreign-key-validated", "unbatched-change",
            "drop-column", "drop-table", "drop-cascade", "truncate",
        ] { #expect(found.contains(rule), "\(rule) in \(found)") }
        // What a file makes itself is locked for no other session.
        let one = ["d/V0001__a.sql": Self.files.values.sorted { $0.count < $1.count }.joined(separator: "\n")]
        let own = rules(LintSelection(source(one), origin: .directory("d")), in: catalog)
        #expect(!own.contains("index-not-concurrent") && !own.contains("drop-table"), "\(own)")
    }

    @Test func `what is old is not judged, and what is new is judged by it`() throws {
        let all = source(Self.files.merging(["d/V3__c.sql": "CREATE INDEX ti ON t (s);"]) { $1 })
        let selection = LintSelection(all, since: 2, origin: .directory("d"))
        let result = selection.lint()
        #expect(selection.old == 2 && result.files == 1 && result.statements == 1)
        #expect(result.findings.map(\.rule) == ["index-not-concurrent"])
        #expect(LintSelection(all, since: 3, origin: .directory("d")).lint().files == 0)
    }

    @Test func `two files of one version are found, with a database the one that is not applied`() throws {
        let all = source(["d/V3__c.sql": "SELECT 1;", "d/V3__other.sql": "DROP TABLE a1;"])
        let offline = LintSelection(all, origin: .directory("d")).lint().findings
        #expect(offline.map(\.rule) == ["duplicate-version", "drop-table"])
        #expect(offline[0].place.file == "d/V3__other.sql" && offline[0].severity == .error)
    }

    @Test func `a file that came late is found, whether a database or a version says what is old`() throws {
        let all = source(["d/V1__a.sql": "", "d/V2__b.sql": "SELECT 1;", "d/V3__c.sql": "SELECT 1;"])
        var sequence = LintSequence(source: all, isNew: { $0 == "d/V2__b.sql" })
        sequence.origin = .directory("d")
        #expect(sequence.findings.map(\.rule) == ["out-of-order"])
        sequence.order = .nonLinear
        #expect(sequence.findings.isEmpty)
        // Migrations of rssctl that come later are not late after those of a team.
        var extended = LintSequence(
            source: source(["V7__x.sql": "", "d/V1000__a.sql": ""]), isNew: { $0 == "V7__x.sql" })
        extended.origin = .extended(["d"])
        #expect(extended.findings.isEmpty)
    }

    @Test func `with a database the changed, the doubled and the late are found, and judged`() async throws {
        try await withConnection { connection in
            let folder = try migrations([
                "V1__a.sql": "CREATE TABLE a1 (id bigint PRIMARY KEY);", "V3__c.sql": "SELECT 1;",
            ])
            _ = try await migrator(connection, folder).up(.silent)
            func lint() async throws -> [String] {
                var selection = LintSelection(try LintSource(folder), origin: folder)
                _ = try await selection.leaveOutApplied(connection)
                return selection.lint(in: try await CatalogReader.read(connection)).findings.map {
                    "\($0.rule) \(($0.place.file as NSString).lastPathComponent)"
                }
            }
            #expect(try await lint().isEmpty)
            try write(["V3__other.sql": "DROP TABLE a1;"], to: folder)
            #expect(try await lint() == ["duplicate-version V3__other.sql", "drop-table V3__other.sql"])
            try write(["V3__other.sql": "SELECT 1;", "V2__late.sql": "SELECT 1;"], to: folder)
            #expect(try await lint() == ["duplicate-version V3__other.sql", "out-of-order V2__late.sql"])
            try write(["V1__a.sql": "DROP TABLE a1;"], to: folder)
            #expect(
                try await lint().prefix(2) == ["duplicate-version V3__other.sql", "changed-after-applied V1__a.sql"])
        }
    }

    @Test(.enabled(if: Subprocess.find("git") != nil, "git is not installed"))
    func `with a commit of git what it has is old, and a version it has is taken`() async throws {
        let folder = try migrations(["V1__a.sql": "CREATE TABLE t (id bigint PRIMARY KEY);", "V2__b.sql": "SELECT 1;"])
        let path = try #require(folder.folders.first)
        let git = try #require(Subprocess.find("git"))
        func run(_ arguments: String...) async throws {
            try await Subprocess(
                executable: git,
                arguments: ["-C", path, "-c", "user.name=x", "-c", "user.email=x@example.com"] + arguments
            ).runSuccessfully()
        }
        try await run("init", "-q", "-b", "trunk")
        try await run("add", ".")
        try await run("commit", "-q", "-m", "one")
        try await run("checkout", "-q", "-b", "feature")
        try FileManager.default.removeItem(atPath: "\(path)/V2__b.sql")
        try write(
            ["V2__mine.sql": "CREATE INDEX i ON t (id);", "V1__a.sql": "CREATE TABLE t (id int PRIMARY KEY);"],
            to: folder)
        let all = try LintSource(folder)
        let base = try await LintBase("trunk", of: all)
        let selection = LintSelection(all, base: base, origin: folder)
        #expect(selection.old == 0)
        let found = selection.lint().findings
        #expect(found.map(\.rule).contains("duplicate-version") && found.map(\.rule).contains("index-not-concurrent"))
        try write(["V1__a.sql": "CREATE TABLE t (id bigint PRIMARY KEY);"], to: folder)
        let restored = try LintSource(folder)
        #expect(LintSelection(restored, base: try await LintBase("trunk", of: restored), origin: folder).old == 1)
        await #expect(throws: LintBaseError.self) { _ = try await LintBase("nowhere", of: restored) }
        await #expect(throws: LintBaseError.self) { _ = try await LintBase("--output=x", of: restored) }
    }
}
