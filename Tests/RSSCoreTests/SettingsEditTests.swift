import Foundation
import RSSModel
import TestSupport
import Testing

@testable import RSSCore

/// What `cache learn --write` adds to a configuration file, and leaves as it is.
@Suite struct SettingsEditTests {
    private static let known = "\(FilterShape.backend)"
    private static let learned = #"page="1",limit="20",status=completed"#

    /// The text of a file after the edit.
    private func edited(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let settings = try Settings.load(environment: [:], path: path)
        let known = settings.text(.cacheShapes)?.components(separatedBy: ";") ?? [Self.known]
        try SettingsEdit(.cacheShapes, of: settings).write(known + [Self.learned])
        let after = try Settings.load(environment: [:], path: path)
        #expect(after.text(.cacheShapes) == (known + [Self.learned]).joined(separator: ";"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test func `an item is added after the last one, and comments stay`() throws {
        let text = """
            # Ours.
            cache:
              key_prefix: "app:"  # as in the backend
              shapes:
                # The dashboard.
                - startDate=-30d,endDate=0d,page=1,limit=20
                - page=1,limit=10   # the list
              # After.
              timezone: UTC
            redis: {host: cache.example.com}

            """
        #expect(
            try edited(text)
                == text.replacing(
                    "# the list\n", with: "# the list\n    - page=\"1\",limit=\"20\",status=completed\n"))
    }

    @Test(arguments: [
        ("", "cache:\n  shapes:\n    - KNOWN\n    - LEARNED\n"),
        ("# Nothing is set.\n", "# Nothing is set.\n\ncache:\n  shapes:\n    - KNOWN\n    - LEARNED\n"),
        ("redis:\n  host: h", "redis:\n  host: h\n\ncache:\n  shapes:\n    - KNOWN\n    - LEARNED\n"),
        (
            "cache:\n    # Zone.\n    timezone: UTC\n",
            "cache:\n    shapes:\n      - KNOWN\n      - LEARNED\n    # Zone.\n    timezone: UTC\n"
        ),
        ("cache.shapes: page=1\n", "cache.shapes:\n  - page=1\n  - LEARNED\n"),
        (
            "# A\r\ncache:\r\n  timezone: UTC",
            "# A\r\ncache:\r\n  shapes:\r\n    - KNOWN\r\n    - LEARNED\r\n  timezone: UTC"
        ),
        ("cache:\n  shapes:\n", "cache:\n  shapes:\n    - KNOWN\n    - LEARNED\n"),
        (
            "profile: p\nprofiles:\n  p:\n    cache:\n      shapes:\n      - page=1\n  q:\n    cache: {timezone: UTC}\n",
            "profile: p\nprofiles:\n  p:\n    cache:\n      shapes:\n      - page=1\n      - LEARNED\n  q:\n    cache: {timezone: UTC}\n"
        ),
    ])
    func `the list is added where it belongs`(text: String, expected: String) throws {
        #expect(
            try edited(text)
                == expected.replacing("KNOWN", with: Self.known).replacing("LEARNED", with: Self.learned))
    }

    @Test(arguments: [
        "cache:\n  shapes: [\"page=1\"]\n", "cache: {timezone: UTC}\n", "{cache: {timezone: UTC}}\n",
        "cache:\n  shapes: page=1  # one\n", "redis:\n  host: h\n...\n",
        "# A\r\ncache:\n  timezone: UTC\n", "# A\u{85}\n",
    ])
    func `what is written in another form is left to its author`(text: String) throws {
        let failure = #expect(throws: SettingsError.self) { try edited(text) }
        #expect(failure?.report.code == "RSS-CONFIG-014")
    }

    @Test func `a variable takes precedence, and nothing is written`() throws {
        let settings = try Settings.load(environment: ["RSSCTL_CACHE_SHAPES": "page=1", "RSSCTL_CONFIG": ""])
        let failure = #expect(throws: SettingsError.self) { try SettingsEdit(.cacheShapes, of: settings) }
        #expect(failure == .outranked("cache.shapes", by: "environment RSSCTL_CACHE_SHAPES"))
    }
}
