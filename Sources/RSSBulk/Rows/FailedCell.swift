import Spreadsheet

/// The text of a cell of a spreadsheet that has no value.
enum FailedCell {
    /// The text that a workbook's error is written as where its own name would not be recognized.
    static let failed = "#ERROR!"
    /// A cell that is merged with the one to its left, which alone holds the value.
    static let merged = "#MERGED!"
    /// A formula whose result the program that wrote the workbook has left to the one that opens it.
    static let notCalculated = "#NOT CALCULATED!"

    /// Errors that do not end in `!` or `?`, in the languages that are supported here.
    private static let others: Set = [
        "#N/A", "#NV", "#N/V", "#N/D", "#ND", "#N/DISP", "#I/T", "#GETTING_DATA", "#N/B", "#HIÁNYZIK", "#YOK", "#Н/Д",
    ]

    /// The text of a cell.
    static func text(_ value: SheetValue) -> String {
        switch value {
        case .text(let text): text
        case .error(let text): words(text) == nil ? failed : text
        case .merged: merged
        case .notCalculated: notCalculated
        }
    }

    /// What a text says of its cell; nil where it is a value.
    ///
    /// All errors begin with a number sign, and all but a few are a word in capitals that ends in `!` or `?`, in every
    /// language: `#SPILL!`, `#VALEUR!`, `#¿NOMBRE?`.
    static func words(_ text: String) -> String? {
        guard text.utf8.first == UInt8(ascii: "#") else { return nil }
        switch text {
        case merged: return "is merged with the cell to its left; write a value into each of them"
        case notCalculated:
            return "has a formula without a result; open the workbook in a spreadsheet program and save it"
        default: break
        }
        if text.utf8.count >= 3, text.utf8.allSatisfy({ $0 == UInt8(ascii: "#") }) {
            return "is what a spreadsheet shows in a column that is too narrow; make it wider, and save the file again"
        }
        guard others.contains(text) || isError(text) else { return nil }
        return "is what a spreadsheet shows for a formula that failed; write the value in its cell"
    }

    private static func isError(_ text: String) -> Bool {
        guard text.utf8.count <= 40, let last = text.unicodeScalars.last, last == "!" || last == "?" else {
            return false
        }
        let middle = text.unicodeScalars.dropFirst().dropLast()
        return middle.contains { $0.properties.isAlphabetic }
            && middle.allSatisfy { scalar in
                scalar.properties.isUppercase || scalar.properties.numericType != nil
                    || " _/.¡¿".unicodeScalars.contains(scalar)
            }
    }
}
