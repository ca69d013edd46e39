import ArgumentParser
import Console
import RSSCore
import RSSModel

/// `rssctl explain`
package struct Explain: Verb {
    package static let declaration = Declaration(
        "explain", "Explain an error code or a check, with what to do",
        discussion: """
            Every error has a code that stays the same from version to version. A code can be given in short, import-118, or an \
            area of codes, import, which lists them; without a code all are listed. A check is explained by its key: why it \
            matters, from which limit on, by whose word, and how to see it work.
            """,
        journaled: false,
        examples: [
            .init("What an error means", "rssctl explain RSS-IMPORT-118"),
            .init("All errors of partitions", "rssctl explain partition"),
            .init("What a check looks for, and why", "rssctl explain statement.slow"),
        ])

    @OptionGroup package var global: GlobalOptions

    @Argument(
        help: "Codes, areas or checks: RSS-IMPORT-118, import-118, import, statement.slow.",
        completion: .custom { _, _, _ in ErrorCode.all.map(\.code) + CheckCatalog.all.map(\.key) })
    var codes: [String] = []

    package init() {}

    package func execute(_ context: Context) async throws -> Explanation {
        let checks = codes.compactMap { word in CheckCatalog.all.first { $0.key == word } }
        let words = codes.filter { word in !checks.contains { $0.key == word } }
        let found = try codes.isEmpty ? ErrorCode.all : words.flatMap(ErrorCodeQuery.codes)
        // One code is explained, many are listed.
        let isListed = codes.isEmpty || found.count > words.count
        let output = context.console.output
        return Explanation(
            codes: found, checks: checks.isEmpty ? nil : checks,
            page: isListed ? nil : (width: output.width, style: output.style))
    }
}

/// The result of `explain`.
package struct Explanation: CommandResult {
    let codes: [ErrorCode]
    /// The checks that were asked for; nil for none.
    let checks: [Check]?
    let page: (width: Int?, style: Style)?

    private enum CodingKeys: CodingKey { case codes, checks }

    package var tables: [Table] {
        let explained = checks.map { CheckExplanation(checks: $0).tables } ?? []
        return codes.isEmpty && checks != nil ? explained : [errors] + explained
    }

    private var errors: Table {
        let rows: [[Cell]] = codes.map { code in
            [.text(code.code), .text(code.cause.plain), .text(code.action.plain), .text(code.example)]
        }
        return Table(
            columns: [
                Column("code"), Column("cause", isFlexible: true),
                Column("action", header: "what to do", isFlexible: true),
                Column("example", isForMachines: true),
            ], rows: rows, notes: ["rssctl explain CODE shows one, with an example."])
    }

    package var document: String? {
        guard let page else { return nil }
        var text = HelpText(width: min(page.width ?? 80, 100), style: page.style)
        for code in codes {
            text.heading(code.code)
            text.paragraph(code.cause.plain, indent: 2)
            text.heading("What to do")
            text.paragraph(code.action.plain, indent: 2)
            text.heading("Example")
            text.paragraph(code.example, indent: 2)
        }
        for check in checks ?? [] {
            text.heading(check.key)
            text.paragraph(check.title, indent: 2)
            for (name, words) in CheckExplanation.properties(check) {
                text.heading(name.prefix(1).uppercased() + name.dropFirst())
                text.paragraph(words, indent: 2)
            }
        }
        return text.text + "\n"
    }
}

extension String {
    /// Markdown as a terminal shows it: without backticks, a link as its text and the page.
    var plain: String {
        var text = ""
        var rest = self[...]
        while let open = rest.firstIndex(of: "["), let middle = rest[open...].firstRange(of: "]("),
            let close = rest[middle.upperBound...].firstIndex(of: ")")
        {
            text += rest[..<open] + rest[rest.index(after: open)..<middle.lowerBound]
            text += " (Docs/" + rest[middle.upperBound..<close] + ")"
            rest = rest[rest.index(after: close)...]
        }
        return (text + rest).filter { $0 != "`" }
    }
}
