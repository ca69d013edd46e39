import Foundation

/// The names and ids of something few, for example categories; loaded once before an import.
package struct LoadedNames: Sendable {
    /// What a text means.
    package enum Match: Sendable, Equatable {
        case id(UUID)
        /// More than one differ in case alone.
        case ambiguous
        /// None; the nearest name, if one may be meant.
        case unknown(suggestion: String?)
    }

    let exact: [String: UUID]
    private let folded: [String: [UUID]]
    private let ids: Set<UUID>
    /// The names, in their order.
    let sorted: [String]

    /// Makes names of pairs.
    package init(_ entries: [(name: String, id: UUID)]) {
        exact = Dictionary(entries.map { ($0.name, $0.id) }) { first, _ in first }
        folded = Dictionary(grouping: entries) { $0.name.lowercased() }.mapValues { $0.map(\.id) }
        ids = Set(entries.map(\.id))
        sorted = entries.map(\.name).sorted()
    }

    /// Finds a text: exactly, then without regard to case, then as an id.
    package func match(_ text: String) -> Match {
        if let id = exact[text] { return .id(id) }
        if let found = folded[text.lowercased()] { return found.count == 1 ? .id(found[0]) : .ambiguous }
        if let id = UUIDText.parse(text), ids.contains(id) { return .id(id) }
        return .unknown(suggestion: Suggestion.nearest(text, sorted))
    }
}
