import RSSModel
import Foundation
import Glibc
import TestSupport
import Testing

@testable import RSSCore

/// Files that settings are in, and files that settings name.
@Suite struct SettingsFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func write(_ text: String, _ path: String, mode: mode_t = 0o600) {
        _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8))
        // Not as an attribute: the umask would take bits away.
        chmod(path, mode)
    }

    @Test(arguments: [
        "database:\n  password: \"Zq9wXvK7t\n", "database:\n  host: h\n  password:Zq9wXvK7t\n",
        "database: {password Zq9wXvK7t}\n", "database:\n  password: \"\\Zq9wXvK7t\"\n", "Zq9wXvK7t",
        "database:\n  password: Zq9wXvK7t\n  password: Zq9wXvK7t\n", "? Zq9wXvK7t\n: x\n",
        "database:\n\tZq9wXvK7t: x\n",
        "database:\n  url: postgresql://u:Zq9wXvK7t/db@h\n", "database:\n  host: u:Zq9wXvK7t@h\n",
        "redis:\n  port: u:Zq9wXvK7t@h\n", "Zq9wXvK7t: [1]\n", "database:\n  Zq9wXvK7t: {a: b}\n",
    ])
    func `an error of the file has its place, and no excerpt of it`(text: String) throws {
        try withFolder { folder in
            write(text, "\(folder)/c.yaml")
            let error = #expect(throws: SettingsError.self) {
                try Settings.load(environment: [:], path: "\(folder)/c.yaml")
            }
            let report = try #require(error?.report)
            #expect(!"\(report)".contains("wXvK"), "\(report)")
            #expect(report.place != nil || report.detail?.contains("c.yaml:") == true, "\(report)")
        }
    }

    @Test func `a setting that is given twice in two ways of writing is refused`() throws {
        try withFolder { folder in
            write("database.host: a\ndatabase:\n  host: b\n", "\(folder)/c.yaml")
            let error = #expect(throws: SettingsError.self) {
                try Settings.load(environment: [:], path: "\(folder)/c.yaml")
            }
            #expect(error?.report.detail?.contains("line 1") == true && error?.report.place?.line == 3)
        }
    }

    @Test(arguments: [(0o644, false, 0), (0o600, false, 0), (0o666, true, 1), (0o622, true, 1), (0o602, true, 1)])
    func `a file that everybody can write is warned about and not used, with a secret in it or without`(
        mode: Int, isHazard: Bool, warnings: Int
    ) throws {
        try withFolder { folder in
            write("database:\n  host: h\n", "\(folder)/c.yaml", mode: mode_t(mode))
            let settings = try Settings.load(environment: [:], path: "\(folder)/c.yaml")
            #expect((settings.hazard != nil) == isHazard && settings.warnings.count == warnings)
            #expect(settings.hazard.map { $0.report.exit == .configuration } ?? true)
        }
    }

    @Test func `so is one in a folder that everybody can write, unless the folder is sticky`() throws {
        try withFolder { folder in
            write("database:\n  host: h\n", "\(folder)/c.yaml")
            for (mode, isHazard) in [(0o777, true), (0o1777, false), (0o755, false)] {
                chmod(folder, mode_t(mode))
                let hazard = try Settings.load(environment: [:], path: "\(folder)/c.yaml").hazard
                #expect((hazard != nil) == isHazard)
            }
        }
    }

    @Test(arguments: [
        ("pw\n", "pw"), ("pw\r\n", "pw"), ("pw", "pw"), ("\u{FEFF}pw\r\n", "pw"), ("a b \n", "a b "),
        ("pw\r\nnote\r\n", "pw"),
    ])
    func `a password file gives its first line without the line end`(text: String, password: String) throws {
        try withFolder { folder in
            write(text, "\(folder)/pw")
            let part = TargetPart(
                .databasePasswordFile, .init(value: "\(folder)/pw", origin: "flag", level: .flag))
            let read = try SecretFile.read(part)
            #expect(read == password)
        }
    }

    @Test(arguments: ["", "\n", "\r\n", "\u{FEFF}\n", "\npw\n"])
    func `an empty password file is an error`(text: String) throws {
        try withFolder { folder in
            write(text, "\(folder)/pw")
            write("database:\n  host: h\n  password_file: \(folder)/pw\n", "\(folder)/c.yaml")
            let settings = try Settings.load(environment: [:], path: "\(folder)/c.yaml")
            let error = #expect(throws: SettingsError.self) {
                try Targets(settings: settings, stateFolder: folder).check()
            }
            #expect(error?.report.code == "RSS-CONFIG-011" && error?.report.exit == .configuration)
        }
    }

    @Test func `a password file that others can read or write is warned about`() throws {
        try withFolder { folder in
            for (mode, count) in [(0o600, 0), (0o400, 0), (0o644, 1), (0o620, 1)] {
                write("pw\n", "\(folder)/pw", mode: mode_t(mode))
                let settings = try Settings.load(environment: ["DB_PASSWORD_FILE": "\(folder)/pw"])
                #expect(settings.warnings.count == count)
            }
        }
    }

    @Test(arguments: [
        "database: {sslmode: bogus}", "database: {host: \"\"}", "database: {host: \"a\\0b\"}", "database: {host: a@b}",
        "database: {url: \"x y\\nz\"}", "database: {url: \"mysql://h/d\"}", "database: {direct_url: h}",
        "database: {name: \"postgresql://h/d\"}", "database: {hostaddr: db.example.com}", "redis: {url: \"mysql://x\"}",
        "redis: {url: \"redis://a b\"}", "redis: {host: \"a/b\"}", "database: {host: {x: 1}}",
        "profiles: {p: {database: {sslmode: bogus}}}",
    ])
    func `a wrong value is refused when it is read`(text: String) throws {
        try withFolder { folder in
            write(text + "\n", "\(folder)/c.yaml")
            let error = #expect(throws: SettingsError.self) {
                try Settings.load(environment: [:], path: "\(folder)/c.yaml")
            }
            #expect(error?.report.exit == .configuration)
        }
    }

    @Test(arguments: [
        "database: {host: h, password_file: /nonexistent/f}", "database: {host: h, sslrootcert: /nonexistent/f}",
        "database: {host: h, sslkey: /nonexistent/f}", "redis: {host: h, tls_ca: /nonexistent/f}",
        "redis: {host: h, password_file: /tmp}", "database: {host: h, url: \"postgresql://other/d\"}",
        "redis: {host: h, socket: /s}",
    ])
    func `what does not go together, or names a file that is not there, is refused before any server is asked`(
        text: String
    ) throws {
        try withFolder { folder in
            write(text + "\n", "\(folder)/c.yaml")
            let settings = try Settings.load(environment: [:], path: "\(folder)/c.yaml")
            let error = #expect(throws: SettingsError.self) {
                try Targets(settings: settings, stateFolder: folder).check()
            }
            #expect(error?.report.exit == .configuration)
        }
    }
}
