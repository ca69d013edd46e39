/// How a table is brought into a width: as columns of given widths, or as records, one value a line.
enum TableLayout: Equatable {
    case columns([Int])
    case records

    /// What is known of a column before its width is decided, in terminal cells.
    struct Measure: Equatable {
        /// The widest of the heading and the values.
        var natural: Int
        /// The heading.
        var header: Int
        var isFlexible: Bool

        /// A flexible column keeps room for its heading and a few words.
        var least: Int { isFlexible ? min(natural, max(8, min(header, 20))) : natural }
    }

    /// Blanks between two columns.
    static let gap = 2

    /// Decides: the natural widths if they fit, else the widest flexible columns are narrowed, else records.
    static func decide(_ columns: [Measure], width: Int?) -> TableLayout {
        var widths = columns.map(\.natural)
        let gaps = gap * max(0, columns.count - 1)
        guard let width, widths.reduce(gaps, +) > width else { return .columns(widths) }
        var excess = widths.reduce(gaps, +) - width
        guard columns.map(\.least).reduce(gaps, +) <= width else { return .records }
        while excess > 0 {
            let widest = columns.indices.filter { widths[$0] > columns[$0].least }.max { widths[$0] < widths[$1] }
            guard let widest else { return .records }
            // Down to the next widest that can be narrowed, or to its own least, at one step.
            let others = columns.indices.filter { $0 != widest && widths[$0] > columns[$0].least }
            let level = others.map { widths[$0] }.max() ?? 0
            let floor = max(columns[widest].least, min(level, widths[widest] - 1))
            let step = min(excess, widths[widest] - floor)
            widths[widest] -= step
            excess -= step
        }
        return .columns(widths)
    }
}
