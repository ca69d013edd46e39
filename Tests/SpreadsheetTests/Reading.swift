import Foundation
import RSSSystem
import TestSupport

@testable import Spreadsheet

/// Reads workbooks of a test, by their bytes or by a path.
enum Reading {
    /// The rows of a sheet; one that the file leaves out is empty.
    static func rows(_ bytes: [UInt8], sheet: String? = nil) throws -> [[SheetValue?]] {
        let folder = try TemporaryFolder()
        return try rows(at: try folder.file(bytes, "devices"), sheet: sheet)
    }

    static func rows(at path: String, sheet: String? = nil) throws -> [[SheetValue?]] {
        try withWorkbook(at: path) { workbook in
            var reader = try SheetReader(workbook.sheet(sheet), of: workbook)
            var rows: [[SheetValue?]] = []
            func keep(_ row: Int, _ cells: [SheetValue?]) {
                while rows.count < row - 1 { rows.append([]) }
                rows.append(cells)
            }
            if let merged = try reader.read(keep) {
                rows = []
                _ = try reader.read(filling: merged, keep)
            }
            return rows
        }
    }

    /// The rows as texts; a cell without a value is an empty one, and one that has none for a reason is nil.
    static func texts(at path: String, sheet: String? = nil) throws -> [[String?]] {
        try rows(at: path, sheet: sheet).map { row in
            row.map { cell in
                switch cell {
                case nil: ""
                case .text(let text): text
                case .error, .notCalculated, .merged: nil
                }
            }
        }
    }

    static func texts(_ bytes: [UInt8], sheet: String? = nil) throws -> [[String?]] {
        let folder = try TemporaryFolder()
        return try texts(at: try folder.file(bytes, "devices"), sheet: sheet)
    }

    /// The error of reading; nil for a workbook that can be read.
    static func error(_ bytes: [UInt8], sheet: String? = nil) -> WorkbookError? {
        do {
            _ = try rows(bytes, sheet: sheet)
            return nil
        } catch {
            return error as? WorkbookError
        }
    }

    /// What is damaged; nil for a workbook that can be read, and for another error.
    static func problem(_ bytes: [UInt8]) -> String? {
        guard case .damaged(_, let problem) = error(bytes) else { return nil }
        return problem
    }

    static func withWorkbook<T>(at path: String, _ body: (Workbook) throws -> T) throws -> T {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        return try body(Workbook(RandomAccessFile(name: "devices", descriptor: handle.fileDescriptor)))
    }
}
