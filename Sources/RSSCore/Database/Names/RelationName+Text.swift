extension RelationName {
    /// Reads a name as it is typed: one part, or two with a dot between them. A part in double quotes is read as SQL reads
    /// it, with `""` for a quote, and may contain dots; any other part is taken as it is typed: nothing is folded. Nil for
    /// more parts, an empty one, and a quote that is not closed or is followed by something else than a dot.
    package init?(text: String) {
        var rest = Substring(text).unicodeScalars
        var parts: [String] = []
        while true {
            guard let part = rest.first == "\"" ? Self.takeQuoted(&rest) : Self.takePlain(&rest), !part.isEmpty else {
                return nil
            }
            parts.append(part)
            guard let next = rest.popFirst() else { break }
            guard next == ".", parts.count == 1 else { return nil }
        }
        self.init(schema: parts.count == 2 ? parts[0] : nil, name: parts[parts.count - 1])
    }

    private static func takePlain(_ rest: inout Substring.UnicodeScalarView) -> String? {
        let part = String(Substring(rest.prefix { $0 != "." }))
        rest = rest.dropFirst(part.unicodeScalars.count)
        return part
    }

    /// Takes what is in quotes, and the quotes; nil where the last one is missing.
    private static func takeQuoted(_ rest: inout Substring.UnicodeScalarView) -> String? {
        var part = String.UnicodeScalarView()
        _ = rest.popFirst()
        while let scalar = rest.popFirst() {
            guard scalar == "\"" else {
                part.append(scalar)
                continue
            }
            guard rest.first == "\"" else { return String(part) }
            part.append(scalar)
            _ = rest.popFirst()
        }
        return nil
    }
}
