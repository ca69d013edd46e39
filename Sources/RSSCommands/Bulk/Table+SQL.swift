import RSSModel

extension Table {
    /// The statements of a dry run, as psql takes them.
    init(sql statements: [String]) {
        let lines = statements.joined(separator: ";\n\n").split(separator: "\n", omittingEmptySubsequences: false)
        self.init(
            columns: [Column("sql", header: "-- SQL")], rows: lines.map { [.text(String($0))] } + [[.text(";")]])
    }
}
