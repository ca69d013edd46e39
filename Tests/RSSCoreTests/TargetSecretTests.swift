import TestSupport
import Testing

@testable import RSSCore

/// A password is sent to the server that it was set for, and to no other.
@Suite struct TargetSecretTests {
    typealias Setting = (SettingLevel, SettingKey, String)

    private let file: [Setting] = [
        (.file, .databaseHost, "home"), (.file, .databaseUser, "u"), (.file, .databasePassword, "pw"),
    ]

    @Test func `a password stays with the host, port and role that it was set with`() throws {
        #expect(try SettingSources(file).database()["password"] == "pw")
        #expect(
            try SettingSources(file + [(.flag, .databaseURL, "postgresql://u@home/x")]).database()["password"] == "pw")
        #expect(try SettingSources(file + [(.ownVariable, .databaseName, "x")]).database()["password"] == "pw")
        let elsewhere: [Setting] = [
            (.flag, .databaseURL, "postgresql://u@other/x"), (.profile, .databaseHost, "other"),
            (.sharedVariable, .databaseHost, "other"), (.backendVariable, .databasePort, "5433"),
            (.sharedVariable, .databaseService, "s"), (.sharedVariable, .databaseHostAddress, "10.0.0.1"),
            (.sharedVariable, .databaseUser, "dba"),
        ]
        for setting in elsewhere {
            let parts = try SettingSources(file + [setting]).database()
            #expect(parts["password"] == nil, "\(setting)")
            #expect(parts.withheld.map(\.key) == [.databasePassword])
        }
    }

    @Test func `the file of a password and the password of an address are bound in the same way`() throws {
        let named: [[Setting]] = [
            [(.file, .databaseHost, "home"), (.file, .databasePasswordFile, "/nowhere")],
            [(.file, .databaseURL, "postgresql://u:pw@home/x")],
        ]
        for settings in named {
            #expect(try SettingSources(settings).database()["password"] != nil)
            let parts = try SettingSources(settings + [(.backendVariable, .databaseHost, "other")]).database()
            #expect(parts["password"] == nil)
            let port = try SettingSources(settings + [(.backendVariable, .databasePort, "1")]).database()
            #expect(port["password"] == nil)
        }
    }

    @Test func `a password that was set without any place is for the place that is chosen`() throws {
        let general: [Setting] = [(.file, .databasePassword, "pw")]
        #expect(try SettingSources(general + [(.profile, .databaseHost, "h")]).database()["password"] == "pw")
        #expect(
            try SettingSources(general + [(.flag, .databaseURL, "postgresql://h/x")]).database()["password"] == "pw")
        let variable: [Setting] = [
            (.sharedVariable, .databasePassword, "pw"), (.flag, .databaseURL, "postgresql://h/x"),
        ]
        #expect(try SettingSources(variable).database()["password"] == "pw")
        let beside: [Setting] = variable + [(.backendVariable, .databaseHost, "other")]
        #expect(try SettingSources(beside).database()["password"] == nil)
    }

    @Test func `variables of different names are one source`() throws {
        let parts = try SettingSources(
            file + [(.backendVariable, .databaseHost, "h"), (.sharedVariable, .databasePassword, "mine")]
        ).database()
        #expect(parts["password"] == "mine")
    }

    @Test func `the stronger of password and file holds, two of one level are refused`() throws {
        let profile = try SettingSources(file + [(.profile, .databasePasswordFile, "/f")]).database()
        #expect(profile["password"] == "/f" && profile.parts["password"]?.key == .databasePasswordFile)
        let both: [[Setting]] = [
            [(.file, .databasePassword, "a"), (.file, .databasePasswordFile, "/f")],
            [(.file, .databaseURL, "postgresql://u:a@h"), (.file, .databasePassword, "b")],
        ]
        for settings in both {
            #expect(throws: SettingsError.self) { try SettingSources(settings).database() }
        }
    }

    @Test func `a weak sslmode of one server does not weaken another`() throws {
        let weak: [Setting] = [(.file, .databaseHost, "localhost"), (.file, .databaseSSLMode, "disable")]
        #expect(try SettingSources(weak).database()["sslmode"] == "disable")
        #expect(
            try SettingSources(weak + [(.flag, .databaseURL, "postgresql://db.example.com/x")]).database()["sslmode"]
                == nil)
    }

    @Test func `the address past a pooler gets the password of its own level, not of a weaker one`() throws {
        let direct = "postgresql://db:5432/x"
        #expect(
            try SettingSources(file + [(.file, .databaseDirectURL, direct)]).database(direct: true)["password"] == "pw")
        #expect(
            try SettingSources(file + [(.ownVariable, .databaseDirectURL, direct)]).database(direct: true)["password"]
                == nil)
    }

    @Test func `the password of Redis stays with its server`() throws {
        let redis: [Setting] = [(.file, .redisHost, "home"), (.file, .redisPassword, "pw")]
        #expect(try SettingSources(redis).redis()["password"] == "pw")
        #expect(try SettingSources(redis + [(.ownVariable, .redisDatabase, "3")]).redis()["password"] == "pw")
        let elsewhere: [Setting] = [
            (.flag, .redisURL, "redis://other"), (.backendVariable, .redisHost, "other"), (.profile, .redisPort, "1"),
            (.profile, .redisSocket, "/s"),
        ]
        for setting in elsewhere {
            #expect(try SettingSources(redis + [setting]).redis()["password"] == nil, "\(setting)")
        }
    }
}
