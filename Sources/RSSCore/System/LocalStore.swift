import Foundation
import Glibc
import RSSSystem

/// Answers of earlier runs, in a folder of this machine that is its user's alone: the nearer of two levels of cache, as the
/// backend's processes have one in their own memory.
///
/// An answer lives for a minute at most. ``clear()`` removes all of them: whatever changes the database or the cache does so.
package struct LocalStore: Sendable {
    /// An answer, and how old it is.
    package struct Answer<Value: Sendable>: Sendable {
        /// What was answered.
        package let value: Value
        /// How long ago; nil for an answer of now.
        package let age: Duration?
    }

    /// How long an answer lives (seed, CACHE_CONFIGS: the local level).
    package static let lifetime = Duration.seconds(60)
    /// Larger answers are not stored.
    private static let mostBytes = 16 << 20

    private let folder: String

    /// The store in a folder of state.
    package init(stateFolder: String) { folder = "\(stateFolder)/answers" }

    private struct Stored<Value: Codable>: Codable {
        let at: Date
        let until: Date
        let value: Value
    }

    /// The answer to a question: a stored one while it is fresh, else that of the work, which is stored.
    ///
    /// What the work reads before a ``clear()`` is not stored after it. A store that cannot be used is as good as none.
    ///
    /// - Parameters:
    ///   - question: all that the answer depends on: server, user, command, options.
    ///   - now: the time by this machine's clock, which decides over this machine's files.
    ///   - work: finds the answer, and how long it may live if that is less than a minute.
    /// - Throws: what the work throws.
    package func answer<Value: Codable & Sendable>(
        _ question: [String], now: Date, isolation: isolated (any Actor)? = #isolation,
        _ work: () async throws -> (value: Value, lifetime: Duration)
    ) async throws -> Answer<Value> {
        let name = Digest.sha256.hex(question.joined(separator: "\u{0}").utf8)
        // Opened before the work: after a clear() it is no longer the folder of the store.
        let place = Folder(folder)
        if let stored: Stored<Value> = place?.read(name), stored.at <= now, now < stored.until {
            return Answer(value: stored.value, age: .seconds(now.timeIntervalSince(stored.at)))
        }
        let (value, lifetime) = try await work()
        let until = now + min(lifetime, Self.lifetime) / .seconds(1)
        if let place, until > now { place.write(Stored(at: now, until: until, value: value), to: name, Self.mostBytes) }
        return Answer(value: value, age: nil)
    }

    /// Removes all answers.
    ///
    /// - Throws: `PrivateFolderError` for a folder that is not the user's own, `CocoaError`.
    package func clear() throws {
        var status = stat()
        guard lstat(folder, &status) == 0 else { return }
        close(try PrivateFolder.open(folder))
        // Renamed at once, so that whoever has it open stores nothing that is found.
        let aside = "\(folder).\(UUID().uuidString)"
        guard rename(folder, aside) == 0 else {
            // Another process was quicker.
            if errno == ENOENT { return }
            throw CocoaError(.fileWriteUnknown)
        }
        try FileManager.default.removeItem(atPath: aside)
    }

    /// The open folder of the store.
    private final class Folder {
        private let descriptor: Int32
        private let path: String

        /// Nil where it cannot be used.
        init?(_ path: String) {
            guard (try? PrivateFolder.make(path)) != nil, let descriptor = try? PrivateFolder.open(path) else {
                return nil
            }
            self.descriptor = descriptor
            self.path = path
        }

        deinit { close(descriptor) }

        func read<Value: Decodable>(_ name: String) -> Value? {
            let file = openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard file >= 0 else { return nil }
            let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
            // One that is damaged, or of another version, is as good as none.
            return (try? handle.readToEnd()).flatMap { try? JSONDecoder().decode(Value.self, from: $0) }
        }

        func write(_ value: some Encodable, to name: String, _ mostBytes: Int) {
            removeOld()
            guard let data = try? JSONEncoder().encode(value), data.count <= mostBytes else { return }
            let draft = ".\(UUID().uuidString)"
            let file = openat(descriptor, draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard file >= 0 else { return }
            let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
            // Without a place for it, as on a full disk, the answer is not stored.
            let isWritten = (try? handle.write(contentsOf: data)) != nil
            if !isWritten || renameat(descriptor, draft, descriptor, name) != 0 { unlinkat(descriptor, draft, 0) }
        }

        /// Removes what no one reads any more.
        private func removeOld() {
            let limit = time(nil) - Int(LocalStore.lifetime.components.seconds)
            for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
                var status = stat()
                guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mtim.tv_sec < limit else {
                    continue
                }
                unlinkat(descriptor, name, 0)
            }
        }
    }
}
