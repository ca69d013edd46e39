import PostgresClient

/// Visit dates from one, inclusive, to another, exclusive; nil is unbounded.
struct ReportWindow: Sendable, Equatable {
    var lower: CalendarDate?
    var upper: CalendarDate?

    /// Every date, `infinity` too.
    static let all = ReportWindow()

    /// Whether a date from one to another, both included, can be in it.
    func meets(from first: CalendarDate?, to last: CalendarDate?) -> Bool {
        if let upper, let first, first >= upper { return false }
        if let lower, let last, last < lower { return false }
        return true
    }
}

/// Walks over the partitions of a table in the order of their dates, some at a time, until enough is found.
///
/// A list of the newest reports is in the newest partitions, so most are never opened: neither read, nor planned, which
/// costs a new session more than reading. How many are taken at a time follows what the ones before yielded, so that a
/// rare word takes few statements too.
struct ReportWalk: Sendable, Equatable {
    /// A partition, or what lies between two.
    struct Piece: Sendable, Equatable {
        let window: ReportWindow
        /// How many reports it has, as the catalog estimates.
        let rows: Double
    }

    private var pieces: ArraySlice<Piece>
    private let isDescending: Bool
    private var target: Double = 1

    /// Makes a walk.
    ///
    /// - Parameters:
    ///   - bounds: the lower bound of each partition, with the estimate of its rows. In any order; wrong or missing bounds
    ///     cost time and never a report, because the pieces cover all dates.
    ///   - first: the first and `last` the last date that matters.
    init(
        bounds: [(lower: CalendarDate, rows: Double)], isDescending: Bool, from first: CalendarDate?,
        to last: CalendarDate?
    ) {
        var rows: [CalendarDate: Double] = [:]
        for bound in bounds { rows[bound.lower, default: 0] += max(bound.rows, 0) }
        let days = rows.keys.sorted()
        var pieces = [Piece(window: ReportWindow(lower: nil, upper: days.first), rows: 0)]
        for (index, day) in days.enumerated() {
            let upper = index + 1 < days.count ? days[index + 1] : nil
            pieces.append(Piece(window: ReportWindow(lower: day, upper: upper), rows: rows[day] ?? 0))
        }
        pieces.removeAll { !$0.window.meets(from: first, to: last) }
        self.pieces = (isDescending ? pieces.reversed() : pieces)[...]
        self.isDescending = isDescending
    }

    /// Whether all dates have been taken.
    var isOver: Bool { pieces.isEmpty }

    /// The next dates, and how many reports they have as the catalog estimates; nil at the end.
    mutating func next() -> (window: ReportWindow, rows: Double)? {
        guard let first = pieces.popFirst() else { return nil }
        var last = first
        var rows = first.rows
        while rows < target, let piece = pieces.popFirst() {
            rows += piece.rows
            last = piece
        }
        let (low, high) = isDescending ? (last.window, first.window) : (first.window, last.window)
        return (ReportWindow(lower: low.lower, upper: high.upper), rows)
    }

    /// What the dates taken last yielded, and how much is wanted still.
    mutating func found(_ count: Int, of rows: Double, wanted: Int) {
        let most = max(rows, 1) * 4
        target = count == 0 ? most : min(most, max(rows, 1) * Double(wanted) / Double(count) * 1.5)
    }
}
