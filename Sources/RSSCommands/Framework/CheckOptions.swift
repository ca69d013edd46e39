import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

/// Which outcomes of checks count.
struct CheckOptions: ParsableArguments, Sendable {
    @Flag(help: "List the checks that are ok as well.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "Outcomes that end with status 2: info, warning or critical (findings of at least this severity), blind, or none.",
            valueName: "verdict,…"), transform: FailOn.init(parsing:))
    var failOn = FailOn()

    @Option(
        help: ArgumentHelp("Ignore the findings and blind checks that a list names.", valueName: "file"),
        completion: .file())
    var ignore: String?

    /// The list of what is ignored; nil where none is named.
    ///
    /// - Throws: `IgnoreListError`.
    func ignoreList() throws -> IgnoreList? { try ignore.map { try IgnoreList(path: $0) } }

    /// Removes what a list names from reports, and prints the warnings about the list.
    static func apply(
        _ list: IgnoreList?, to reports: [CheckReport], today: CalendarDate, _ progress: ProgressReporter
    ) -> [CheckReport] {
        guard let list else { return reports }
        let (left, warnings) = list.apply(to: reports, today: today)
        for warning in warnings { progress(.warning(warning)) }
        return left
    }
}

/// Which verdicts end a run with status 2.
struct FailOn: Sendable, Equatable {
    /// The lowest severity; nil for no finding at all.
    var severity: Verdict? = .warning
    /// Whether a blind check does.
    var blind = true

    /// Warnings, critical findings and blind checks.
    init() {}

    /// Reads `warning,blind`, `critical`, `none`.
    init(parsing text: String) throws {
        (severity, blind) = (nil, false)
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        for word in words {
            switch word {
            case "info", "warning", "critical":
                let next = Verdict(rawValue: word)
                if severity.map({ Self.rank(next) < Self.rank($0) }) ?? true { severity = next }
            case "blind": blind = true
            case "none" where words.count == 1: break
            default: throw ValidationError("--fail-on is info, warning or critical, blind, both with a comma, or none.")
            }
        }
    }

    /// Whether checks with this outcome end with status 2.
    func status(_ entries: [CheckEntry]) -> ExitStatus {
        entries.contains { entry in
            entry.blindReason != nil && blind
                || entry.findings.contains { Self.rank($0.severity) >= severity.map(Self.rank) ?? .max }
        } ? .findings : .done
    }

    private static func rank(_ severity: Verdict?) -> Int {
        switch severity {
        case .info: 1
        case .warning: 2
        case .critical: 3
        default: 0
        }
    }
}
