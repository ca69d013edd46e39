import RSSModel

/// Named numbers to be compared: bars and a sparkline on a terminal, SVG in HTML, numbers in JSON.
package struct Chart: Sendable, Equatable, Encodable {
    /// One of the numbers.
    package struct Point: Sendable, Equatable, Encodable {
        package var label: String
        package var value: Double

        package init(_ label: String, _ value: Double) {
            self.label = label
            // Nothing is drawn of what is not a number.
            self.value = value.isFinite ? value : 0
        }
    }

    /// What the numbers are of.
    package var title: String
    package var points: [Point]

    /// Makes a chart.
    package init(_ title: String, _ points: [Point]) {
        self.title = title
        self.points = points
    }

    private var largest: Double { max(points.map(\.value).max() ?? 0, 0) }

    /// The share of the largest number, 0 to 1.
    private func share(_ value: Double) -> Double { largest > 0 ? max(value, 0) / largest : 0 }

    /// Blocks of eighths: what is more than nothing is at least one eighth.
    package static func bar(_ share: Double, width: Int) -> String {
        let eighths = share > 0 ? max(1, Int((min(share, 1) * Double(width) * 8).rounded())) : 0
        let part = eighths % 8
        return String(repeating: "█", count: eighths / 8) + (part > 0 ? String("▏▎▍▌▋▊▉"[part - 1]) : "")
    }

    /// The numbers in their order as one line of columns: `▁▃▇▅`.
    package var sparkline: String {
        points.map { point in
            point.value > 0 ? String("▁▂▃▄▅▆▇█"[min(7, Int(share(point.value) * 7.999))]) : " "
        }.joined()
    }

    /// A line for each number: label, bar, number.
    ///
    /// - Parameters:
    ///   - width: cells of a line; labels get at most a third of them.
    ///   - number: how a number is written.
    package func lines(width: Int, number: (Double) -> String) -> [String] {
        let labels = points.map { VisibleText.of($0.label) }
        let room = min(labels.map { DisplayWidth.of($0) }.max() ?? 0, max(width / 3, 8))
        let numbers = points.map { number($0.value) }
        let figures = numbers.map { DisplayWidth.of($0) }.max() ?? 0
        let length = max(4, min(40, width - room - figures - 4))
        return zip(zip(points, labels), numbers).map { entry, figure in
            let (point, label) = entry
            let name = TextFit.cut(label, to: room)
            let gap = String(repeating: " ", count: max(0, room - DisplayWidth.of(name)))
            let padding = String(repeating: " ", count: figures - DisplayWidth.of(figure))
            return "\(name)\(gap)  \(padding)\(figure)  \(Self.bar(share(point.value), width: length))"
        }
    }
}

extension String {
    fileprivate subscript(position: Int) -> Character { self[index(startIndex, offsetBy: position)] }
}
