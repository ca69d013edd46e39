import Foundation
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// squawk as a judge; PyPI `squawk-cli`.
enum Squawk {
    static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/squawk" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    struct Item: Decodable {
        let file: String
        let line: Int
        let rule_name: String
    }

    /// What squawk finds in files; lines count from 0 there.
    static func items(_ files: [String], options: [String]) throws -> [Item] {
        guard let path else { return [] }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["--reporter", "json", "--pg-version", "15.0"] + options + files
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode([Item].self, from: data)
    }

    /// Writes texts to files of a new folder and returns their paths.
    static func write(_ texts: [String]) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("squawk-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try texts.enumerated().map { index, text in
            let path = "\(folder)/\(index).sql"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }
    }
}

@Suite struct SquawkAgreementTests {
    @Test
    func `every rule of squawk and of strong_migrations has an answer, and each answer names rules that there are`() {
        let names = SquawkRules.answers.map(\.rule)
        #expect(Set(names).count == names.count && names.count == 79)
        let checks = StrongMigrationsChecks.answers.map { (rule: $0.check, answer: $0.answer) }
        for (rule, answer) in SquawkRules.answers + checks {
            guard case .covered(let ours) = answer else { continue }
            for id in ours { #expect(LintRule.named(id) != nil, "\(rule): \(id)") }
        }
    }

    @Test(.enabled(if: Squawk.path != nil, "squawk is not installed: pip install squawk-cli"))
    func `squawk knows each of the names`() throws {
        let names = SquawkRules.answers.map(\.rule).filter { $0 != "syntax-error" && $0 != "unused-ignore" }
        let file = try Squawk.write(["SELECT 1;"])
        // A name that it does not know makes it end without JSON.
        #expect(throws: Never.self) { try Squawk.items(file, options: ["--exclude", names.joined(separator: ",")]) }
        #expect(throws: (any Error).self) { try Squawk.items(file, options: ["--exclude", "no-such-rule"]) }
    }

    /// Rules that both have. Constraints are one group: squawk reports a key that builds its index under one name, and under
    /// another one besides.
    private static let shared: [(squawk: Set<String>, ours: Set<String>)] = [
        (
            [
                "adding-foreign-key-constraint", "constraint-missing-not-valid", "disallowed-unique-constraint",
                "adding-serial-primary-key-field",
            ],
            [
                "foreign-key-validated", "check-validated", "unique-constraint-builds-index", "exclusion-constraint",
                "add-column-constraint",
            ]
        ),
        (
            ["adding-field-with-default"],
            ["add-column-volatile-default", "add-column-generated", "add-column-serial"]
        ),
        (["adding-not-nullable-field"], ["set-not-null"]), (["adding-required-field"], ["add-column-not-null"]),
        (["ban-char-field"], ["char-type"]), (["ban-drop-column"], ["drop-column"]),
        (["ban-drop-database"], ["drop-database"]), (["ban-drop-table"], ["drop-table"]),
        (["changing-column-type"], ["change-column-type"]), (["identifier-too-long"], ["identifier-too-long"]),
        (["prefer-identity"], ["serial-type"]), (["prefer-timestamp-tz"], ["timestamp-without-time-zone"]),
        (["renaming-column"], ["rename-column"]), (["renaming-table"], ["rename-table"]),
        (["require-concurrent-index-creation"], ["index-not-concurrent"]),
        (["require-concurrent-index-deletion"], ["index-drop-not-concurrent"]),
        (["require-concurrent-partition-detach"], ["detach-not-concurrent"]),
        (["require-concurrent-reindex"], ["reindex-not-concurrent"]),
        (["syntax-error"], ["syntax-error", "unreadable-script", "psql-command"]),
        (["prefer-repack"], ["vacuum-full", "cluster"]), (["require-enum-value-ordering"], ["enum-value-order"]),
        (["ban-duplicate-column-assignments"], ["duplicate-assignment"]),
        (["ban-drop-not-null"], ["drop-not-null"]), (["ban-disable-trigger"], ["disable-trigger"]),
        (["ban-alter-row-level-security"], ["row-security-off"]), (["ban-drop-constraint"], ["drop-constraint"]),
        (["ban-drop-trigger"], ["drop-trigger"]),
    ]

    /// Where the two differ, and why ours is meant so; by rule of ours and the text's beginning.
    private static let meant: [(rule: String, text: String, why: String)] = [
        ("psql-command", "\\i other.sql", "a command of psql is not SQL"),
        ("index-not-concurrent", "CREATE TABLE x (", "no session waits for a table of the same script (squawk #349)"),
        ("check-validated", "CREATE TABLE x (", "the same"), ("check-validated", "CREATE TABLE p_new", "the same"),
        ("drop-table", "CREATE TABLE tmp", "the same"),
        ("set-not-null", "ALTER TABLE u ALTER COLUMN note", "the column is NOT NULL already"),
        ("add-column-serial", "ALTER TABLE t ADD COLUMN x bigserial", "each row gets its number: a rewrite"),
        ("change-column-type", "ALTER TABLE t ALTER COLUMN c TYPE varchar(20)", "longer: free"),
        ("change-column-type", "ALTER TABLE t ALTER COLUMN c TYPE text", "free"),
        ("change-column-type", "ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 2)", "wider at the same scale: free"),
        ("change-column-type", "ALTER TABLE t ALTER COLUMN ts TYPE timestamptz", "in UTC, without an index: free"),
        ("rename-table", "ALTER TABLE t RENAME TO z;\nCREATE VIEW t", "a view keeps the old name"),
        ("vacuum-full", "VACUUM FULL t", "the table is rewritten under ACCESS EXCLUSIVE"),
        ("cluster", "CLUSTER t", "the same"),
        ("disable-trigger", "ALTER TABLE t DISABLE ROW LEVEL", "is not a trigger"),
        ("row-security-off", "ALTER TABLE t ENABLE ROW LEVEL", "takes nothing away from the table's rows"),
    ]

    private static let optIn = [
        "ban-drop-table", "prefer-repack", "ban-drop-not-null", "ban-disable-trigger", "ban-alter-row-level-security",
        "ban-drop-constraint", "ban-drop-trigger", "ban-drop-column", "require-enum-value-ordering",
    ].flatMap { ["--include", $0] }

    @Test(.enabled(if: Squawk.path != nil, "squawk is not installed: pip install squawk-cli"))
    func `on the rules that both have, squawk finds the same`() throws {
        let texts = LintCorpus.pairs.flatMap { [$0.bad, $0.safe] }
        let files = try Squawk.write(texts)
        let catalog = try LintCorpus.catalog()
        var theirs = [Set<String>](repeating: [], count: texts.count)
        for item in try Squawk.items(files, options: Self.optIn) {
            let index = Int(URL(fileURLWithPath: item.file).deletingPathExtension().lastPathComponent)
            theirs[try #require(index)].insert(item.rule_name)
        }
        var compared = 0
        var agreed = 0
        for (text, theirs) in zip(texts, theirs) {
            let result = LintCorpus.lint(text, in: catalog)
            let ours = Set((result.findings + result.allowed.map(\.finding)).map(\.rule))
            for pair in Self.shared {
                let (left, right) = (!theirs.isDisjoint(with: pair.squawk), !ours.isDisjoint(with: pair.ours))
                guard left || right else { continue }
                compared += 1
                if left == right { agreed += 1; continue }
                let isMeant = Self.meant.contains { pair.ours.contains($0.rule) && text.hasPrefix($0.text) }
                #expect(isMeant, "\(pair.squawk.sorted()) \(left) against \(pair.ours.sorted()) \(right): \(text)")
            }
        }
        #expect(compared - agreed == Self.meant.count, "a listed difference no longer exists")
        print(
            "squawk: \(agreed) of \(compared) verdicts the same on \(texts.count) files, \(compared - agreed) differ on purpose"
        )
    }

    /// What field-notes on migrations justify, and what is a matter of taste in a schema that is given.
    private static let excluded = [
        "require-lock-timeout", "require-statement-timeout", "prefer-robust-stmts",
        // The columns are those that the backend declares: varchar(n) says what its forms allow, a percentage is a smallint.
        "prefer-text-field", "prefer-bigint-over-smallint", "prefer-bigint-over-int", "ban-char-field",
    ]

    @Test(.enabled(if: Squawk.path != nil, "squawk is not installed: pip install squawk-cli"))
    func `the shipped migrations pass squawk`() throws {
        let ups = MigrationSource.shippedFiles.filter { !$0.name.hasSuffix(".down.sql") }
        let texts = ups.map { String(decoding: $0.bytes, as: UTF8.self) }
        let files = try Squawk.write(texts)
        let options = ["--assume-in-transaction", "--exclude", Self.excluded.joined(separator: ",")]
        #expect(try Squawk.items(files, options: options).map(\.rule_name).isEmpty)
    }

    @Test func `the shipped migrations are clean by our own rules`() throws {
        let result = Linter().lint(try LintSource(.shipped).read)
        #expect(result.findings.filter { $0.severity > .info }.isEmpty)
        #expect(
            result.allowed.isEmpty && result.unreadable.isEmpty && result.files == MigrationSource.shippedFiles.count)
    }
}
