import RSSCore

extension SandboxState {
    /// A sandbox with passwords and free ports of its own.
    ///
    /// - Throws: ``SandboxError/startFailed(server:reason:log:)`` when no port is free.
    init(new folder: String) throws {
        self.init(
            folder: folder, user: "rss", database: "rss", password: Self.randomPassword(),
            postgresPort: try LoopbackPort.free(),
            redisPort: try LoopbackPort.free(), redisPassword: Self.randomPassword())
    }

    private static func randomPassword() -> String {
        var random = SystemRandomNumberGenerator()
        let letters = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        return String((0..<24).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
    }
}
