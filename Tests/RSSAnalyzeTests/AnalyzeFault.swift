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
        var part = ""
        do {
            for line in script.split(separator: "\n") {
                if line.hasPrefix("VACUUM") {
                    try await connection.executeScript(part)
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
        return true
    }

    static let all = security + indexes + bloat + tables + server
}
