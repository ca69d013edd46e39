import RSSModel

/// One JSON object per row, keyed by column names in the order of the columns, values typed.
enum NDJSONWriter {
    static func write(_ table: Table, to output: inout BufferedOutput) throws(ConsoleError) {
        let keys = table.columns.map { JSONText.string($0.name) + ":" }
        for row in table.rows {
            let members = zip(keys, row).map { $0 + $1.jsonText }
            try output.writeLine("{" + members.joined(separator: ",") + "}")
        }
    }
}
