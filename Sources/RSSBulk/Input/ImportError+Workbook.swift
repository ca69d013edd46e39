import Spreadsheet

extension ImportError {
    /// Why a workbook cannot be imported.
    init(_ error: WorkbookError) {
        self =
            switch error {
            case .unreadable(let file, let reason): .unreadable(file, reason: reason, isPermission: false)
            case .damaged(let file, let problem): .damaged(file, problem: problem)
            case .encrypted(let file): .unsupported(file, .password)
            case .notWorkbook(let file, .binaryWorkbook): .unsupported(file, .xlsb)
            case .notWorkbook(let file, .openDocument): .unsupported(file, .openDocument)
            case .notWorkbook(let file, .other): .unsupported(file, .archive)
            case .noSheet(let file, let name, let sheets): .noSheet(name, in: file, sheets: sheets)
            case .noRoom(_, let folder, let reason): .noSpool(folder: folder, reason: reason)
            }
    }
}
