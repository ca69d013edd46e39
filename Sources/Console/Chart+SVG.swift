extension Chart {
    /// The numbers as columns over their labels; it takes the width of its place.
    ///
    /// - Parameter number: how a number is written.
    package func columns(number: (Double) -> String) -> HTML {
        guard !points.isEmpty else { return .empty }
        let (width, height) = (640.0, 180.0)
        let step = width / Double(points.count)
        let most = Swift.max(points.map(\.value).max() ?? 0, 0)
        // With many columns, only some have room for a label.
        let every = Swift.max(1, Int((56 / step).rounded(.up)))
        let drawn = points.enumerated().map { index, point -> HTML in
            let tall = most > 0 ? Swift.max(point.value, 0) / most * (height - 44) : 0
            let left = Double(index) * step
            let top = height - 20 - tall
            let middle = left + step / 2
            let label: HTML =
                index % every == 0
                ? "<text class=\"label\" x=\"\(Self.figure(middle))\" y=\"\(Self.figure(height - 5))\">\(point.label)</text>"
                : .empty
            let value: HTML =
                index % every == 0
                ? "<text class=\"value\" x=\"\(Self.figure(middle))\" y=\"\(Self.figure(top - 5))\">\(number(point.value))</text>"
                : .empty
            return """
                <rect x="\(Self.figure(left + step * 0.12))" y="\(Self.figure(top))" width="\(Self.figure(step * 0.76))" \
                height="\(Self.figure(tall))"><title>\(point.label): \(number(point.value))</title></rect>\(label)\(value)
                """
        }
        return """
            <svg class="columns" viewBox="0 0 \(Self.figure(width)) \(Self.figure(height))" role="img" aria-label="\(title)">
            \(drawn)
            </svg>
            """
    }

    /// The numbers as a table with a bar in each row.
    ///
    /// - Parameter number: how a number is written.
    package func rows(number: (Double) -> String) -> HTML {
        let most = Swift.max(points.map(\.value).max() ?? 0, 0)
        let rows = points.map { point -> HTML in
            let share = most > 0 ? Swift.max(point.value, 0) / most * 100 : 0
            return """
                <tr><th scope="row">\(point.label)</th><td class="number">\(number(point.value))</td>\
                <td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">\
                <rect width="\(Self.figure(share))" height="10"></rect></svg></td></tr>
                """
        }
        return """
            <table class="bars">
            <caption>\(title)</caption>
            <tbody>
            \(rows)
            </tbody>
            </table>
            """
    }

    /// A coordinate, with at most two digits after the point.
    private static func figure(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
