import CLibPQ

/// The rows that a statement returned, copied out of libpq, and how many rows it touched.
package struct ResultSet: Sendable, RandomAccessCollection {
    let columns: Columns
    private let fields: [[UInt8]?]
    /// Number of rows.
    package let count: Int
    /// The count of the command tag: rows inserted, updated, deleted, copied or selected.
    package let affectedRows: Int

    static let empty = ResultSet(columns: Columns([]), fields: [], count: 0, affectedRows: 0)

    fileprivate init(columns: Columns, fields: [[UInt8]?], count: Int, affectedRows: Int) {
        self.columns = columns
        self.fields = fields
        self.count = count
        self.affectedRows = affectedRows
    }

    init(copying result: OpaquePointer) {
        var builder = Builder()
        builder.append(result)
        self = builder.build(affectedRows: Int(String(cString: PQcmdTuples(result))) ?? 0)
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { count }
    package subscript(index: Int) -> Row {
        precondition(index >= 0 && index < count, "row \(index) of \(count)")
        return Row(
            columns: columns, fields: fields[(index * columns.names.count)..<((index + 1) * columns.names.count)])
    }

    /// The names of the columns in order.
    package var columnNames: [String] { columns.names }

    /// Collects rows from one or many results of the same statement.
    struct Builder {
        private var columns: Columns?
        private var fields: [[UInt8]?] = []
        private(set) var count = 0

        mutating func append(_ result: OpaquePointer) {
            let width = PQnfields(result)
            if columns == nil {
                columns = Columns(
                    (0..<width).map { (String(cString: PQfname(result, $0)), UInt32(PQftype(result, $0))) })
            }
            let rows = PQntuples(result)
            fields.reserveCapacity(fields.count + Int(rows * width))
            for row in 0..<rows {
                for column in 0..<width {
                    if PQgetisnull(result, row, column) == 1 {
                        fields.append(nil)
                    } else {
                        // libpq owns PQgetlength bytes at PQgetvalue until PQclear; they are copied here.
                        let bytes = UnsafeRawBufferPointer(
                            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
                        fields.append([UInt8](bytes))
                    }
                }
            }
            count += Int(rows)
        }

        func build(affectedRows: Int = 0) -> ResultSet {
            ResultSet(columns: columns ?? Columns([]), fields: fields, count: count, affectedRows: affectedRows)
        }
    }
}

/// Names and types of the columns of a result, shared by its rows.
final class Columns: Sendable {
    let names: [String]
    let types: [UInt32]
    private let positions: [String: Int]

    init(_ columns: [(name: String, type: UInt32)]) {
        names = columns.map(\.name)
        types = columns.map(\.type)
        positions = Dictionary(columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    func position(_ name: String) -> Int? { positions[name] }
}
