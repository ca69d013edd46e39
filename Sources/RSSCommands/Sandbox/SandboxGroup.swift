import ArgumentParser

/// `rssctl sandbox`
public struct SandboxGroup: Group {
    public static let group = "sandbox"
    public static let abstract = "A private PostgreSQL and Redis to try things out on"
    public static let discussion = """
        Made from the installed server programs, in the state folder, on unix sockets and free loopback ports, with \
        generated passwords, run by an unprivileged user. Commands use a running sandbox when no database is configured.
        """
    public static let verbs: [any ParsableCommand.Type] = [
        SandboxUp.self, SandboxDown.self, SandboxStatus.self, SandboxSeed.self, SandboxEnv.self, SandboxPsql.self,
        SandboxReset.self, SandboxDestroy.self,
    ]

    public init() {}
}
