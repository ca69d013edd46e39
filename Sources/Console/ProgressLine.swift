/// One line of progress, fitted to the width: what matters least is left out first.
enum ProgressLine {
    struct Parts: Equatable {
        var phase: String
        var fraction: Double?
        var counts: String
        var rate: String?
        var eta: String?
        var elapsed: String
        var rejected: String?
        /// The time so far, shown after three seconds.
        var shownElapsed: String?
    }

    private static let barWidth = 20

    /// The line for a terminal of this many columns; the last column stays free, so that no terminal wraps.
    static func text(_ parts: Parts, width: Int, style: Style = Style(isOn: false)) -> String {
        let room = max(1, width - 1)
        var candidates: [[(String, Role?)]] = []
        for (bar, details) in [(true, 3), (true, 2), (false, 2), (false, 1), (false, 0)] {
            candidates.append(pieces(parts, bar: bar, details: details))
        }
        let fitting = candidates.first { total($0) <= room } ?? [(parts.phase, nil)]
        if total(fitting) > room { return TextFit.cut(parts.phase, to: room) }
        return fitting.map { style($0, $1) }.joined(separator: "  ")
    }

    /// The line for a log: everything, without a bar.
    static func plain(_ parts: Parts) -> String {
        var pieces = pieces(parts, bar: false, details: 3).map(\.0)
        pieces.append(parts.elapsed + " so far")
        return pieces[0] + ": " + pieces.dropFirst().map(\.trimmingLeadingBlanks).joined(separator: ", ")
    }

    private static func pieces(_ parts: Parts, bar: Bool, details: Int) -> [(String, Role?)] {
        var pieces: [(String, Role?)] = [(parts.phase, .strong)]
        if let fraction = parts.fraction {
            if bar { pieces.append((drawBar(fraction), nil)) }
            let percent = String(Int(fraction * 100))
            pieces.append((TextFit.pad(percent, to: 3, trailing: true) + "%", nil))
        }
        if !parts.counts.isEmpty, details >= 1 || parts.fraction == nil { pieces.append((parts.counts, nil)) }
        if details >= 3, let rate = parts.rate { pieces.append((rate, nil)) }
        if details >= 2, let eta = parts.eta { pieces.append((eta, nil)) }
        // What has no rate to move shows by its time that it is alive.
        if bar || parts.fraction == nil, details >= 3, parts.eta == nil, let elapsed = parts.shownElapsed {
            pieces.append((elapsed, nil))
        }
        if let rejected = parts.rejected { pieces.append((rejected, .attention)) }
        return pieces
    }

    private static func total(_ pieces: [(String, Role?)]) -> Int {
        pieces.reduce(2 * (pieces.count - 1)) { $0 + DisplayWidth.of($1.0) }
    }

    private static func drawBar(_ fraction: Double) -> String {
        let filled = Int(fraction * Double(barWidth))
        return "[" + String(repeating: "█", count: filled) + String(repeating: "░", count: barWidth - filled) + "]"
    }
}

extension String {
    fileprivate var trimmingLeadingBlanks: String { String(drop { $0 == " " }) }
}
