import PostgresClient
import Testing

/// A fault that is planted by SQL, beside look-alikes that are none, and the objects that the check must name: those and no others.
struct AnalyzeFault: Sendable, CustomTestStringConvertible {
    /// The check that must name it.
    let check: String
    /// What is planted, into an empty database; a line that begins with VACUUM is run by itself, because it cannot be part of a
    /// transaction.
    let script: String
    /// All objects that the check names.
    let objects: Set<String>
    /// What the test removes beside the database: roles, subscriptions.
    var after: String?

    var testDescription: String { "\(check): \(objects.sorted().joined(separator: ", "))" }

    init(_ check: String, _ plant: String, names objects: Set<String>, after: String? = nil) {
        self.check = check
        self.script = plant
        self.objects = objects
        self.after = after
    }

    /// Plants it.
    ///
    /// - Returns: whether this build of the server can have it: some are without ICU.
    func plant(_ options: ConnectionOptions) async throws -> Bool {
        let connection = try await PostgresConnection.connect(options)
        let isShared = await connection.serverVersion >= 150_000
        // Before 15, there is no such view, and sessions send their counts to a collector from time to time.
        let script =
            isShared
            ? script
            : script.replacing("SELECT pg_stat_force_next_flush();", with: "")
                .replacing(/CREATE VIEW as_user .*/, with: "")
        var part = ""
        do {
            for line in script.split(separator: "\n") {
                if line.hasPrefix("VACUUM") {
                    try await connection.executeScript(part)
                    if !isShared {
                        try await Task.sleep(for: .milliseconds(600))
                        try await connection.execute("SELECT 1")
                    }
                    try await connection.execute(String(line))
                    part = ""
                } else {
                    part += line + "\n"
                }
            }
            if !part.isEmpty { try await connection.executeScript(part) }
        } catch let error as PostgresError
            where error.sqlState == .featureNotSupported && error.message.contains("ICU is not supported")
        {
            await connection.close()
            return false
        }
        await connection.close()
        if !isShared { try await Task.sleep(for: .seconds(2)) }
        return true
    }

    static let all = security + indexes + bloat + tables + server
}
