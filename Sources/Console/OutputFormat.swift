/// `--output`: the form of a result on stdout.
package enum OutputFormat: String, Sendable, CaseIterable {
    /// Columns for people.
    case table
    /// One document: an envelope with the whole result.
    case json
    /// One JSON object per row of the main table.
    case ndjson
    /// RFC 4180 with a header, of the main table; lines end in `\n`.
    case csv
    /// Tables for a report or a ticket (GitHub Flavored Markdown).
    case markdown
    /// A list of maps, of the main table.
    case yaml

    /// Whether errors are reported as JSON as well.
    package var isJSON: Bool {
        switch self {
        case .json, .ndjson: true
        case .table, .csv, .markdown, .yaml: false
        }
    }
}
