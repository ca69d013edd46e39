import Foundation
import RSSSystem
import TestSupport
import Testing

@testable import RSSCore

/// Answers that are stored on this machine for a minute.
@Suite struct LocalStoreTests {
    private struct Unasked: Error {}

    private func withStore(_ body: (LocalStore, String) async throws -> Void) async throws {
        let state = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: state) }
        try await body(LocalStore(stateFolder: state), state)
    }

    @Test func `an answer is given again for a minute, or as long as it may live`() async throws {
        try await withStore { store, state in
            let now = Date(timeIntervalSince1970: 1_800_000_000)
            func ask(_ question: String, _ answer: String?, at moment: Date, lifetime: Duration = .seconds(600))
                async throws -> LocalStore.Answer<String>
            {
                try await store.answer(["get", question], now: moment) {
                    guard let answer else { throw Unasked() }
                    return (answer, lifetime)
                }
            }
            #expect(try await ask("a", "1", at: now).age == nil)
            let again = try await ask("a", nil, at: now + 59)
            #expect(again.value == "1" && again.age == .seconds(59))
            await #expect(throws: Unasked.self) { try await ask("b", nil, at: now) }
            await #expect(throws: Unasked.self) { try await ask("a", nil, at: now + 60) }
            // A clock that was set back says nothing about age.
            await #expect(throws: Unasked.self) { try await ask("a", nil, at: now - 1) }
            _ = try await ask("short", "2", at: now, lifetime: .seconds(3))
            #expect(try await ask("short", nil, at: now + 2).value == "2")
            await #expect(throws: Unasked.self) { try await ask("short", nil, at: now + 3) }
            let folder = "\(state)/answers"
            let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int
            #expect(mode == 0o700)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let mode =
                    try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.posixPermissions] as? Int
                #expect(mode == 0o600 && name.count == 64)
                // A damaged file is as good as none.
                try Data("{".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            #expect(try await ask("a", "3", at: now).value == "3")
        }
    }

    @Test func `what is read before a clear is not stored after it`() async throws {
        try await withStore { store, state in
            let now = Date()
            func ask(_ answer: String, _ meanwhile: () throws -> Void = {}) async throws -> LocalStore.Answer<String> {
                try await store.answer(["x"], now: now) {
                    try meanwhile()
                    return (answer, .seconds(60))
                }
            }
            #expect(try await ask("old") { try store.clear() }.value == "old")
            #expect(try await ask("new").value == "new")
            #expect(try await ask("newest").value == "new")
            try store.clear()
            #expect(try await ask("newest").value == "newest")
            #expect(try FileManager.default.contentsOfDirectory(atPath: state) == ["answers"])
        }
    }

    @Test func `a folder that others may write to is not used`() async throws {
        try await withStore { store, state in
            try FileManager.default.createDirectory(atPath: "\(state)/answers", withIntermediateDirectories: false)
            chmod("\(state)/answers", 0o777)
            for number in 1...2 {
                #expect(try await store.answer(["x"], now: Date()) { (number, .seconds(60)) }.value == number)
            }
            #expect(throws: PrivateFolderError.self) { try store.clear() }
        }
    }
}
