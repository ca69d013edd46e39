import RSSModel

/// The result of a command that runs checks: their entries, and the status that ``CheckOptions/failOn`` makes of them.
package struct ChecksResult: CommandResult {
    let checks: [CheckEntry]
    private let options: CheckOptions
    private let isQuiet: Bool
    private let heading: String?

    private enum CodingKeys: CodingKey { case checks }

    /// - Parameter heading: what was checked, before the summary.
    init(_ checks: [CheckEntry], _ options: CheckOptions, isQuiet: Bool, heading: String? = nil) {
        self.checks = checks
        self.options = options
        self.isQuiet = isQuiet
        self.heading = heading
    }

    package var exitStatus: ExitStatus { options.failOn.status(checks) }

    package var counts: [String: Int64] { CheckEntry.counts(checks) }

    package var tables: [Table] {
        if isQuiet, exitStatus == .done { return [] }
        let summary = CheckEntry.summary(checks)
        return [
            CheckEntry.table(
                checks, showsOK: options.all, notes: [heading.map { "\($0) \(summary)" } ?? summary],
                emptyMessage: "No findings.")
        ]
    }
}
