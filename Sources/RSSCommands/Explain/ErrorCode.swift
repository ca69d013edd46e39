/// An error code as it is explained: `rssctl explain CODE` shows it, and Docs/error-codes.md is generated from the same.
///
/// The texts are Markdown with code in backticks and links; a terminal is shown them without.
struct ErrorCode: Sendable, Encodable {
    /// `RSS-IMPORT-118`
    let code: String
    /// What it means, and why it happens.
    let cause: String
    /// What to do about it.
    let action: String
    /// A message with this code, as it is printed.
    let example: String

    init(_ code: String, _ cause: String, do action: String, example: String) {
        self.code = code
        self.cause = cause
        self.action = action
        self.example = example
    }

    /// `IMPORT`
    var area: String { code.split(separator: "-").dropFirst().first.map(String.init) ?? "" }

    /// Every code, in the order of the page.
    static let all = ErrorSection.all.flatMap(\.tables).flatMap(\.codes)
}

/// A section of the page of error codes.
struct ErrorSection: Sendable {
    struct Table: Sendable {
        /// A line above the table; nil for none.
        var introduction: String?
        let codes: [ErrorCode]
    }

    let title: String
    let tables: [Table]

    init(_ title: String, _ codes: [ErrorCode]) {
        self.title = title
        tables = [Table(codes: codes)]
    }

    init(_ title: String, tables: [Table]) {
        self.title = title
        self.tables = tables
    }

    /// The sections, in the order of the page.
    static let all: [ErrorSection] = [
        analyze, cache, configuration, files, journal, servers, importing, setup, migrations, partitions, others,
    ]
}
