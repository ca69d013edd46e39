import Foundation
import PostgresClient
import RSSModel
import Synchronization

import RSSCore
import RSSMigrate

/// A folder of migrations, by name and text.
package func migrations(_ files: [String: String]) throws -> MigrationSource {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("migrations-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write(files, to: .directory(path))
    return .directory(path)
}

/// Writes, or overwrites, files of a folder of migrations.
package func write(_ files: [String: String], to source: MigrationSource) throws {
    guard case .directory(let path) = source else { return }
    for (name, text) in files { try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8) }
}

/// A migrator with short patience.
package func migrator(
    _ connection: PostgresConnection, _ source: MigrationSource, budget: Duration = .seconds(5),
    order: MigrationOrder = .linear, observer: ConnectionOptions? = nil
) -> Migrator {
    Migrator(
        connection, source: source, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: budget),
        runID: UUID().uuidString, order: order, observer: observer)
}

/// The progress events of a session, collected.
package final class CollectedEvents: Sendable {
    private let events = Mutex<[ProgressEvent]>([])

    package init() {}

    package var reporter: ProgressReporter { ProgressReporter { event in self.events.withLock { $0.append(event) } } }
    package var all: [ProgressEvent] { events.withLock { $0 } }
    package var notes: [String] {
        all.compactMap { if case .note(let text) = $0 { text } else { nil } }
    }
}
