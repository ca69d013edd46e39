import Spreadsheet

extension ImportType {
    /// How a spreadsheet shows a column: as text wherever digits could be lost.
    var spreadsheetKind: SpreadsheetColumn.Kind {
        switch self {
        case .smallint, .integer, .numeric: .number
        case .date: .date
        default: .text
        }
    }
}

extension SpreadsheetCell {
    /// A value as the export has it.
    init(_ text: String?, _ kind: SpreadsheetColumn.Kind) {
        guard let text else {
            self = .empty
            return
        }
        switch kind {
        case .text: self = .text(text)
        case .number: self = .number(text)
        case .date: self = .date(text)
        }
    }
}
