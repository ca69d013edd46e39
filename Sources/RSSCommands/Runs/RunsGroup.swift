import ArgumentParser

/// `rssctl runs`
package struct RunsGroup: Group {
    package static let group = "runs"
    package static let abstract = "Show the runs on this machine: when, by whom, with which outcome"
    package static let discussion =
        "Every command that touches a server leaves a record in the journal, an SQLite file. Secrets are removed before it is written."
    package static let verbs: [any ParsableCommand.Type] = [
        RunsList.self, RunsShow.self, RunsPrune.self, RunsExport.self,
    ]

    package init() {}
}
