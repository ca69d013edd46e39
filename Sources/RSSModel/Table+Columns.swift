extension Table {
    /// The table with the columns that are named, in that order; those are all shown, whatever the width.
    ///
    /// - Parameter names: machine names or headings, in any case, with blanks, hyphens or underscores.
    /// - Returns: nil where a name is not one of a column.
    package func selecting(_ names: [String]) -> Table? {
        func plain(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }
        var indices: [Int] = []
        for name in names {
            let found =
                columns.firstIndex { $0.name == name }
                ?? columns.firstIndex { [plain($0.name), plain($0.header)].contains(plain(name)) }
            guard let found else { return nil }
            indices.append(found)
        }
        var table = self
        table.columns = indices.map { index in
            var column = columns[index]
            column.isOptional = false
            column.isForMachines = false
            return column
        }
        table.rows = rows.map { row in indices.map { $0 < row.count ? row[$0] : .null } }
        return table
    }
}
