import ArgumentParser

/// `rssctl report`
package struct ReportGroup: Group {
    package static let group = "report"
    package static let abstract = "Read visit reports, and check the backend's function"
    package static let verbs: [any ParsableCommand.Type] = [
        ReportQueryVerb.self, ReportShowVerb.self, ReportSummaryVerb.self, ReportCheckVerb.self, ReportInstallVerb.self,
        ReportUninstallVerb.self,
    ]

    package init() {}
}
