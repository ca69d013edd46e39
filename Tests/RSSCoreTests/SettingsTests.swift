import Foundation
import RSSModel
import TestSupport
import Testing

@testable import RSSCore

@Suite struct SettingsTests {
    private func file(_ text: String, mode: Int = 0o600) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("config-\(UUID().uuidString).yaml")
            .path
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
        return path
    }

    private let layered = """
        database:
          host: from-file
          port: 6000
          name: rss
          user: file-user
        profile: staging
        profiles:
          staging:
            database:
              host: from-profile
              user: profile-user
          production:
            database: {host: production}
        """

    @Test func `flags win over environment over profile over file over defaults, and each says so`() throws {
        let path = try file(layered)
        let settings = try Settings.load(
            flags: [.databaseUser: "flag-user"], environment: ["DB_PORT": "7000", "PGUSER": "env-user"], path: path)
        #expect(settings.values[.databaseUser] == .init(value: "flag-user", origin: "flag", level: .flag))
        #expect(
            settings.values[.databasePort]
                == .init(value: "7000", origin: "environment DB_PORT", level: .backendVariable))
        #expect(settings.text(.databaseHost) == "from-profile")
        #expect(settings.values[.databaseHost]?.origin.hasSuffix(":10") == true)
        #expect(settings.text(.databaseName) == "rss")
        #expect(settings.values[.partitionPremake] == .init(value: "3", origin: "default", level: .builtIn))
        #expect(settings.profiles == ["production", "staging"])
        #expect(
            try Settings.load(environment: [:], path: path, profile: "production").text(.databaseHost) == "production")
    }

    @Test func `our own variables are stronger than the seed's, and those than libpq's`() throws {
        let all = ["RSSCTL_DB_HOST": "ours", "DB_HOST": "seed", "PGHOST": "libpq"]
        #expect(try Settings.load(environment: all).text(.databaseHost) == "ours")
        #expect(try Settings.load(environment: all.filter { $0.key != "RSSCTL_DB_HOST" }).text(.databaseHost) == "seed")
        #expect(try Settings.load(environment: ["PGHOST": "libpq", "DB_HOST": ""]).text(.databaseHost) == "libpq")
    }

    @Test func `each setting has a variable of its name in the file`() throws {
        #expect(SettingKey.databaseHost.variable == "RSSCTL_DATABASE_HOST")
        for key in SettingKey.allCases {
            #expect(
                key.definition.environment.first == key.variable || key.definition.environment.contains(key.variable))
        }
        let settings = try Settings.load(
            environment: ["RSSCTL_DATABASE_PORT": "7000", "DB_PORT": "1", "RSSCTL_LOCK_BUDGET": "1min"])
        #expect(settings.text(.databasePort) == "7000" && settings.text(.lockBudget) == "1min")
        #expect(throws: SettingsError.self) { try Settings.load(environment: ["RSSCTL_DATABASE_PORT": "abc"]) }
    }

    @Test(arguments: [
        ("RSSCTL_DATABASE_PROT", "did you mean RSSCTL_DATABASE_PORT?"),
        ("RSSCTL_NONSENSE_OF_ALL_KINDS", "unknown setting"),
        ("RSSCTL_POOL_MAX", "no command opens a pool"),
    ])
    func `a variable that is read by nothing is a warning`(name: String, words: String) throws {
        let warnings = try Settings.load(environment: [name: "1"]).warnings
        #expect(warnings.count == 1 && warnings[0].contains(name) && warnings[0].contains(words), "\(warnings)")
        #expect(
            try Settings.load(environment: ["RSSCTL_STATE": "/x", "RSSCTL_PAGER": "", "PATH": "/"]).warnings.isEmpty)
    }

    @Test func `the settings of the pool are read no more, and a file that has them still is`() throws {
        let path = try file("pool:\n  max: 5\n  anything: x\npartition:\n  premake: 4\n")
        let settings = try Settings.load(environment: [:], path: path)
        #expect(settings.text(.partitionPremake) == "4")
        #expect(
            settings.warnings.contains {
                $0.hasSuffix(":1: pool has no effect: no command opens a pool of connections")
            })
    }

    @Test func `a time zone is one`() throws {
        for zone in ["Europe/Berlin", "europe/berlin", "UTC", "EST5EDT", "<+02>-2"] {
            #expect(try Settings.load(environment: ["RSSCTL_CACHE_TIMEZONE": zone]).text(.cacheTimeZone) == zone)
        }
        for zone in ["Mars/Phobos", "Europe/Berlim", "now()"] {
            #expect(throws: SettingsError.self) { try Settings.load(environment: ["RSSCTL_CACHE_TIMEZONE": zone]) }
        }
    }

    @Test func `an unknown key names its line and what was meant`() throws {
        let path = try file("database:\n  hots: x\n")
        let error = #expect(throws: SettingsError.self) { try Settings.load(environment: [:], path: path) }
        #expect(
            error
                == .unknownKey(
                    "database.hots", SourcePlace(file: path, line: 2, column: 3), suggestion: "database.host"))
    }

    @Test(arguments: [
        ("partition:\n  premake: abc", "partition.premake"), ("partition:\n  premake: -1", "partition.premake"),
        ("lock:\n  budget: 5", "lock.budget"),
        ("redis:\n  tls: maybe", "redis.tls"), ("database:\n  port: 99999", "database.port"),
    ])
    func `a bad value is an error with its line, never a silent default`(text: String, key: String) throws {
        let path = try file(text)
        let error = #expect(throws: SettingsError.self) { try Settings.load(environment: [:], path: path) }
        guard case .badValue(key, _, _, let origin) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(origin.hasSuffix(":2"))
    }

    @Test(arguments: [
        "a: [", "- x", "database: [1]", "database:\n  host:\n    deep: x", "profiles: 3", "{: :", "\u{0}",
    ])
    func `a malformed file is an error, not a crash`(text: String) throws {
        let path = try file(text)
        #expect(throws: SettingsError.self) { try Settings.load(environment: [:], path: path) }
    }

    @Test func `an empty file is fine`() throws {
        #expect(try Settings.load(environment: [:], path: try file("")).text(.databasePort) == "5432")
        #expect(try Settings.load(environment: [:], path: try file("# only a comment\n")).text(.databasePort) == "5432")
    }

    @Test func `a file that others can read and that holds a secret is warned about`() throws {
        let text = "database:\n  password: x\n"
        #expect(try Settings.load(environment: [:], path: try file(text, mode: 0o644)).warnings.count == 1)
        #expect(try Settings.load(environment: [:], path: try file(text)).warnings.isEmpty)
    }

    @Test func `an unknown profile names those there are`() throws {
        let path = try file(layered)
        #expect(throws: SettingsError.unknownProfile("prod", known: ["production", "staging"])) {
            try Settings.load(environment: [:], path: path, profile: "prod")
        }
    }

    @Test func `a secret is never shown in an error`() {
        let error = #expect(throws: SettingsError.self) {
            try Settings.load(environment: ["DB_PORT": "secret"], path: nil)
        }
        #expect(error?.report.message.contains("secret") == true)  // a port is not a secret
    }

    @Test func `the template is a file that can be read`() throws {
        let settings = try Settings.load(environment: [:], path: try file(SettingsTemplate.text))
        #expect(settings.values.values.allSatisfy { $0.origin == "default" })
        let uncommented = SettingsTemplate.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("# profile") || line.hasPrefix("# Settings") || line.hasPrefix("# Keep")
                ? "" : line.replacing(/^# ?/, with: "")
        }
        let text = uncommented.prefix { !$0.hasPrefix("  production") }.joined(separator: "\n")
        #expect(throws: Never.self) {
            try Settings.load(environment: [:], path: try file(text.replacing(/: +#.*/, with: ":")))
        }
    }

    @Test(arguments: [
        ("200ms", 200), ("30s", 30_000), ("1.5s", 1500), ("5min", 300_000), ("5m", 300_000), ("2h", 7_200_000),
        ("7d", 604_800_000),
    ])
    func `durations are read as people write them`(text: String, milliseconds: Int) {
        #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "5", "s", "-1s", "1 s", "1e9d", "nans", "infs", "0x1s"])
    func `an invalid duration is refused`(text: String) { #expect(DurationText.parse(text) == nil) }
}

@Suite struct RedactionTests {
    @Test(arguments: [
        ("postgresql://u:s3cret@h/db", "postgresql://u:***@h/db"), ("rediss://:s3cret@h", "rediss://:***@h"),
        ("host=h password=s3cret user=u", "host=h password=*** user=u"),
        ("password='a b\\'s3cret' x=1", "password=*** x=1"),
        ("PGPASSWORD=s3cret", "PGPASSWORD=***"), ("nothing to hide", "nothing to hide"),
        ("postgresql://owner:kT9+x/s3cret==@db:1/rss", "postgresql://owner:***@db:1/rss"),
        ("postgresql://owner:a@s3cret@h/rss", "postgresql://owner:***@h/rss"),
        ("owner:s3cret@h/rss", "owner:***@h/rss"), ("a@s3cret:x@h", "***@h"), ("redis://s3cret@h", "redis://***@h"),
        ("host=h password=a\\ s3cret bogus=", "host=h password=*** bogus="),
        ("password = \"a s3cret", "password = ***"),
        ("CREATE ROLE r PASSWORD 's3''cret' LOGIN", "CREATE ROLE r PASSWORD '***' LOGIN"),
        ("postgresql://u@h/d?sslpassword=s3cret&x=1", "postgresql://u@h/d?sslpassword=***&x=1"),
        ("password authentication failed for user \"u\"", "password authentication failed for user \"u\""),
        ("one line\nredis://u:s3cret@h\nanother", "one line\nredis://u:***@h\nanother"),
        ("ALTER ROLE r PASSWORD $$s3cret$$ LOGIN", "ALTER ROLE r PASSWORD '***' LOGIN"),
        ("ALTER ROLE r PASSWORD $x$s3$$cret$x$ LOGIN", "ALTER ROLE r PASSWORD '***' LOGIN"),
        ("ALTER ROLE r PASSWORD E'k\\'s3cret' LOGIN", "ALTER ROLE r PASSWORD '***' LOGIN"),
        ("ALTER ROLE r PASSWORD U&'s3\\0063ret' LOGIN", "ALTER ROLE r PASSWORD '***' LOGIN"),
        ("ALTER ROLE r PASSWORD /* new */ -- it's\n 's3cret';", "ALTER ROLE r PASSWORD /* new */ -- it's\n '***';"),
        ("alter role r password\n\t's3'\n'cret' LOGIN", "alter role r password\n\t'***' LOGIN"),
        ("ALTER ROLE r PASSWORD 's3cr", "ALTER ROLE r PASSWORD '***'"),
        ("ALTER ROLE r PASSWORD $$s3cr", "ALTER ROLE r PASSWORD '***'"),
    ])
    func `a password is taken out of a text`(text: String, expected: String) {
        #expect(Redaction.scrub(text) == expected)
    }

    @Test func `the value after a password option is removed`() {
        #expect(
            Redaction.scrub(arguments: ["x", "--redis-password", "s3cret", "y"]) == [
                "x", "--redis-password", "***", "y",
            ])
    }

    @Test(arguments: [
        ("postgresql://u:s3cret@h:1/d?sslmode=disable", "postgresql://u@h:1/d"), ("owner:s3cret@h/d", "***"),
        ("host=h password=a\\ s3cret bogus=", "***"), ("postgresql://u:12/s3cret@h/d", "***"),
        ("rediss://u:s3cret@h:1/2", "rediss://u@h:1/2"), ("redis://s3cret@h", "redis://h:6379/0"),
        ("redis://:s3/cret@h", "***"), ("s3cret", "***"),
    ])
    func `an address among the arguments is stored by its harmless parts, or not at all`(text: String, shown: String) {
        #expect(Redaction.scrub(arguments: ["--database-url", text, "x"]) == ["--database-url", shown, "x"])
        #expect(Redaction.scrub(arguments: ["--redis-url=\(text)"]) == ["--redis-url=\(shown)"])
    }
}

@Suite struct EditDistanceTests {
    @Test func `the nearest candidate is suggested, a far one is not`() {
        #expect(EditDistance.closest(to: "qury", among: ["query", "warm"]) == "query")
        #expect(EditDistance.closest(to: "xyz", among: ["query", "warm"]) == nil)
        #expect(EditDistance.between("kitten", "sitting") == 3)
        #expect(EditDistance.between("", "abc") == 3)
    }
}
