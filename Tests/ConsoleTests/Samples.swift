import Console
import Foundation
import RSSModel

/// Tables that hold what is hard to lay out.
enum Samples {
    static let moment = Date(timeIntervalSince1970: 1_795_485_590)  // 2026-11-24 01:59:50 UTC

    static let hardware = Table(
        title: "Hardware",
        columns: [
            Column("id", alignment: .trailing), Column("serial", isFlexible: true), Column("site"),
            Column("note", isFlexible: true), Column("state"),
        ],
        rows: [
            [.integer(7), .text("SN-0001"), .text("東京"), .text("fan 🌀 replaced twice, still loud"), .verdict(.ok)],
            [.integer(12345), .text("e\u{301}tude-\u{1B}[31mred"), .text("Zürich"), .null, .verdict(.critical)],
            [.integer(8), .text(""), .text("👩‍🔧 lab"), .text("line one\nline two\u{7}"), .verdict(.skipped)],
        ],
        notes: ["3 rows"])

    static let types = Table(
        columns: [
            .number("rows"), .number("share"), Column("live"), Column("at"), .number("took"), .number("size"),
            Column("state"), Column("details"), Column("remark"),
        ],
        rows: [
            [
                .integer(2_000_000), .number(12.345, fractionDigits: 1), .boolean(true), .timestamp(moment),
                .duration(.milliseconds(1200)), .bytes(1536), .verdict(.warning), .json(#"{ "b": 1.50, "a": [ ] }"#),
                .text("a|b, \"c\"\r\nd"),
            ],
            [
                .null, .number(.nan, fractionDigits: 2), .boolean(false), .null, .duration(.seconds(7500)), .bytes(0),
                .verdict(.blind), .json("not json"), .text(""),
            ],
        ])

    struct Result: Encodable, Tabular {
        let when: Date
        let names: [String]
        let tables: [Table]
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(when, forKey: .when)
            try container.encode(names, forKey: .names)
        }
        enum Key: String, CodingKey { case when, names }
    }

    static func text(_ table: Table, width: Int? = nil, style: Style = Style(isOn: false)) throws -> String {
        let memory = MemorySink()
        var output = BufferedOutput(memory)
        let renderer = TableRenderer(width: width, style: style, drawsRule: width != nil)
        try renderer.render(table, to: &output)
        try output.flush()
        return memory.text
    }

    static func text(_ format: OutputFormat, _ tables: [Table], isTTY: Bool = false) throws -> String {
        let (console, output, _) = Console.inMemory(isTTY: isTTY)
        let result = Result(when: moment.addingTimeInterval(0.25), names: ["x\u{9B}y/z"], tables: tables)
        try Renderer(format: format).render(result, to: console, command: "report query")
        return output.text
    }
}
