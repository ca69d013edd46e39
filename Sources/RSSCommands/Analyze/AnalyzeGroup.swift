import ArgumentParser

/// `rssctl analyze`
package struct AnalyzeGroup: Group {
    package static let group = "analyze"
    package static let abstract = "Find what is wrong or slow"
    package static let verbs: [any ParsableCommand.Type] = [
        AnalyzePerformance.self, AnalyzeStatements.self, AnalyzeIndexes.self, AnalyzeExplain.self,
    ]

    package init() {}
}
