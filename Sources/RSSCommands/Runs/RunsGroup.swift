import ArgumentParser

/// `rssctl runs`
public struct RunsGroup: Group {
    public static let group = "runs"
    public static let abstract = "What was run on this machine, when, by whom, with which outcome"
    public static let discussion =
        "Every command that touches a server leaves a record in the journal, an SQLite file. Secrets are taken out before it is written."
    public static let verbs: [any ParsableCommand.Type] = [
        RunsList.self, RunsShow.self, RunsPrune.self, RunsExport.self,
    ]

    public init() {}
}
