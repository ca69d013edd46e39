import RSSCore
import RSSModel

/// Error codes by what a person types: `RSS-IMPORT-118`, `import-118`, `import 118`, or an area, `import`.
enum ErrorCodeQuery {
    /// The codes that a word names.
    ///
    /// - Throws: ``UnknownErrorCode``.
    static func codes(_ word: String) throws -> [ErrorCode] {
        let name = normalized(word)
        let found = ErrorCode.all.filter { $0.code == name || $0.area == name.dropPrefix("RSS-") }
        if found.isEmpty { throw UnknownErrorCode(word: word, meant: nearest(to: name)) }
        return found
    }

    /// In capitals, with the parts that may be left out.
    private static func normalized(_ word: String) -> String {
        let capitals = word.uppercased().filter { $0.isLetter || $0.isNumber }
        let letters = capitals.prefix(while: \.isLetter)
        let number = capitals.dropFirst(letters.count)
        let area = letters.hasPrefix("RSS") ? letters.dropFirst(3) : letters
        let digits = String(repeating: "0", count: max(0, 3 - number.count)) + number
        return (["RSS", String(area)] + (number.isEmpty ? [] : [digits])).joined(separator: "-")
    }

    private static func nearest(to name: String) -> String? {
        let areas = Set(ErrorCode.all.map(\.area))
        let parts = name.split(separator: "-").map(String.init)
        guard parts.count > 1 else { return nil }
        // A code of an area that exists has a wrong number; its area is what can be listed.
        if areas.contains(parts[1]) { return parts.count > 2 ? numbered(parts) : nil }
        guard let area = EditDistance.closest(to: parts[1], among: areas.sorted()) else { return nil }
        let code = (["RSS", area] + parts.dropFirst(2)).joined(separator: "-")
        return ErrorCode.all.contains { $0.code == code } ? code : area
    }

    /// The code of the area whose digits are the same in another order, or else nearest.
    private static func numbered(_ parts: [String]) -> String? {
        let codes = ErrorCode.all.filter { $0.area == parts[1] }.map(\.code)
        return codes.first { $0.suffix(3).sorted() == parts[2].sorted() }
            ?? EditDistance.closest(to: parts.joined(separator: "-"), among: codes)
    }
}

/// A word for `explain` that is neither an error code nor an area of them.
struct UnknownErrorCode: ReportableError {
    let word: String
    let meant: String?

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-USAGE-003", exit: .usage, message: "unknown error code '\(word)'",
            hint: meant.map { "Did you mean rssctl explain \($0)?" } ?? "List the codes: rssctl explain")
    }
}

extension String {
    fileprivate func dropPrefix(_ prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
