/// How many single-character edits turn one word into another (Levenshtein), for "did you mean".
package enum EditDistance {
    /// The distance.
    package static func between(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var previous = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let substitution = previous[column] + (character == other ? 0 : 1)
                current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }

    /// The candidate that is nearest, if it is near enough to have been meant: a third of the word's length.
    package static func closest(to word: String, among candidates: [String]) -> String? {
        let word = word.lowercased()
        let limit = max(1, word.count / 3)
        var nearest: (candidate: String, distance: Int)?
        // Words whose lengths differ by more cannot be that near.
        for candidate in candidates where abs(candidate.count - word.count) <= limit {
            let distance = between(word, candidate.lowercased())
            if distance <= limit, distance < nearest?.distance ?? Int.max { nearest = (candidate, distance) }
        }
        return nearest?.candidate
    }
}
