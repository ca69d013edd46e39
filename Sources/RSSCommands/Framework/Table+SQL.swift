import RSSModel

extension Table {
    /// The statements of a dry run, as psql takes them.
    init(sql statements: [String]) { self.init(script: statements.map { "\($0);" }, named: "sql", header: "-- SQL") }

    /// Text to be copied, line by line or in larger pieces.
    init(script: [String], named name: String, header: String) {
        self.init(columns: [Column(name, header: header, isVerbatim: true)], rows: script.map { [.text($0)] })
    }
}
