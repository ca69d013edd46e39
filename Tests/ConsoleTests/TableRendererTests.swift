import Console
import RSSModel
import Testing

@Suite struct TableRendererTests {
    @Test func `a command is never cut: where the table is too wide it is printed below its row`() throws {
        let command = "SELECT pg_reload_conf(), set_config('x', 'y z', false), pg_catalog.current_setting('fsync')"
        let table = Table(
            columns: [
                Column("check"), Column("detail", isFlexible: true), Column("fix", isFlexible: true, isCommand: true),
            ],
            rows: [
                [.text("settings.durability"), .text("fsync is off, and a crash loses the cluster"), .text(command)],
                [.text("index.unused"), .text("no scans"), .null],
            ])
        for width in [40, 60, 80] {
            let lines = try Samples.text(table, width: width).split(separator: "\n").map(String.init)
            #expect(lines.contains("    fix: \(command)"), "\(lines)")
            #expect(lines.count { $0.contains("fix:") } == 1)
        }
        // Records are for what has no room even so; a command is whole there too.
        let records = try Samples.text(table, width: 20)
        #expect(records.contains(command), "\(records)")
        let beside = try Samples.text(table, width: 200)
        #expect(beside.contains("  \(command)") && !beside.contains("fix:"))
    }

    @Test func `a heading of times names their zone`() throws {
        let table = Table(
            columns: [Column("run"), Column("started")], rows: [[.text("a"), .timestamp(Samples.moment)]])
        #expect(try Samples.text(table).hasPrefix("run  started (UTC)\n"))
        #expect(try Samples.text(.markdown, [table]).hasPrefix("| run | started (UTC) |\n"))
        #expect(try Samples.text(.csv, [table]).hasPrefix("run,started\n"))
    }

    @Test(arguments: [nil, 80, 60, 40, 20] as [Int?])
    func `a table is fitted to the width with wide characters in line`(width: Int?) throws {
        let text = try Samples.text(Samples.hardware, width: width)
        try Golden.expect(text, "table-\(width.map(String.init) ?? "unlimited").txt")
        if let width {
            for line in text.split(separator: "\n") { #expect(DisplayWidth.of(line) <= width, "\(line)") }
        }
    }

    @Test func `styles change nothing but the escapes`() throws {
        let styled = try Samples.text(Samples.hardware, width: 70, style: Style(isOn: true))
        try Golden.expect(styled, "table-styled.txt")
        let bare = styled.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(bare == (try Samples.text(Samples.hardware, width: 70)))
    }

    @Test func `what is cut is said once`() throws {
        let long = String(repeating: "words and more words ", count: 20)
        let table = Table(columns: [Column("a"), Column("b", isFlexible: true)], rows: [[.text("x"), .text(long)]])
        let text = try Samples.text(table, width: 40)
        #expect(text.contains("…"))
        #expect(text.hasSuffix("some columns are cut to fit 40 columns; --output json shows everything\n"))
        #expect(try !Samples.text(table).contains("…"))
    }

    @Test func `a message is shown whole, however narrow its column`() throws {
        let message = "No partition holds 2026-03-17: a new row goes to the default partition events_default."
        let table = Table(
            columns: [Column("check"), Column("detail", isFlexible: true)],
            rows: [[.text("partition.runway"), .text(message)]])
        let text = try Samples.text(table, width: 40)
        #expect(
            text.split(separator: /\s+/).joined(separator: " ").hasSuffix(
                "2026-03-17: a new row goes to the default partition events_default."))
        #expect(!text.contains("…"))
    }

    @Test func `text to be copied is neither wrapped nor escaped, at any width`() throws {
        let sql =
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n\tSELECT 1 -- longer than some screens are wide\n$$;"
        let table = Table(
            columns: [Column("sql", header: "-- SQL", isVerbatim: true)],
            rows: [[.text(sql)], [.text("SELECT '\u{1B}[31m';")]])
        for width in [nil, 80, 20] as [Int?] {
            #expect(try Samples.text(table, width: width) == "-- SQL\n\(sql)\nSELECT '␛[31m';\n")
        }
    }

    @Test func `a record leaves out what has no value`() throws {
        let table = Table(
            columns: [Column("setting"), Column("value"), Column("origin")],
            rows: [[.text("database.connect_timeout"), .null, .text("default")]])
        #expect(
            try Samples.text(table, width: 20)
                == "setting: database.\n         connect_\n         timeout\norigin:  default\n")
    }

    @Test func `an empty table says so`() throws {
        let table = Table(title: "T", columns: [Column("a")], notes: ["n"], emptyMessage: "No partitions.")
        #expect(try Samples.text(table) == "T\nNo partitions.\nn\n")
    }

    @Test func `a row of the wrong length does no harm`() throws {
        let table = Table(columns: [Column("a"), Column("b")], rows: [[.integer(1)], [.integer(1), .null, .null]])
        #expect(try Samples.text(table) == "a  b\n1  –\n1  –\n")
    }

    @Test func `escape sequences in data, titles, headings and notes stay visible`() throws {
        let evil = "\u{1B}]0;owned\u{7}\u{9B}31m\u{202E}"
        let table = Table(
            title: evil, columns: [Column("x", header: evil)], rows: [[.text(evil)], [.json(evil)]], notes: [evil])
        for format in OutputFormat.allCases {
            let text = try Samples.text(format, [table], isTTY: true)
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || (0x7F...0x9F).contains($0.value) })
        }
    }
}

@Suite struct OptionalColumnTests {
    @Test func `an optional column is left out before rows become records, and is named`() throws {
        let table = Table(
            columns: [Column("one"), Column("two", isOptional: true), Column("three", isOptional: true)],
            rows: [[.text("aaaaaaaaaa"), .text("bbbbbbbbbb"), .text("cccccccccc")]])
        func rendered(_ width: Int) throws -> String {
            let sink = MemorySink()
            var output = BufferedOutput(sink)
            try TableRenderer(width: width).render(table, to: &output)
            try output.flush()
            return sink.text
        }
        #expect(try rendered(34).contains("cccccccccc"))
        let narrow = try rendered(24)
        #expect(narrow.contains("bbbbbbbbbb") && !narrow.contains("cccccccccc"))
        #expect(narrow.contains("left out to fit 24 columns: three"))
        #expect(try rendered(12).contains("left out to fit 12 columns: two, three"))
        let record = try rendered(8)
        #expect(record.contains("three") && !record.contains("left out"))
    }
}
