import ArgumentParser

/// `rssctl sandbox`
package struct SandboxGroup: Group {
    package static let group = "sandbox"
    package static let abstract = "A private PostgreSQL and Redis for trials and tests"
    package static let discussion = """
        Made from the installed server programs, in the state folder, on unix sockets and free loopback ports, with \
        generated passwords, run by an unprivileged user. Commands use a running sandbox when no database is configured.
        """
    package static let verbs: [any ParsableCommand.Type] = [
        SandboxUp.self, SandboxDown.self, SandboxStatus.self, SandboxSeed.self, SandboxEnv.self, SandboxPsql.self,
        SandboxReset.self, SandboxDestroy.self,
    ]

    package init() {}
}
