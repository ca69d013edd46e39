import RSSModel
import Spreadsheet

extension SpreadsheetError: ReportableError {
    package var report: ErrorReport {
        switch self {
        case .unwritable(let path, let reason):
            ErrorReport(
                code: "RSS-EXPORT-001", exit: .cannotWrite, message: "cannot write \(path)", detail: reason,
                hint: "give another place, or make room there")
        case .tooManyRows(let path, let limit):
            ErrorReport(
                code: "RSS-EXPORT-002", exit: .dataError,
                message: "\(path) would have more rows than a sheet takes (\(limit))",
                hint: "write CSV, or fewer rows")
        case .textTooLong(let path, let cell, let limit):
            ErrorReport(
                code: "RSS-EXPORT-003", exit: .dataError,
                message: "cell \(cell) of \(path) would hold more characters than a cell takes (\(limit))",
                hint: "write CSV")
        }
    }
}
