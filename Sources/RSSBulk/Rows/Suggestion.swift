import RSSCore

/// The word that may have been meant.
enum Suggestion {
    /// Longer words are not misspellings of known ones, and the distance of a megabyte would take minutes.
    private static let longest = 60

    /// `" (did you mean serial_number?)"`, or nothing.
    static func words(_ word: String?) -> String { word.map { " (did you mean \($0)?)" } ?? "" }

    /// The nearest candidate, if one is near enough; of several, the first.
    static func nearest(_ word: String, _ candidates: [String]) -> String? {
        word.utf8.count > longest ? nil : EditDistance.closest(to: word, among: candidates)
    }
}
