import PostgresClient

/// The sessions of a load.
struct LoadSessions: Sendable {
    /// Those that batches are written over; the first is the run's own.
    let writing: [PostgresConnection]
    /// The one for lookups while the others are busy.
    let reading: PostgresConnection

    /// Opens what is missing.
    ///
    /// - Parameters:
    ///   - own: the session of the run, which holds its locks.
    ///   - count: how many sessions are to write. When the server has no room for that many, fewer do.
    init(_ own: PostgresConnection, _ options: ConnectionOptions, writing count: Int) async throws {
        reading = try await PostgresConnection.connect(options)
        var writing = [own]
        while writing.count < count {
            do {
                writing.append(try await PostgresConnection.connect(options))
            } catch let error as PostgresError where error.sqlState == .tooManyConnections {
                break
            }
        }
        self.writing = writing
    }

    /// Closes those that were opened.
    func close() {
        let opened = [reading] + writing.dropFirst()
        Task { for session in opened { await session.close() } }
    }
}
