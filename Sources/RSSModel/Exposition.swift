/// Metrics as Prometheus reads them, for node_exporter's textfile collector: the text exposition format 0.0.4.
package struct Exposition: Sendable {
    /// One value, with the labels that distinguish it within its family.
    package struct Sample: Sendable {
        let labels: [(name: String, value: String)]
        let value: Double

        package init(_ value: Double, _ labels: (name: String, value: String)...) {
            self.labels = labels
            self.value = value
        }
    }

    /// The values of one name.
    private struct Family: Sendable {
        let name: String
        let help: String
        let samples: [Sample]
    }

    /// What each name begins with: `rssctl_partition_`.
    private let prefix: String
    private var families: [Family] = []

    /// Makes an empty one.
    package init(prefix: String) { self.prefix = prefix }

    /// Adds gauges; a family without a value is left out.
    package mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
        if !samples.isEmpty { families.append(Family(name: prefix + name, help: help, samples: samples)) }
    }

    /// The whole text.
    package var text: String {
        families.map { family in
            let head = [
                "# HELP \(family.name) \(Self.escaped(family.help, quotes: false))", "# TYPE \(family.name) gauge",
            ]
            let values = family.samples.map {
                "\(family.name)\(Self.labels($0.labels)) \(Self.number($0.value))"
            }
            return (head + values).map { $0 + "\n" }.joined()
        }.joined()
    }

    private static func labels(_ labels: [(name: String, value: String)]) -> String {
        if labels.isEmpty { return "" }
        let texts = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
        return "{\(texts.joined(separator: ","))}"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        let text = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return quotes ? text.replacing("\"", with: "\\\"") : text
    }

    private static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        return value == value.rounded() && value.magnitude < 9e15 ? String(Int64(value)) : "\(value)"
    }
}
