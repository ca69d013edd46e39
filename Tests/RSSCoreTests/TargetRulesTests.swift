import RSSModel
import Foundation
import TestSupport
import Testing

@testable import RSSCore

/// Sources of settings, laid over each other as a run does.
struct SettingSources {
    private var flags: [SettingKey: String] = [:]
    private var environment: [String: String] = [:]
    private var file: [SettingKey: String] = [:]
    private var profile: [SettingKey: String] = [:]

    init(_ values: [(SettingLevel, SettingKey, String)] = []) {
        for (level, key, value) in values { set(key, value, on: level) }
    }

    /// Whether the setting can be given on a level.
    static func exist(_ key: SettingKey, _ level: SettingLevel) -> Bool {
        switch level {
        case .flag: [.databaseURL, .redisURL].contains(key)
        case .builtIn: false
        case .file, .profile: true
        default: variable(key, level) != nil
        }
    }

    private static func variable(_ key: SettingKey, _ level: SettingLevel) -> String? {
        key.definition.environment.first { SettingLevel(variable: $0) == level }
    }

    mutating func set(_ key: SettingKey, _ value: String, on level: SettingLevel) {
        switch level {
        case .flag: flags[key] = value
        case .profile: profile[key] = value
        case .file: file[key] = value
        default: if let name = Self.variable(key, level) { environment[name] = value }
        }
    }

    func settings(_ further: [String: String] = [:]) throws -> Settings {
        func lines(_ values: [SettingKey: String], _ indent: String) -> String {
            values.map { "\(indent)\($0.key.rawValue): \"\($0.value)\"\n" }.joined()
        }
        let text = lines(file, "") + "profiles:\n  p:\n    pool.max: 7\n" + lines(profile, "    ")
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("rules-\(UUID().uuidString).yaml").path
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try Settings.load(
            flags: flags, environment: environment.merging(further) { $1 }, path: path, profile: "p")
    }

    /// The parts of the database that they come to.
    func database(direct: Bool = false) throws -> TargetParts { try DatabaseTarget(settings(), direct: direct).parts }

    /// The parts of the Redis server that they come to.
    func redis() throws -> TargetParts { try RedisTarget(settings()).parts }
}

extension TargetParts {
    fileprivate var values: [String: String] { parts.mapValues(\.value) }
}

@Suite struct TargetRulesTests {
    /// The settings that say which database.
    enum Kind: CaseIterable {
        case url, host, port, name, user, service

        var key: SettingKey {
            switch self {
            case .url: .databaseURL
            case .host: .databaseHost
            case .port: .databasePort
            case .name: .databaseName
            case .user: .databaseUser
            case .service: .databaseService
            }
        }

        var keyword: String { self == .name ? "dbname" : "\(self)" }

        func value(_ word: String, _ port: Int) -> String {
            switch self {
            case .url: "postgresql://\(word)-user@\(word)-host:\(port)/\(word)-name"
            case .port: "\(port)"
            default: "\(word)-\(self)"
            }
        }

        /// What the setting alone comes to.
        func parts(_ word: String, _ port: Int) -> [String: String] {
            guard self == .url else { return [keyword: value(word, port)] }
            return ["host": "\(word)-host", "port": "\(port)", "dbname": "\(word)-name", "user": "\(word)-user"]
        }
    }

    private func strong(_ kind: Kind) -> [String: String] { kind.parts("strong", 1111) }
    private func weak(_ kind: Kind) -> [String: String] { kind.parts("weak", 2222) }

    /// The rule as Docs/config.md has it.
    private func expected(_ stronger: Kind, over weaker: Kind) -> [String: String] {
        switch (stronger, weaker) {
        case (.url, _), (.service, _): strong(stronger)
        case (.host, .url), (.host, .service): strong(stronger)
        default: weak(weaker).merging(strong(stronger)) { $1 }
        }
    }

    @Test func `of any two sources and any two settings the target is the one that the stronger asks for`() throws {
        var count = 0
        for stronger in SettingLevel.allCases {
            for weaker in SettingLevel.allCases where weaker < stronger {
                for (one, other) in pairs() {
                    guard SettingSources.exist(one.key, stronger), SettingSources.exist(other.key, weaker) else {
                        continue
                    }
                    let parts = try SettingSources([
                        (stronger, one.key, one.value("strong", 1111)), (weaker, other.key, other.value("weak", 2222)),
                    ]).database()
                    #expect(
                        parts.values == expected(one, over: other), "\(one) of \(stronger) over \(other) of \(weaker)")
                    count += 1
                }
            }
        }
        #expect(count > 250)
    }

    private func pairs() -> [(Kind, Kind)] { Kind.allCases.flatMap { one in Kind.allCases.map { (one, $0) } } }

    @Test func `two settings of one level that contradict each other are refused, and both are named`() throws {
        for level in SettingLevel.allCases {
            for (one, other) in pairs() where one != other && [.url, .service].contains(one) {
                guard SettingSources.exist(one.key, level), SettingSources.exist(other.key, level) else { continue }
                let sources = SettingSources([
                    (level, one.key, one.value("one", 1111)), (level, other.key, other.value("other", 2222)),
                ])
                let error = #expect(throws: SettingsError.self, "\(one) beside \(other) on \(level)") {
                    try sources.database()
                }
                #expect(error?.report.code == "RSS-CONFIG-009" && error?.report.exit == .configuration)
                for key in [one.key, other.key] { #expect(error?.report.message.contains(key.rawValue) == true) }
            }
        }
    }

    @Test func `settings of one level that say the same, or say it of different parts, go together`() throws {
        for level in SettingLevel.allCases where SettingSources.exist(.databaseHost, level) {
            let plain = SettingSources([
                (level, .databaseHost, "h"), (level, .databasePort, "77"), (level, .databaseName, "n"),
                (level, .databaseUser, "u"),
            ])
            #expect(try plain.database().values == ["host": "h", "port": "77", "dbname": "n", "user": "u"])
            guard SettingSources.exist(.databaseURL, level) else { continue }
            var same = plain
            same.set(.databaseURL, "postgresql://u@h/n", on: level)
            #expect(try same.database().values == ["host": "h", "port": "77", "dbname": "n", "user": "u"])
        }
    }

    @Test func `an address leaves open what it does not say, but not where it leads`() throws {
        let file: [(SettingLevel, SettingKey, String)] = [
            (.file, .databaseHost, "h"), (.file, .databasePort, "77"), (.file, .databaseName, "n"),
            (.file, .databaseUser, "u"),
        ]
        #expect(
            try SettingSources(file + [(.flag, .databaseURL, "postgresql://other")]).database().values
                == ["host": "other", "dbname": "n", "user": "u"])
        #expect(
            try SettingSources(file + [(.flag, .databaseURL, "postgresql:///other")]).database().values
                == ["host": "h", "port": "77", "dbname": "other", "user": "u"])
    }

    @Test func `an IP address goes with the host of its own level, and with no other`() throws {
        let address: (SettingLevel, SettingKey, String) = (.sharedVariable, .databaseHostAddress, "10.0.0.1")
        #expect(
            try SettingSources([address, (.sharedVariable, .databaseHost, "h")]).database().values
                == ["host": "h", "hostaddr": "10.0.0.1"])
        #expect(
            try SettingSources([address, (.backendVariable, .databaseHost, "h")]).database().values == ["host": "h"])
        #expect(
            try SettingSources([address, (.file, .databaseHost, "h")]).database().values == ["hostaddr": "10.0.0.1"])
        #expect(
            try SettingSources([address, (.file, .databaseURL, "postgresql://h/n")]).database().values
                == ["hostaddr": "10.0.0.1"])
    }

    @Test func `libpq's choice among hosts goes with libpq's hosts, and with no other`() throws {
        let choice = ["PGTARGETSESSIONATTRS": "read-write"]
        func parts(_ level: SettingLevel) throws -> String? {
            let settings = try SettingSources([(level, .databaseHost, "a,b")]).settings(choice)
            return try DatabaseTarget(settings, direct: false).parts["target_session_attrs"]
        }
        #expect(try parts(.sharedVariable) == "read-write")
        #expect(try parts(.ownVariable) == nil && parts(.file) == nil)
    }

    @Test func `the way past a pooler is taken unless a stronger level says where`() throws {
        let file: [(SettingLevel, SettingKey, String)] = [
            (.file, .databaseURL, "postgresql://u:pw@pooler:6432/n"),
            (.file, .databaseDirectURL, "postgresql://db:5433"),
        ]
        let direct = try SettingSources(file).database(direct: true)
        #expect(direct.values == ["host": "db", "port": "5433", "dbname": "n", "user": "u", "password": "pw"])
        #expect(try SettingSources(file).database().values["host"] == "pooler")
        let stronger: [(SettingLevel, SettingKey, String)] = [
            (.flag, .databaseURL, "postgresql://other/n"), (.profile, .databaseHost, "other"),
            (.sharedVariable, .databasePort, "1"), (.ownVariable, .databaseService, "s"),
        ]
        for setting in stronger {
            let parts = try SettingSources(file + [setting]).database(direct: true)
            #expect(parts["host"] != "db" && parts.overridden[.databaseDirectURL]?.key == setting.1)
        }
        let name = try SettingSources(file + [(.ownVariable, .databaseName, "m")]).database(direct: true)
        #expect(name["host"] == "db" && name["dbname"] == "m")
        #expect(try SettingSources([file[1]]).database()["host"] == "db")
    }
}

@Suite struct RedisTargetRulesTests {
    @Test func `a stronger address or host turns a weaker address off, and a stronger part replaces its part`() throws {
        let file: (SettingLevel, SettingKey, String) = (.file, .redisURL, "rediss://u@weak:1/2")
        func parts(_ settings: (SettingLevel, SettingKey, String)...) throws -> [String: String] {
            try SettingSources([file] + settings).redis().parts.mapValues(\.value)
        }
        #expect(try parts() == ["host": "weak", "port": "1", "database": "2", "user": "u", "tls": "true"])
        #expect(try parts((.flag, .redisURL, "redis://strong")) == ["host": "strong"])
        #expect(try parts((.backendVariable, .redisHost, "strong")) == ["host": "strong"])
        #expect(try parts((.profile, .redisSocket, "/s")) == ["socket": "/s"])
        #expect(try parts((.profile, .redisPort, "9"))["port"] == "9")
        #expect(try parts((.profile, .redisDatabase, "0"))["database"] == "0")
        #expect(try SettingSources([(.profile, .redisPort, "9"), file]).redis()["host"] == "weak")
    }

    @Test func `two of one level that contradict each other are refused`() throws {
        let mixtures: [[(SettingLevel, SettingKey, String)]] = [
            [(.file, .redisURL, "redis://a"), (.file, .redisHost, "b")],
            [(.profile, .redisHost, "a"), (.profile, .redisSocket, "/s")],
            [(.ownVariable, .redisURL, "unix:///s"), (.ownVariable, .redisHost, "a")],
            [(.file, .redisURL, "redis://a/1"), (.file, .redisDatabase, "2")],
            [(.file, .redisURL, "rediss://a"), (.file, .redisTLS, "false")],
        ]
        for mixture in mixtures {
            let error = #expect(throws: SettingsError.self) { try SettingSources(mixture).redis() }
            #expect(error?.report.code == "RSS-CONFIG-009")
        }
    }

    @Test func `a server with TLS keeps it when its address is given again, and another server has its own`() throws {
        let file: [(SettingLevel, SettingKey, String)] = [
            (.file, .redisHost, "cache"), (.file, .redisPort, "6380"), (.file, .redisTLS, "true"),
        ]
        #expect(try SettingSources(file + [(.flag, .redisURL, "redis://cache:6380")]).redis()["tls"] == "true")
        #expect(try SettingSources(file + [(.flag, .redisURL, "redis://localhost")]).redis()["tls"] == nil)
    }
}
