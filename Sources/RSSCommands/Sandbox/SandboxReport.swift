import RSSCore
import RSSModel
import RSSSetup

/// What the verbs of the sandbox return.
package struct SandboxReport: CommandResult {
    let folder: String
    let exists: Bool
    let postgresUp: Bool
    let redisUp: Bool
    let postgresSocket: String?
    let postgresPort: Int?
    let database: String?
    let redisPort: Int?
    let databaseBytes: Int64?
    /// Whether a sandbox that is down counts as pending.
    private let expectsUp: Bool

    private enum CodingKeys: CodingKey {
        case folder, exists, postgresUp, redisUp, postgresSocket, postgresPort, database, redisPort, databaseBytes
    }

    init(_ sandbox: Sandbox, _ status: Sandbox.Status, expectsUp: Bool) {
        folder = sandbox.folder
        exists = status.state != nil
        postgresUp = status.postgres
        redisUp = status.redis
        postgresSocket = status.state?.socketFolder
        postgresPort = status.state?.postgresPort
        database = status.state?.database
        redisPort = status.state?.redisPort
        databaseBytes = status.databaseBytes
        self.expectsUp = expectsUp
    }

    package var exitStatus: ExitStatus { expectsUp && !(postgresUp && redisUp) ? .pending : .done }

    package var tables: [Table] {
        let hint =
            exists ? (postgresUp && redisUp ? [] : ["Start it: rssctl sandbox up"]) : ["Create one: rssctl sandbox up"]
        return [
            Table(
                columns: [
                    Column("server"), Column("state"), Column("socket", isFlexible: true), .number("port"),
                    Column("database"),
                    .number("size"),
                ],
                rows: [
                    [
                        .text("PostgreSQL"), postgresUp ? .verdict(.running) : .text("stopped"),
                        .optional(postgresSocket),
                        .optional(postgresPort.map { Int64($0) }), .optional(database),
                        databaseBytes.map(Cell.bytes) ?? .null,
                    ],
                    [
                        .text("Redis"), redisUp ? .verdict(.running) : .text("stopped"),
                        .optional(postgresSocket.map { "\($0)/redis.sock" }), .optional(redisPort.map { Int64($0) }),
                        .null, .null,
                    ],
                ], notes: ["Folder: \(folder)"] + hint)
        ]
    }
}
