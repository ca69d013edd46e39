import RSSCore

/// What differs between two schemas: between the one that is expected and the one that is there.
package struct SchemaDifference: Sendable, Equatable {
    /// How an object differs.
    package enum State: String, Sendable, Codable {
        /// There, and not expected.
        case added
        /// Expected, and not there.
        case missing
        /// There, and not as expected.
        case changed
    }

    /// An object that differs.
    package struct Entry: Sendable, Equatable, Encodable {
        /// What it is.
        package let kind: SchemaObject.Kind
        /// Its name as SQL quotes it.
        package let identity: String
        /// How it differs.
        package let state: State
        /// The definition that is expected; nil for an object that was added.
        package let before: String?
        /// The definition that is there; nil for an object that is missing.
        package let after: String?

        /// The lines that make the difference, `- ` before those expected and `+ ` before those there, in order. Of an
        /// object that is changed only, lines that both have are left out.
        package var lines: [String] { LineDifference.between(before ?? "", after ?? "") }
    }

    /// The objects that differ, by kind and identity.
    package let entries: [Entry]

    /// Compares.
    ///
    /// - Parameters:
    ///   - expected: the schema as it should be.
    ///   - actual: the schema as it is.
    package init(expected: SchemaFingerprint, actual: SchemaFingerprint) {
        func byName(_ fingerprint: SchemaFingerprint) -> [SchemaObject.Name: SchemaObject] {
            Dictionary(fingerprint.objects.map { ($0.name, $0) }) { first, _ in first }
        }
        let before = byName(expected)
        let after = byName(actual)
        let all = before.merging(after) { old, _ in old }.values.sorted()
        entries = all.compactMap { object in
            let (old, new) = (before[object.name]?.definition, after[object.name]?.definition)
            guard old != new else { return nil }
            return Entry(
                kind: object.kind, identity: object.identity,
                state: old == nil ? .added : new == nil ? .missing : .changed, before: old, after: new)
        }
    }

    /// Whether there is none.
    package var isEmpty: Bool { entries.isEmpty }
}

/// The lines by which two texts differ.
enum LineDifference {
    /// Lines removed with `- ` and lines inserted with `+ ` before them, as they follow each other.
    static func between(_ before: String, _ after: String) -> [String] {
        let old = lines(before)
        let new = lines(after)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var result: [String] = []
        var (from, to) = (0, 0)
        while from < old.count || to < new.count {
            if removed.contains(from) {
                result.append("- \(old[from])")
                from += 1
            } else if inserted.contains(to) {
                result.append("+ \(new[to])")
                to += 1
            } else {
                from += 1
                to += 1
            }
        }
        return result
    }

    private static func lines(_ text: String) -> [String] {
        // By scalars: to Swift a carriage return and a line end are one character.
        text.isEmpty
            ? [] : text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }
}
