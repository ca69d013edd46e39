import CSV
import RSSSystem
import Spreadsheet

/// Makes a text file of one that is compressed, or a workbook, or both.
struct Unpacking {
    /// The result.
    struct Result {
        let file: SpoolFile
        /// How it is written, where that is known.
        let dialect: Dialect?
        /// The sheet that it was, of a workbook.
        var sheet: SheetChoice?
    }

    /// How often a file may be compressed. Twice happens when a folder of packed files is packed; more is a trap.
    private static let depth = 3

    private let file: RandomAccessFile
    private let sheet: String?

    /// - Parameter sheet: the sheet of a workbook; its first visible one unless given.
    init(_ file: RandomAccessFile, sheet: String?) {
        self.file = file
        self.sheet = sheet
    }

    /// Unpacks.
    ///
    /// - Returns: nil for a file that is text as it is.
    /// - Throws: ``ImportError``, `CancellationError`.
    func run() throws -> Result? {
        var packed = file
        var unpacked: SpoolFile?
        for _ in 0...Self.depth {
            switch InputFormat(try packed.portion(8, from: 0)) {
            case .plain:
                if let format = UnreadFormat.ofText(try packed.portion(512, from: 0)) {
                    throw ImportError.unsupported(file.name, format)
                }
                guard sheet == nil else { throw ImportError.noWorkbook(file.name) }
                return unpacked.map { Result(file: $0, dialect: nil) }
            case .compoundFile:
                throw ImportError.unsupported(file.name, try UnreadFormat.inCompoundFile(packed))
            case .zip:
                return try workbook(packed)
            case .gzip: unpacked = try Decompression(packed).gzip()
            case .zstd: unpacked = try Decompression(packed).zstd()
            }
            guard let unpacked else { return nil }
            packed = RandomAccessFile(name: file.name, unpacked.file)
        }
        throw file.broken("it is compressed more than \(Self.depth) times")
    }

    private func workbook(_ packed: RandomAccessFile) throws -> Result {
        do {
            let workbook = try Workbook(packed)
            let chosen = try workbook.sheet(sheet)
            var conversion = try SheetConversion(chosen, of: workbook, name: file.name)
            let others = workbook.sheets.filter { $0.isVisible && $0.name != chosen.name }
            return Result(
                file: try conversion.run(), dialect: .rfc4180,
                sheet: SheetChoice(name: chosen.name, others: others.map(\.name)))
        } catch let error as WorkbookError {
            throw ImportError(error)
        }
    }
}

/// Which sheet of a workbook was read.
package struct SheetChoice: Sendable, Equatable {
    /// Its name.
    package let name: String
    /// The names of the others that are shown.
    package let others: [String]

    /// What its reader should know when there are several; nil for the only one.
    package var note: String? {
        others.isEmpty
            ? nil
            : "Sheet '\(name)' was read, and not \(others.map { "'\($0)'" }.joined(separator: ", ")); --sheet names another."
    }
}
