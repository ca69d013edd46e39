import RSSBulk
import RSSCore
import RSSModel

extension Table {
    /// What was rejected, by kind.
    init(rejects: [RejectTally.Kind]) {
        self.init(
            title: "Rejected",
            columns: [
                Column("code"), .number("count"), .number("line", header: "first line"), Column("column"),
                Column("reason", isFlexible: true),
            ],
            rows: rejects.map {
                [.text($0.code.rawValue), .count($0.count), .count($0.line), .optional($0.column), .text($0.reason)]
            })
    }
}
