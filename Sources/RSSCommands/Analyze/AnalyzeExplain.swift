import ArgumentParser
import RSSCore
import RSSModel

/// `rssctl analyze explain`
package struct AnalyzeExplain: Verb {
    package static let declaration = Declaration(
        "analyze explain", "Explain a check: why it matters, from which limit on, by whose word",
        discussion: "Without a check it lists all of them.", journaled: false,
        examples: [
            .init("One check, and how to see it work", "rssctl analyze explain index.unused"),
            .init("All checks", "rssctl analyze explain"),
        ])

    @OptionGroup package var global: GlobalOptions

    @Argument(
        help: "The key of a check, or an area.", completion: .list(CheckCatalog.all.map(\.key)))
    var check: String?

    package init() {}

    private var chosen: [Check] {
        check.map { word in CheckCatalog.all.filter { $0.isNamed(by: word) } } ?? CheckCatalog.all
    }

    package func validate() throws {
        guard let check, chosen.isEmpty else { return }
        throw ValidationError(
            "no check is named '\(check)'; areas: \(CheckCatalog.areas.joined(separator: ", ")).")
    }

    package func execute(_ context: Context) async throws -> CheckExplanation {
        CheckExplanation(checks: chosen)
    }
}

/// The result of `analyze explain`.
package struct CheckExplanation: CommandResult {
    let checks: [Check]

    package var tables: [Table] {
        guard checks.count == 1, let check = checks.first else {
            return [
                Table(
                    columns: [
                        Column("check"), Column("severity"), Column("title", isFlexible: true),
                        Column("threshold", isFlexible: true), Column("needs", isOptional: true),
                    ],
                    rows: checks.map {
                        [
                            .text($0.key), .verdict($0.severity), .text($0.title), .text($0.threshold),
                            .optional($0.needs.isEmpty ? nil : $0.needs.joined(separator: ", ")),
                        ]
                    })
            ]
        }
        let rows = [("check", check.key), ("finds", check.title)] + Self.properties(check)
        return [
            Table(
                columns: [Column("property"), Column("text", isFlexible: true)],
                rows: rows.map { name, text in [.text(name), .text(text)] })
        ]
    }

    /// What is known of a check beside its key and title.
    static func properties(_ check: Check) -> [(String, String)] {
        let all: [(String, String?)] = [
            ("severity", check.severity.rawValue), ("why", check.why), ("threshold", check.threshold),
            ("source", check.source), ("needs", check.needs.isEmpty ? nil : check.needs.joined(separator: ", ")),
            (
                "confidence",
                check.confidence.level.rawValue + (check.confidence.basis.map { ", by \($0)" } ?? "")
            ), ("how to see it", check.trial),
        ]
        return all.compactMap { name, text in text.map { (name, $0) } }
    }
}
